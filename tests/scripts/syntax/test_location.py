"""How a script uses its own location."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from s2s_tools.scripts.syntax import facts
from s2s_tools.scripts.syntax.contexts import How

FOLDER, RESOLVES, NAME, GUARD = How.FOLDER, How.RESOLVES, How.NAME, How.GUARD
TEXT, RERUN, READS, OTHER = How.TEXT, How.RERUN, How.READS, How.OTHER

USES: dict[str, tuple[str, set[How]]] = {
    "nothing": ("echo hello\n", set()),
    "empty": ("", set()),
    "dirname": ('cd "$(dirname "$0")"\n', {FOLDER}),
    "dirname in backquotes": ("cd `dirname $0`\n", {FOLDER}),
    "dirname behind a prefix": ('D=$(command dirname -- "$0")\n', {FOLDER}),
    "BASH_SOURCE": (
        'D="$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)"\n',
        {FOLDER},
    ),
    "BASH_SOURCE with a default": (
        'D=$(dirname "${BASH_SOURCE[0]:-$0}")\n',
        {FOLDER},
    ),
    "suffix cut": ('. "${0%/*}/lib.sh"\n', {FOLDER}),
    "suffix cut of BASH_SOURCE": ("x=${BASH_SOURCE[0]%/*}/state.json\n", {FOLDER}),
    "extension cut": ('. "${0%.sh}.conf"\n', {OTHER}),
    "through a variable": ('me=$0\ncd "$(dirname "$me")"\n', {FOLDER}),
    "through two variables": ('a=$0; b="$a"; cat "${b%/*}/x"\n', {FOLDER}),
    "assigned after use": ('f() { dirname "$me"; }\nme=$0\nf\n', {FOLDER}),
    "through an array": ('a=("$0" "$@"); dirname "${a[0]}"\n', {FOLDER}),
    "zsh prompt": ("d=${${(%):-%x}:h}\n", {FOLDER}),
    "zsh prompt alone": ('d="$(dirname "${(%):-%N}")"\n', {FOLDER}),
    "zsh head": ("d=${0:h}\n", {FOLDER}),
    "zsh absolute head": ("d=${0:a:h}\n", {FOLDER}),
    "zsh real head": ("d=${0:A:h}\n", {RESOLVES}),
    "ksh": ('d=$(dirname "${.sh.file}")\n', {FOLDER}),
    "underscore first": ('d=$(dirname "$_")\n', {OTHER}),
    "underscore as a guard": ("x=1\n[[ $_ != $0 ]] && return\n", {OTHER}),
    "underscore as last argument": ('mkdir a\ncd "$_"\n', set()),
    "readlink": ('d=$(dirname "$(readlink -f "$0")")\n', {RESOLVES}),
    "realpath": ('cd "$(realpath "${BASH_SOURCE[0]}")/.."\n', {RESOLVES}),
    "pwd -P": ('d=$(cd "$(dirname "$0")" && pwd -P)\n', {FOLDER, RESOLVES}),
    "cd -P": ('cd -P "$(dirname "$0")"\n', {FOLDER, RESOLVES}),
    "physical later": ('cd "${0%/*}"\nset -P\n', {FOLDER, RESOLVES}),
    "pwd -P of elsewhere": ("cd /srv && d=$(pwd -P)\n", set()),
    "readlink of elsewhere": ("x=$(readlink -f /usr/bin/java)\n", set()),
    "realpath of its folder": (
        'd=$(dirname "$0")\nr=$(realpath "$d/..")\n',
        {FOLDER, RESOLVES},
    ),
    "python": (
        "x=$(python3 -c 'import os,sys; os.path.realpath(sys.argv[1])' \"$0\")\n",
        {OTHER, RESOLVES},
    ),
    "the loop that follows links": (
        's="${BASH_SOURCE[0]}"\n'
        'while [ -h "$s" ]; do\n'
        '  d="$(cd -P "$(dirname "$s")" && pwd)"\n'
        '  s="$(readlink "$s")"; [[ $s != /* ]] && s="$d/$s"\n'
        "done\n",
        {FOLDER, RESOLVES, OTHER},
    ),
    "guard": ('[[ "${BASH_SOURCE[0]}" == "${0}" ]] && main "$@"\n', {GUARD}),
    "guard, old": ('if [ "$0" = "$BASH_SOURCE" ]; then main; fi\n', {GUARD}),
    "guard by test": ('test "$0" = "$BASH_SOURCE" && main\n', {GUARD}),
    "guard by a shell's name": ('[ "$0" = "-bash" ] && return\n', {GUARD}),
    "guard by being set": ('if [ -n "$BASH_SOURCE" ]; then :; fi\n', {GUARD}),
    "compared with a path": ('[ "$0" = /srv/x.sh ] && y\n', {OTHER}),
    "is it a link": ('[ -L "$0" ] && x\n', {RESOLVES}),
    "length of the stack": ("(( ${#BASH_SOURCE[@]} > 1 )) && return\n", set()),
    "usage": ('echo "usage: $0 file" >&2; exit 2\n', {TEXT}),
    "usage in a document": ("cat <<EOF\nusage: $0 x\nEOF\n", {TEXT}),
    "usage beside a substitution": (
        "cat <<EOF\n$(date) $x $0 $1\n\\$0\nEOF\n",
        {TEXT},
    ),
    "a document that begins with an escape": ("cat <<EOF\n\\$0 \\$x\nEOF\n", set()),
    "an escaped dollar": ('echo "\\$0" \\$0 > x\n', set()),
    "two backslashes and a dollar": ('echo > x "\\\\$0"\n', {OTHER}),
    "in a document for a shell": ("ssh host <<EOF\nrun $0\nEOF\n", {OTHER}),
    "usage in a message of its own": ('die "$0: no file"\n', {TEXT}),
    "usage in a variable": ('u="usage: $0 x"\necho "$u"\n', {TEXT}),
    "usage in an expansion": (": ${1:?usage: $0 file}\n", {TEXT}),
    "usage by printf": ("printf 'usage: %s\\n' \"$0\"\n", {TEXT}),
    "usage shown through a pager": ('echo "usage: $0" | fold -w 60\n', {TEXT}),
    "written to a file": ('echo "* * * * * $0" > /tmp/cron\n', {OTHER}),
    "written by a block": ('{ echo "$0"; } >> log\n', {OTHER}),
    "a document in a file": ("cat > x.desktop <<EOF\nExec=$0\nEOF\n", {OTHER}),
    "given to another program": ('echo "$0" | crontab -\n', {OTHER}),
    "computed by sed": ("d=$(echo \"$0\" | sed 's,/[^/]*$,,')\n", {OTHER}),
    "basename": ('p=$(basename "$0")\necho "$p"\n', {NAME}),
    "prefix cut": ("p=${0##*/}\n", {NAME}),
    "name in a case": ('case "$0" in *start.sh) s;; *) t;; esac\n', {NAME}),
    "path in a case": ("case $0 in /*) p=$0;; *) p=$PWD/$0;; esac\n", {OTHER}),
    "runs itself": ('sudo "$0" "$@"\n', {RERUN}),
    "runs itself by a shell": ('exec bash "$0" --again\n', {RERUN}),
    "shows its head": ("sed -n '2,9p' \"$0\"\n", {READS}),
    "reads its payload": ('tail -n +50 "$0" | tar xz\n', {READS}),
    "removes itself": ('rm -- "$0"\n', {OTHER}),
    "changes itself": ('sed -i s/a/b/ "$0"\n', {OTHER}),
    "given to the children": ('export ME="$0"\nrun\n', {OTHER}),
    "given to one child": ('ME="$0" run\n', {OTHER}),
    "locks itself": ('exec 9< "$0"; flock 9\n', {OTHER}),
    "locks itself by name": ('flock -n "$0" true\n', {OTHER}),
    "in a trap": ('trap \'rm -rf "$(dirname "$0")/tmp"\' EXIT\n', {FOLDER}),
    "in eval": ("eval 'cd \"${0%/*}\"'\n", {FOLDER}),
    "in awk": ("awk '{ print $0 }' file\n", set()),
    "in another shell": ("find . -type d -exec sh -c 'echo $0' {} \\;\n", set()),
    "in single quotes": ("echo 'cd $(dirname $0)'\n", set()),
    "in a comment": ("# cd $(dirname $0)\n", set()),
    "in a quoted document": ("cat <<'EOF'\n$(dirname $0)\nEOF\n", set()),
    "escaped in a document": ("cat <<EOF\n\\$(dirname \\$0)\nEOF\n", set()),
    "computed in a document": ("cat <<EOF\n$(dirname $0)\nEOF\n", {FOLDER}),
    "deeply nested": ('a="$(b "$(c "$(d "$(dirname "$0")")")")"\n', {FOLDER}),
    "in a function": ('f() {\n  local d; d=$(dirname "$0")\n}\nf\n', {FOLDER}),
    "windows line ends": ('cd "$(dirname "$0")"\r\necho ok\r\n', {FOLDER}),
}


def read(script: str) -> facts.Facts:
    return facts.read(b"#!/bin/bash\n" + script.encode())


@pytest.mark.parametrize("name", USES)
def test_every_use_of_its_own_path_is_told_apart(name: str) -> None:
    script, expected = USES[name]

    found = read(script)

    assert found.unread == ()
    assert {use.how for use in found.own} == expected


def test_a_use_is_named_with_its_line() -> None:
    found = read('\necho "usage: $0"\nD=$(dirname "${BASH_SOURCE[0]}")\n')

    assert [(use.line, use.name) for use in found.own] == [
        (3, "$0"),
        (4, "$BASH_SOURCE"),
    ]
    assert found.locates is not None
    assert found.locates.line == 4
    assert found.resolves is None


def test_a_script_with_bytes_that_are_no_text_is_read() -> None:
    found = facts.read(b'#!/bin/sh\necho "\xff\xfe"\ncd "$(dirname "$0")"\n')

    assert [use.how for use in found.own] == [FOLDER]


def test_variables_that_hang_on_its_place_are_known() -> None:
    found = read('A=$(dirname "$0")\nB=$A/x\nC=/x\nD=$(cat "$B")\n')

    assert found.located == ("A", "B")


@pytest.mark.parametrize(
    "script",
    [
        "".join(f"v{n}=$v{n + 1}$v{n + 1}\n" for n in range(60)) + "v60=$0\necho $v0\n",
        "".join(f"v{n}=$v{(n * 7 + 1) % 50}$v{n // 2}\n" for n in range(50)),
        "a=$b\nb=$a\n",
        "x=" + '"$(' * 300 + "y" + ')"' * 300 + "\n",
        " && ".join(["true"] * 20_000) + "\n",
    ],
    ids=["doubling", "circles", "a circle", "deep", "long list"],
)
def test_values_that_grow_without_end_are_given_up(script: str) -> None:
    assert read(script).interpreter == "bash"


SCRIPTS = [script for script, _ in USES.values()]


@given(
    st.sampled_from([script for script in SCRIPTS if script]),
    st.text(st.characters(exclude_characters="\r\n\0", exclude_categories=("Cs",))),
)
def test_a_comment_changes_nothing(script: str, comment: str) -> None:
    assert read(script + "# " + comment + " $(dirname $0) > x.sh\n") == read(script)


@given(st.binary(max_size=300))
def test_reading_never_raises(data: bytes) -> None:
    assert facts.read(data).shell in {True, False}


@given(st.lists(st.sampled_from(SCRIPTS), max_size=6), st.binary(max_size=20))
def test_reading_scraps_of_scripts_never_raises(parts: list[str], end: bytes) -> None:
    text = "".join(part[: len(part) // 2 + 3] for part in parts)

    assert facts.read(text.encode() + end).interpreter == ""
