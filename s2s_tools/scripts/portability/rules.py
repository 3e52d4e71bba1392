"""The table of what differs between GNU and BSD, bash 5 and 3.2, here and there."""

from __future__ import annotations

from typing import Final, NamedTuple

from s2s_tools.scripts.portability.model import Severity

_WARNING, _INFO = Severity.WARNING, Severity.INFO


class Rule(NamedTuple):
    """What is found, how much it matters, what to write instead."""

    id: str
    severity: Severity
    message: str
    hint: str


class Calls(NamedTuple):
    """A rule for a command by its names, and by an `option` of one word or two."""

    rule: Rule
    names: tuple[str, ...]
    option: str = ""


class Nodes(NamedTuple):
    """A rule for pieces of syntax of some kinds; `text`: that begin like this."""

    rule: Rule
    kinds: tuple[str, ...]
    text: str = ""


class Texts(NamedTuple):
    """A rule for text anywhere but in comments; what `but` matches is left out."""

    rule: Rule
    text: str
    but: str = ""


# GNU against BSD and macOS. shellcheck knows none of these.
CALLS: Final = (
    Calls(
        Rule(
            "sed-in-place",
            _WARNING,
            "sed -i takes its suffix as the next word on BSD and macOS",
            "write `sed -i.bak ... && rm FILE.bak`, or write to a new file and mv it",
        ),
        ("sed",),
        r"-[nErsuz]*i|--in-place(=.*)?",
    ),
    Calls(
        Rule(
            "readlink-canonical",
            _WARNING,
            "readlink -f is missing on BSD and on macOS before 12.3",
            "use `cd -P -- DIR && pwd -P`",
        ),
        ("readlink",),
        r"-[a-z]*[fem]|--canonicalize.*",
    ),
    Calls(
        Rule(
            "realpath-relative",
            _WARNING,
            "realpath --relative-to is GNU only",
            'strip the prefix: ${path#"$base"/}',
        ),
        ("realpath",),
        r"--relative-(to|base).*|-m|--canonicalize-missing",
    ),
    Calls(
        Rule(
            "stat-format",
            _WARNING,
            "stat -c is GNU only; BSD and macOS have stat -f",
            "use `wc -c <FILE` for a size, `find -newer` for a comparison",
        ),
        ("stat",),
        r"-[a-zA-Z]*c.*|--format.*|--printf.*",
    ),
    Calls(
        Rule(
            "stat-bsd-format",
            _WARNING,
            "stat -f is a format on BSD and macOS, the file system on GNU",
            "use `wc -c <FILE` for a size, `find -newer` for a comparison",
        ),
        ("stat",),
        r"-f.*",
    ),
    Calls(
        Rule(
            "date-nanoseconds",
            _WARNING,
            "date +%N prints a literal N on BSD and macOS",
            "use whole seconds, or ${EPOCHREALTIME} of bash 5",
        ),
        ("date",),
        r"\+.*%[-_0^#]*[0-9]*N.*",
    ),
    Calls(
        Rule(
            "date-parse",
            _WARNING,
            "date -d is GNU only; BSD and macOS have date -j -f and date -v",
            "compute with seconds since 1970 from `date +%s`",
        ),
        ("date",),
        r"-[uRI]*d.*|--date.*|--iso-8601.*",
    ),
    Calls(
        Rule(
            "checksum-command",
            _WARNING,
            "md5sum and its kin are missing on BSD and macOS",
            "use `cksum`, or `shasum -a 256` and its fall-back",
        ),
        ("md5sum", "sha1sum", "sha224sum", "sha256sum", "sha384sum", "sha512sum"),
    ),
    Calls(
        Rule(
            "timeout-command",
            _WARNING,
            "timeout is missing on BSD and macOS",
            "ask `command -v timeout` first, or use the program's own time limit",
        ),
        ("timeout",),
    ),
    Calls(
        Rule(
            "grep-perl",
            _WARNING,
            "grep -P is GNU only, and not in every build of it",
            "use grep -E, or perl",
        ),
        ("grep", "egrep", "fgrep"),
        r"-[A-Za-z]*P[A-Za-z]*|--perl-regexp",
    ),
    Calls(
        Rule(
            "base64-wrap",
            _WARNING,
            "base64 -w is GNU only",
            "use `base64 | tr -d '\\n'`",
        ),
        ("base64",),
        r"-[di]*w.*|--wrap.*",
    ),
    Calls(
        Rule(
            "sort-version",
            _WARNING,
            "sort -V is missing in some BSDs and in old macOS",
            "use `sort -t. -k1,1n -k2,2n -k3,3n`",
        ),
        ("sort",),
        r"-[a-zA-Z]*V.*|--version-sort|--sort=version",
    ),
    Calls(
        Rule(
            "tac-command",
            _WARNING,
            "tac is missing on BSD and macOS",
            "use `sed '1!G;h;$!d'`",
        ),
        ("tac",),
    ),
    Calls(
        Rule(
            "xargs-no-run",
            _INFO,
            "xargs -r is GNU; some others refuse it",
            "use `find ... -exec ... {} +`, or test for input first",
        ),
        ("xargs",),
        r"-[0rtpx]*r[0rtpx]*|--no-run-if-empty",
    ),
    Calls(
        Rule(
            "xargs-delimiter",
            _WARNING,
            "xargs -d is GNU only",
            "use `tr '\\n' '\\0' | xargs -0`",
        ),
        ("xargs",),
        r"-[0rtpx]*d.*|--delimiter.*",
    ),
    Calls(
        Rule(
            "mktemp-suffix",
            _WARNING,
            "mktemp --suffix is GNU only",
            "make a folder with `mktemp -d` and a file of that name in it",
        ),
        ("mktemp",),
        r"--suffix.*",
    ),
    Calls(
        Rule(
            "nproc-command",
            _WARNING,
            "nproc is missing on BSD and macOS",
            "use `getconf _NPROCESSORS_ONLN`",
        ),
        ("nproc",),
    ),
    Calls(
        Rule(
            "find-printf", _WARNING, "find -printf is GNU only", "use -exec or -print0"
        ),
        ("find",),
        r"-printf",
    ),
    Calls(
        Rule(
            "head-all-but",
            _WARNING,
            "head with a negative count is GNU only",
            "use `sed -e '$d'` for all but the last line",
        ),
        ("head",),
        r"-[nc] ?-[0-9]+|--(lines|bytes)[= ]-.*",
    ),
    # bash 4 and later, which macOS does not have.
    Calls(
        Rule(
            "bash4-mapfile",
            _WARNING,
            "mapfile needs bash 4; macOS has 3.2",
            "use `while IFS= read -r line; do ...; done`",
        ),
        ("mapfile", "readarray"),
    ),
    Calls(
        Rule("bash4-globstar", _WARNING, "globstar needs bash 4", "use find"),
        ("shopt",),
        r"globstar|lastpipe|autocd|dirspell|checkjobs|inherit_errexit|direxpand",
    ),
    Calls(
        Rule(
            "bash4-printf-time",
            _WARNING,
            "printf '%(...)T' needs bash 4.2",
            "use date",
        ),
        ("printf",),
        r".*%\([^)]*\)T.*",
    ),
    Calls(
        Rule(
            "bash4-wait-n", _WARNING, "wait -n needs bash 4.3", "wait for each process"
        ),
        ("wait",),
        r"-[a-z]*n",
    ),
)

NODES: Final = (
    Nodes(
        Rule(
            "bash4-declare",
            _WARNING,
            "declare -A, -n, -g, -l and -u need bash 4; macOS has 3.2",
            "use two plain arrays, a case statement, or printf -v",
        ),
        ("declaration_command",),
        r"(declare|typeset|local|readonly|export)(\s+-\w+)*\s+-\w*[Anglu]",
    ),
    Nodes(
        Rule(
            "bash4-case-change",
            _WARNING,
            "${x^^} and ${x,,} need bash 4; macOS has 3.2",
            "use `tr '[:lower:]' '[:upper:]'`",
        ),
        ("expansion",),
        r"\$\{!?\w+(\[[^]]*\])?(\^|,)",
    ),
    Nodes(
        Rule(
            "bash4-transform",
            _WARNING,
            "${x@Q} and its kin need bash 4.4 or later",
            "use printf %q",
        ),
        ("expansion",),
        r"\$\{!?\w+(\[[^]]*\])?@[A-Za-z]\}",
    ),
    Nodes(
        Rule(
            "bash4-negative-index",
            _WARNING,
            "a negative array index needs bash 4.3",
            "use ${a[${#a[@]}-1]}",
        ),
        ("expansion",),
        r"\$\{\w+\[\s*-\s*[0-9]",
    ),
    Nodes(
        Rule(
            "bash4-operator",
            _WARNING,
            "&>>, |&, ;& and ;;& need bash 4; macOS has 3.2",
            "write `>>file 2>&1`, `2>&1 |`, or repeat the commands",
        ),
        ("&>>", "|&", ";&", ";;&"),
    ),
    Nodes(
        Rule(
            "bash4-test-v",
            _WARNING,
            "[[ -v x ]] needs bash 4.2",
            'use [ -n "${x+set}" ]',
        ),
        ("test_operator",),
        r"-v$",
    ),
    Nodes(
        Rule(
            "bash4-variable",
            _WARNING,
            "BASHPID needs bash 4, EPOCHSECONDS and EPOCHREALTIME bash 5",
            "use `date +%s`, or `sh -c 'echo $PPID'`",
        ),
        ("variable_name",),
        r"(BASHPID|EPOCHSECONDS|EPOCHREALTIME|SRANDOM)$",
    ),
)

# Here against there.
# Every gap is bounded: a line may be as long as the file.
_NAME: Final = r"[A-Za-z_][A-Za-z0-9_.-]{0,60}"
_HOST: Final = r"[A-Za-z0-9*_][A-Za-z0-9.*_-]{0,99}"
TEXTS: Final = (
    Texts(
        Rule(
            "fixed-port",
            _INFO,
            "a fixed port: somebody else may listen there",
            "take it from a variable with this one as its default",
        ),
        r"(?:\blocalhost|\b127\.0\.0\.1|\b0\.0\.0\.0|\[::1?\]):[0-9]{2,5}\b"
        r"|\blsof\b[^\n|;&]{0,60}?-[A-Za-z]{0,9}i\s*(?:tcp|udp)?:[0-9]{2,5}\b"
        r"|\bnc\b[^\n|;&]{0,60}?\b(?:localhost|127\.0\.0\.1) [0-9]{2,5}\b",
    ),
    Texts(
        Rule(
            "fixed-temp",
            _WARNING,
            "a fixed file in the temp folder: two runs share it, anyone may own it",
            "use mktemp",
        ),
        r"(?<![\w.}/])/(?:var/|private/)?tmp/[A-Za-z0-9_.+-]+(?![A-Za-z0-9_.+$-]|\$)",
        r"X{3,}",
    ),
    Texts(
        Rule(
            "home-path",
            _WARNING,
            "the home folder of one user",
            'use "$HOME", or s2s fix-paths',
        ),
        r"(?<![\w.}/])/(?:Users|home)/[A-Za-z0-9_][A-Za-z0-9_.-]*",
        r"/(?:home/node|home/runner|Users/Shared)$",
    ),
    Texts(
        Rule(
            "user-name",
            _WARNING,
            "compares with the name of one user",
            "ask for what is needed, not who asks",
        ),
        r"(?:\$\{?(?:USER|LOGNAME)\b[^\n;&|=!]{0,8}|(?:\bwhoami|\bid -un)\s*[)`]\"?\s*)"
        rf"(?:==?|!=)\s*[\"']?{_NAME}",
        r"root$",
    ),
    Texts(
        Rule(
            "host-name",
            _INFO,
            "the name of one machine",
            "take it from a variable",
        ),
        r"(?:\$\{?HOSTNAME\b[^\n;&|=!]{0,8}"
        r"|(?:\bhostname(?: -s)?|\buname -n)\s*[)`]\"?\s*)"
        rf"(?:==?|!=)\s*[\"']?{_HOST}"
        rf"|\b(?:ssh|scp|rsync)\s[^\n|;&]{{0,120}}?\b{_NAME}@(?!\$){_HOST}",
        r"localhost$",
    ),
)
NOT_READ: Final = Rule(
    "not-read",
    _INFO,
    "the grammar stops here: portability was not looked at from here on",
    "look at it by hand",
)
ALL: Final[dict[str, Rule]] = {
    rule.id: rule
    for rule in (
        *(row.rule for row in CALLS),
        *(row.rule for row in NODES),
        *(row.rule for row in TEXTS),
        NOT_READ,
    )
}
