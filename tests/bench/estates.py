"""Builds the generated estates that the speed figures are measured on."""

from __future__ import annotations

import random
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

SEED = 1
_WORDS = tuple(
    "echo printf local readonly export test grep sed awk cut sort uniq head tail "  # noqa: SIM905
    "build deploy status report worker queue agent config backup restore verify "
    "timeout retry health metrics trace cluster service container release".split()
)


@dataclass(frozen=True, slots=True)
class Shape:
    """How large an estate is: worktrees, scripts in each, commits on main."""

    worktrees: int
    scripts: int
    commits: int = 40
    changed: int = 20  # scripts that one commit on main changes
    own_share: float = 0.25  # scripts that each worktree has changed for itself


def build(root: Path, shape: Shape) -> None:
    """Make a repository of that shape at `root`, tracked and clean."""
    root.mkdir(parents=True)
    _git(root, "init", "-q", "-b", "main")
    _git(root, "config", "gc.auto", "0")
    stream = b"".join(_stream(shape))
    _git(root, "fast-import", "--quiet", data=stream)
    _git(root, "reset", "-q", "--hard", "main")
    for number in range(1, shape.worktrees):
        name = f"w{number:03d}"
        _git(root, "worktree", "add", "-q", f"../{root.name}-trees/{name}", name)


def _stream(shape: Shape) -> Iterator[bytes]:
    chance = random.Random(SEED)
    paths = list(_paths(shape.scripts, chance))
    yield _commit("main", 1, paths, chance)
    for number in range(2, shape.commits + 1):
        picked = chance.sample(paths, shape.changed)
        yield _commit("main", number, picked, chance)
    own = int(shape.scripts * shape.own_share)
    for number in range(1, shape.worktrees):
        forked = shape.commits - number * 2 % shape.commits
        picked = chance.sample(paths, own)
        name = f"w{number:03d}"
        yield _commit(name, number, picked, chance, parent=f":{forked}")


def _paths(count: int, chance: random.Random) -> Iterator[str]:
    folders = [""]
    while len(folders) < max(4, count // 20):
        parent = chance.choice(folders)
        if parent.count("/") < 5:
            folders.append(f"{parent}{chance.choice(_WORDS)}{len(folders)}/")
    for number in range(count):
        folder = chance.choice(folders)
        yield f"{folder}{chance.choice(_WORDS)}_{number:05d}.sh"


def _commit(
    branch: str,
    number: int,
    changed: list[str],
    chance: random.Random,
    *,
    parent: str = "",
) -> bytes:
    message = f"{branch} {number}"
    when = 1_700_000_000 + number * 3600
    mark = "" if parent else f"mark :{number}\n"
    parts = [
        f"commit refs/heads/{branch}\n{mark}"
        f"committer Bench <bench@example.invalid> {when} +0000\n"
        f"data {len(message)}\n{message}\n"
    ]
    if parent:
        parts.append(f"from {parent}\n")
    for path in sorted(changed):
        text = _script(chance)
        parts.append(f"M 100755 inline {path}\ndata {len(text)}\n{text}\n")
    return "".join(parts).encode()


def _script(chance: random.Random) -> str:
    size = min(60_000, int(chance.lognormvariate(8.5, 0.9)))
    lines = ["#!/usr/bin/env bash", "set -euo pipefail"]
    length = 0
    while length < size:
        line = " ".join(chance.choices(_WORDS, k=7)) + f" {chance.getrandbits(32):x}"
        lines.append(line)
        length += len(line) + 1
    return "\n".join(lines) + "\n"


def _git(root: Path, *args: str, data: bytes | None = None) -> None:
    command = ["git", "-c", "user.name=Bench", "-c", "user.email=b@example.invalid"]
    subprocess.run([*command, *args], cwd=root, input=data, check=True)
