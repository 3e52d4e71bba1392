"""What needs bash 4 or later, where macOS has 3.2."""

from __future__ import annotations

from typing import Final

from s2s_tools.scripts.portability.model import Calls, Nodes, Rule, Severity

_WARNING = Severity.WARNING

CALLS: Final = (
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
