"""What GNU programs have and those of BSD and macOS have not."""

from __future__ import annotations

from typing import Final

from s2s_tools.scripts.portability.model import Calls, Rule, Severity

_WARNING, _INFO = Severity.WARNING, Severity.INFO

# shellcheck knows none of these.
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
)
