"""What a wrapper hands on to its body: signals, descriptors, no process between."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import tempfile
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.scripts.wrappers import matrix, worlds
from tests.scripts.wrappers.one import body, every_shell, run
from tests.scripts.wrappers.worlds import NAME, STORE, World


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


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become another user")
def test_a_body_that_may_not_be_read_is_one_clear_line() -> None:
    with tempfile.TemporaryDirectory() as folder:
        os.chmod(folder, 0o755)
        tree = World(Path(folder)).tree(who="")
        body(tree, b"#!/bin/sh\n", 0)

        done = run(tree / NAME, user=65534, cwd="/")

    assert (done.returncode, done.stdout) == (126, b"")
    assert re.fullmatch(
        rb"scripts/build\.sh: .* cannot be read; ask: .*\n", done.stderr
    )


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
