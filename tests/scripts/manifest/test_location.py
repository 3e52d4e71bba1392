"""Which scripts use the place they stand at."""

from __future__ import annotations

import pytest

from s2s_tools.scripts.manifest import active, location

USES = {
    "dirname of $0": 'cd "$(dirname "$0")"\n',
    "braced": "cd ${0%/*}\n",
    "BASH_SOURCE": 'here=$(dirname "${BASH_SOURCE[0]}")\n',
    "usage text": 'echo "usage: $0 FILE"\n',
    "in an unquoted heredoc": "cat <<EOF\n# made by $0\nEOF\n",
    "zsh prompt expansion": "here=${(%):-%x}\n",
    "zsh with modifiers": "here=${0:a:h}\n",
    "ksh": "here=${.sh.file}\n",
    "readlink alone": 'readlink -f "$1"\n',
    "realpath": "realpath .\n",
    "caller": "where=$(caller 0)\n",
    "proc": "ls /proc/$$/fd\n",
    "last word at the start": "here=$_\n",
    "after a hash that is no comment": 'n=${#list}; x=a#b; echo "$0"\n',
    "after a hash in double quotes": 'echo "a # b $0"\n',
    "after a hash in nested quotes": 'echo "$(echo "a # b" "$0")"\n',
    "after a hash in a brace expansion": 'echo "${x:- # $0}"\n',
    "escaped, but there is an eval": 'eval "echo \\$0"\n',
    "single quotes of something that is no awk": "trap 'rm -f $0' EXIT\n",
    "a comment in a script that ends inside quotes": "# $0\necho 'open\n",
    "a comment in a script with an endless heredoc": "# $0\ncat <<'EOF'\n",
}
NOTHING = {
    "plain": "echo hello\n",
    "a comment": "echo a # cd $(dirname $0)\n# BASH_SOURCE\n",
    "a quoted heredoc": 'cat <<\'EOF\'\ncd "$(dirname "$0")"\nEOF\necho done\n',
    "a heredoc with an escaped word": "cat <<-\\EOF\n\techo $0\n\tEOF\n",
    "awk": "awk -F: '{print $0}' /etc/passwd | sort\n",
    "an escaped dollar": 'echo "\\$0"\n',
    "$01 is no digit of ours": "echo $1 $10\n",
    "the working folder": '. ./lib.sh; cd "$PWD"\n',
    "another variable that ends in _": "echo $_x ${_y}\n",
    "parentheses of every kind": (
        "x=$(( (1 << 2) + 16#ff )); (cd /; ls); f() { :; }\n"
        "case $x in a) ;; (b) ;; esac\n# $0\n"
    ),
    "no final newline": "echo a # $0",
}


@pytest.mark.parametrize("script", USES.values(), ids=USES)
def test_a_use_of_the_own_location_is_found(script: str) -> None:
    assert location.find(script.encode()) is not None


@pytest.mark.parametrize("script", NOTHING.values(), ids=NOTHING)
def test_a_script_without_its_location_is_free(script: str) -> None:
    assert location.find(script.encode()) is None


def test_the_first_use_is_named_with_its_line() -> None:
    script = b"#!/bin/sh\n# $0\nset -e\n. $(dirname $0)/a\nrealpath .\n"

    assert location.find(script) == location.Use("$0", 4)


def test_bytes_that_are_no_utf_8_are_read_too() -> None:
    assert location.find(b"echo \xff\xfe; echo $0\n") == location.Use("$0", 1)


def test_blanking_keeps_every_line_in_its_place() -> None:
    script = "a # b\ncat <<'E'\n$0\nE\nlast\n"

    read = active.text(script)

    assert len(read) == len(script)
    assert read.splitlines()[0].rstrip() == "a"
    assert read.splitlines()[4] == "last"


@pytest.mark.parametrize(
    ("path", "head", "shell"),
    [
        (b"a.sh", b"echo", True),
        (b"a", b"#!/bin/sh\n", True),
        (b"a", b"#! /usr/bin/env -S bash -e\n", True),
        (b"a", b"#!/usr/bin/env X=1 zsh\n", True),
        (b"a", b"echo", False),
        (b"a.sh", b"#!/usr/bin/env python3\n", False),
        (b"a.py", b"print()", False),
        (b"a", b"#!/usr/bin/env\n", False),
        (b"a", b"#!\n", False),
    ],
)
def test_a_shell_script_is_known_by_its_interpreter_or_else_its_name(
    path: bytes, head: bytes, shell: bool
) -> None:
    assert location.is_shell(path, head) is shell
