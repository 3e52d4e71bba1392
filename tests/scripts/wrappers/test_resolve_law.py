"""One law: whatever git's pointer files say, shell and rules find the same body."""

from __future__ import annotations

import itertools
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from s2s_tools.scripts.wrappers import look, resolve
from tests.scripts.wrappers.worlds import NAME, STORE, World

PIECES = ["gitdir: ", "gitdir:", "../", "..", "/", "r", ".git", "w", "\n", " "]
PIECES += ["\\", "\t", "*", "$0", "'", "é", "\r", "TOP/"]
FIRST_LINES = [b"#!/bin/sh", b"#! /bin/sh", b"", b"#!/usr/bin/env sh", b"\t#!/bin/sh"]
ADMIN = "r/.git/worktrees/w"
# Folders that a pointer may lead to, each perhaps with a body.
FOLDERS = ["r", "r/.git", "r/.git/worktrees", ADMIN]
numbers = itertools.count()


@st.composite
def pointers(draw: st.DrawFn, sound: list[str]) -> str | None:
    """What a pointer file holds: often something sound, else a jumble; or no file."""
    kind = draw(st.sampled_from(["none", "sound", "sound", "spoilt", "jumble"]))
    if kind == "none":
        return None
    if kind == "jumble":
        return "".join(draw(st.lists(st.sampled_from(PIECES), max_size=6)))
    text = draw(st.sampled_from(sound))
    if kind == "spoilt":
        at = draw(st.integers(0, len(text)))
        text = text[:at] + draw(st.sampled_from(PIECES)) + text[at:]
    return text


GIT = pointers([f"gitdir: TOP/{ADMIN}\n", f"gitdir: ../{ADMIN}\n"])
COMMON = pointers(["../..\n", "../..", "TOP/r/.git\n", "TOP/r\n", "../../../.git\n"])


@pytest.mark.parametrize("shell", ["dash", "bash", "busybox"])
@settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(
    git=GIT,
    common=COMMON,
    bodies=st.sets(st.sampled_from(FOLDERS), min_size=1),
    stores=st.sets(st.sampled_from(FOLDERS), max_size=2),
    line=st.sampled_from(FIRST_LINES),
)
def test_shell_and_rules_find_the_same_body(
    shell: str,
    git: str | None,
    common: str | None,
    bodies: set[str],
    stores: set[str],
    line: bytes,
    tmp_path: Path,
    require_tool: Callable[[str], str],
) -> None:
    words = [require_tool(shell), *(["sh"] if shell == "busybox" else [])]
    world = World(tmp_path / str(next(numbers)))
    root = world.tree(who="")
    data = line + b'\nprintf "%s" "$0"\n'
    for folder in bodies:
        world.write(world.folder / folder / STORE / NAME, data)
    for folder in stores:
        world.write(world.folder / folder / "s2s/canonical" / NAME, data)
    pointer = world.folder / ADMIN / "commondir"
    for at, text in ((root / ".git", git), (pointer, common)):
        if text is not None:
            world.write(at, text.replace("TOP", str(world.folder)).encode(), 0o644)

    done = subprocess.run(
        [*words, root / NAME], env={}, capture_output=True, check=False, timeout=30
    )

    assert world.row is not None
    path = bytes(root / NAME)
    said = resolve.resolve(world.row, path, look.Disk(), environ={})
    assert (done.returncode, done.stdout) == (said.code, said.body or b"")
