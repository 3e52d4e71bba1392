"""Allocations, each in git's own folder of its worktree, so that it goes with it."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import Final

from s2s_tools import constants, errors
from s2s_tools.model import Repository, Worktree
from s2s_tools.scripts.worktrees import codec
from s2s_tools.scripts.worktrees.model import MAIN, Allocation
from s2s_tools.system import atomic, files, lock

_FILE: Final = b"s2s-allocation.json"
_LOCK: Final = b"worktrees.lock"
_PATIENCE: Final = 120.0  # seconds that a run waits for its turn
_PAUSE: Final = 0.05


@contextmanager
def turn(common_dir: bytes, *, who: str) -> Iterator[None]:
    """One at a time: waits for the lock; raises errors.Locked after two minutes."""
    folder = os.path.join(common_dir, os.fsencode(constants.STATE_FOLDER))
    try:
        atomic.make_folders(folder, 0o700)
    except OSError as exc:
        raise errors.WriteFailed(
            f"{os.fsdecode(folder)} cannot be made: {exc.strerror}"
        ) from exc
    with files.folder(folder) as fd, ExitStack() as held:
        _wait(held, fd, who, os.fsdecode(common_dir))
        yield


def get(worktree: Worktree, common_dir: bytes) -> Allocation | None:
    """What a worktree was given; raises errors.InvalidDocument where it is broken."""
    if worktree.git_dir == common_dir:
        return MAIN
    path = os.path.join(worktree.git_dir, _FILE)
    if not os.path.lexists(path):
        return None
    return codec.from_json(files.read(path), os.fsdecode(path))


def others(repository: Repository, but: Worktree | None) -> tuple[Allocation, ...]:
    """What the worktrees that git knows were given, `but` one."""
    own = None if but is None else but.git_dir
    rest = (t for t in repository.worktrees if t.git_dir != own)
    held = (get(tree, repository.common_dir) for tree in rest)
    return tuple(allocation for allocation in held if allocation is not None)


def put(worktree: Worktree, held: Allocation) -> None:
    """Remember what a worktree was given; raises errors.WriteFailed."""
    path = os.path.join(worktree.git_dir, _FILE)
    try:
        atomic.replace(path, codec.to_json(held))
    except OSError as exc:
        raise errors.WriteFailed(
            f"{os.fsdecode(path)} cannot be written: {exc.strerror}"
        ) from exc


def _wait(held: ExitStack, fd: int, who: str, where: str) -> None:
    end = time.monotonic() + _PATIENCE
    while True:
        try:
            held.enter_context(lock.hold(fd, _LOCK, who=who, where=where))
            return
        except errors.Locked:
            if time.monotonic() > end:
                raise
        time.sleep(_PAUSE)
