"""What a wrapper hands on to its body: options, signals, descriptors, no process."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

import pytest

from tests.scripts.wrappers import matrix, worlds
from tests.scripts.wrappers.worlds import NAME, STORE, World

SHELLS: Final = {
    "exec": [],
    "bash": ["bash"],
    "bash posix": ["bash", "--posix"],
    "dash": ["dash"],
    "busybox": ["busybox", "sh"],
    "zsh": ["zsh"],
    "zsh as sh": ["zsh", "--emulate", "sh"],
}
OPTIONS: Final = ["", "e", "u", "f", "x", "eufx"]
TELL: Final = b'#!/bin/sh\necho "$-"\n'
every_shell = pytest.mark.parametrize("shell", SHELLS)


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """A tree with the wrapper; the store is up to the test."""
    return World(tmp_path).tree(who="")


@pytest.fixture
def words(require_tool: Callable[[str], str]) -> Callable[[str], list[str]]:
    """The command line of a shell; skips where it is missing."""

    def get(shell: str) -> list[str]:
        if SHELLS[shell]:
            require_tool(SHELLS[shell][0])
        return SHELLS[shell]

    return get


def body(tree: Path, data: bytes, mode: int = 0o755) -> Path:
    """Put a body into the tree's store."""
    return World(tree).write(tree / STORE / NAME, data, mode)


def run(*argv: str | Path, **more: Any) -> subprocess.CompletedProcess[bytes]:
    """Run it, and keep what it says."""
    return subprocess.run(argv, capture_output=True, check=False, timeout=30, **more)


# --- options of the shell ---------------------------------------------------


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


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become another user")
def test_a_body_that_may_not_be_read_is_one_clear_line(tree: Path) -> None:
    os.chmod(body(tree, TELL), 0)
    for folder in (tree, *tree.parents[:3]):
        folder.chmod(0o755)

    done = run(tree / NAME, user=65534, cwd="/")

    assert (done.returncode, done.stdout) == (126, b"")
    assert re.fullmatch(
        rb"scripts/build\.sh: .* cannot be read; ask: .*\n", done.stderr
    )


# --- the process ------------------------------------------------------------


@pytest.mark.parametrize("code", [0, 1, 2, 41, 126, 127, 130, 255])
@every_shell
def test_the_exit_code_is_the_bodys(
    code: int, shell: str, tree: Path, words: Callable[[str], list[str]]
) -> None:
    body(tree, f"#!/bin/sh\nexit {code}\n".encode())

    assert run(*words(shell), tree / NAME).returncode == code


@every_shell
def test_a_signal_reaches_the_bodys_trap(
    shell: str, tree: Path, words: Callable[[str], list[str]]
) -> None:
    body(
        tree,
        b"#!/bin/sh\ntrap 'echo caught; exit 3' TERM\necho ready\n"
        b"while :; do sleep 0.02; done\n",
    )
    argv = [*words(shell), str(tree / NAME)]
    with subprocess.Popen(argv, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        first = process.stdout.readline()
        process.send_signal(signal.SIGTERM)

        assert (first, process.stdout.read()) == (b"ready\n", b"caught\n")
    assert process.returncode == 3


@every_shell
def test_death_by_a_signal_is_seen_as_that(
    shell: str, tree: Path, words: Callable[[str], list[str]]
) -> None:
    body(tree, b"#!/bin/sh\nkill -KILL $$\n")

    assert run(*words(shell), tree / NAME).returncode == -signal.SIGKILL


@every_shell
def test_an_ignored_signal_stays_ignored(
    shell: str, tree: Path, words: Callable[[str], list[str]]
) -> None:
    body(tree, b"#!/bin/sh\nkill -INT $$\necho alive\n")

    done = run("sh", "-c", 'trap "" INT; exec "$@"', "x", *words(shell), tree / NAME)

    assert done.stdout == b"alive\n"


@every_shell
def test_open_descriptors_are_handed_on(
    shell: str, tree: Path, words: Callable[[str], list[str]]
) -> None:
    body(tree, b"#!/bin/sh\ncat <&3\necho to five >&5\n")
    line = 'exec "$@" 3<"$S2S_IN" 5>&1'
    given = World(tree).write(tree / "in", b"from three\n")

    done = run(
        *("sh", "-c", line, "x", *words(shell), tree / NAME),
        env={**os.environ, "S2S_IN": str(given)},
    )

    assert done.stdout == b"from three\nto five\n"


@pytest.mark.parametrize("number", [0, 1, 2])
@every_shell
def test_a_closed_descriptor_stays_closed(
    number: int, shell: str, tree: Path, words: Callable[[str], list[str]]
) -> None:
    said, plain = tree / "said", tree / "plain"
    probe = body(
        tree,
        b"#!/bin/sh\nclosed=\n"
        b"for n in 0 1 2; do [ -e /proc/$$/fd/$n ] || closed=$closed$n; done\n"
        b'echo "$closed" >"$1"\n',
    )
    # bash itself may open its script as the closed one: compare with the least.
    least = World(tree).write(
        tree / "least.sh", f'#!/bin/sh\nexec sh "{probe}" "$@"\n'.encode()
    )
    line = f'exec "$@" {number}>&-'

    run("sh", "-c", line, "x", *words(shell), tree / NAME, said)

    run("sh", "-c", line, "x", *words(shell), least, plain)
    assert said.read_text() == plain.read_text()


@pytest.mark.parametrize("world", ["main tree", "worktree runs the main tree"])
@every_shell
def test_no_process_is_made_on_the_way_to_the_body(
    shell: str,
    world: str,
    tmp_path: Path,
    words: Callable[[str], list[str]],
    require_tool: Callable[[str], str],
) -> None:
    strace = require_tool("strace")
    call, _ = matrix.build(world, tmp_path)
    repo = tmp_path / "repo"
    World(repo).write(repo / STORE / NAME, b"#!/bin/sh\nexit 7\n")
    log = tmp_path / "log"
    trace = "trace=execve,clone,clone3,fork,vfork"

    done = run(strace, "-f", "-e", trace, "-o", log, *words(shell), call.path)

    assert done.returncode == 7
    called = re.findall(r"^\d+ +(\w+)\(.*= \d+$", log.read_text(), re.MULTILINE)
    assert called == ["execve", "execve"]


# --- the same bytes everywhere ----------------------------------------------


def test_the_bytes_depend_on_nothing_around_them(tmp_path: Path) -> None:
    first, second = World(tmp_path / "a"), World(tmp_path / worlds.HOSTILE)

    one = first.wrapper(first.repo()).read_bytes()
    two = second.wrapper(second.tree(who="")).read_bytes()

    assert one == two


def test_a_nested_script_does_not_inherit_the_mark_of_its_caller(tree: Path) -> None:
    body(
        tree,
        b'#!/bin/sh\ncase $S2S_SELF in "$$:"*) echo own ;; *) echo foreign ;; esac\n'
        b'[ $# -gt 0 ] || sh "$0" again\n',
    )

    assert run(tree / NAME).stdout == b"own\nforeign\n"
