"""The caller's shell options and the body's first line decide how a body runs."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Final

import pytest

from tests.scripts.wrappers.one import SHELLS, body, every_shell, run
from tests.scripts.wrappers.worlds import NAME

OPTIONS: Final = ["", "e", "u", "f", "x", "eufx"]
TELL: Final = b'#!/bin/sh\necho "$-"\n'


@pytest.mark.parametrize("options", OPTIONS)
@pytest.mark.parametrize("shell", [name for name in SHELLS if name != "exec"])
def test_the_callers_options_reach_the_body(
    shell: str, options: str, tree: Path, words: Callable[[str], list[str]]
) -> None:
    body(tree, TELL)
    spelt = options.replace("f", "F") if shell == "zsh" else options

    done = run(*words(shell), *([f"-{spelt}"] if spelt else []), tree / NAME)

    assert sorted(done.stdout.decode().strip()) == sorted(options)


def test_zsh_without_startup_files_is_not_taken_for_noglob(
    tree: Path, require_tool: Callable[[str], str]
) -> None:
    body(tree, TELL)

    done = run(require_tool("zsh"), "-f", tree / NAME)

    assert done.stdout == b"\n"


@pytest.mark.parametrize("shell", ["dash", "bash", "busybox"])
def test_other_options_stay_with_the_wrapper(
    shell: str, tree: Path, words: Callable[[str], list[str]]
) -> None:
    body(tree, TELL)

    done = run(*words(shell), "-aC", tree / NAME)

    assert done.stdout == b"\n"


@pytest.mark.parametrize(
    "line",
    ["#!/bin/sh", "#!/bin/dash", "#!/usr/bin/env bash", "#!/usr/bin/env -S bash -u"],
)
def test_a_shell_gets_the_options_however_it_is_named(line: str, tree: Path) -> None:
    body(tree, line.encode() + b"\nfalse\necho reached\n")

    done = run("dash", "-e", tree / NAME)

    assert (done.returncode, done.stdout) == (1, b"")


def test_zsh_as_the_body_gets_noglob_in_its_own_words(
    tree: Path, require_tool: Callable[[str], str]
) -> None:
    require_tool("zsh")
    body(tree, b"#!/usr/bin/env zsh\n[[ -o noglob && -o rcs ]] && echo both\n")

    assert run("dash", "-f", tree / NAME).stdout == b"both\n"


def test_what_is_no_shell_gets_no_options(tree: Path) -> None:
    script = "import sys\nprint(sys.flags.utf8_mode, sys.argv[1:])\n"
    body(tree, f"#!{sys.executable} -Xutf8\n{script}".encode())

    done = run("bash", "-eufx", tree / NAME, "-a b")

    assert (done.returncode, done.stdout) == (0, b"1 ['-a b']\n")


def test_tracing_shows_the_body_and_hardly_the_wrapper(tree: Path) -> None:
    body(tree, b"#!/bin/sh\ntrue one\ntrue two\n")

    lines = run("dash", "-x", tree / NAME).stderr.decode().splitlines()

    assert lines[-2:] == ["+ true one", "+ true two"]
    assert len(lines) <= 3


# --- the body's first line --------------------------------------------------


@pytest.mark.parametrize(
    ("line", "said"),
    [
        (b"#!/bin/sh", b"sh []"),
        (b"#! /bin/sh", b"sh []"),
        (b"#!\t/bin/sh\t-e ", b"sh [e]"),
        (b"#!/bin/sh -e", b"sh [e]"),
        (b"#! \t /bin/sh  \t -e", b"sh [e]"),
        (b"#!/usr/bin/env sh", b"sh []"),
        (b"#!/usr/bin/env -S sh -e -u", b"sh [ue]"),
        (b"# no interpreter is named", b"sh []"),
        (b"", b"sh []"),
    ],
)
@every_shell
def test_the_interpreter_is_the_bodys(
    line: bytes, said: bytes, shell: str, tree: Path, words: Callable[[str], list[str]]
) -> None:
    body(tree, line + b'\necho "sh [$-]"\n')

    done = run(*words(shell), tree / NAME)

    assert (done.stdout.strip(), done.stderr) == (said, b"")


@every_shell
def test_a_body_of_bash_runs_in_bash(
    shell: str, tree: Path, words: Callable[[str], list[str]]
) -> None:
    body(
        tree, b'#!/usr/bin/env bash\na=(x "$@")\necho "${#a[@]}" "${BASH_VERSION:+b}"\n'
    )

    assert run(*words(shell), tree / NAME, "a b", "").stdout == b"3 b\n"


@every_shell
def test_a_body_needs_no_execute_bit_nor_a_last_newline(
    shell: str, tree: Path, words: Callable[[str], list[str]]
) -> None:
    body(tree, b"#!/bin/sh\necho ran", 0o644)

    assert run(*words(shell), tree / NAME).stdout == b"ran\n"
