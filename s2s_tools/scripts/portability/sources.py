"""The scripts that a run looks at."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Final

from s2s_tools import errors
from s2s_tools.model import Repository, Worktree
from s2s_tools.scripts.inventory import generated, grouping, scan, spot, survey
from s2s_tools.scripts.manifest import location
from s2s_tools.scripts.portability.model import Script, Skipped
from s2s_tools.system import files

_MOST: Final = 1 << 20  # bytes


def collect(
    paths: Sequence[bytes], *, all_worktrees: bool = False
) -> tuple[tuple[Script, ...], tuple[Skipped, ...]]:
    """The scripts of folders and files, each once, and what was left out.

    A folder covers the scripts beneath it in its own worktree.
    Raises errors.NotFound where a path is not there.
    """
    scripts: dict[bytes, Script] = {}
    skipped: dict[tuple[str, bytes], Skipped] = {}
    for path in paths:
        for found in _of(path, all_worktrees=all_worktrees):
            if isinstance(found, Skipped):
                skipped[found.worktree, found.path] = found
            else:
                scripts[found.full] = found
    in_order = sorted(scripts.values(), key=lambda s: (s.worktree, s.path))
    return tuple(in_order), tuple(skipped.values())


def _of(path: bytes, *, all_worktrees: bool) -> Iterator[Script | Skipped]:
    if not os.path.lexists(path):
        raise errors.NotFound(f"there is no {os.fsdecode(path)}")
    if os.path.isdir(path):
        yield from _folder(path, all_worktrees=all_worktrees)
        return
    try:
        at = spot.find(path)
    except errors.NotARepository:
        yield _read("", path, os.path.abspath(path))
        return
    full = os.path.join(at.worktree.path, at.inner)
    yield _read(at.worktree.name, at.inner, full)


def _folder(path: bytes, *, all_worktrees: bool) -> Iterator[Script | Skipped]:
    at = spot.find(os.path.join(path, b"."))
    repository, beneath = at.repository, at.inner
    trees: tuple[Worktree, ...] = (at.worktree,)
    if all_worktrees:
        trees, beneath = repository.worktrees, b""
    yield from _surveyed(replace(repository, worktrees=trees), beneath)


def _surveyed(repository: Repository, beneath: bytes) -> Iterator[Script | Skipped]:
    """The inventory's scripts of the repository's worktrees, below one folder."""
    seen = survey.survey(repository, scan.look_for(repository, scan.Options()))
    found, _ = generated.part(repository, grouping.files(seen))
    folders = {tree.name: tree.path for tree in repository.worktrees}
    start = beneath + b"/" if beneath else b""
    for file in found:
        if file.shell and file.path.startswith(start):
            full = os.path.join(folders[file.worktree], file.path)
            yield _read(file.worktree, file.path, full)
    for apart in seen.apart:
        if apart.reason == "unreadable" and apart.path.startswith(start):
            yield Skipped(apart.worktree, apart.path, "it cannot be read")


def _read(worktree: str, path: bytes, full: bytes) -> Script | Skipped:
    reason = _no_text(os.lstat(full))
    if reason:
        return Skipped(worktree, path, reason)
    try:
        data = files.read(full)
    except errors.FileUnreadable:
        return Skipped(worktree, path, "it cannot be read")
    if b"\0" in data:
        return Skipped(worktree, path, "it is binary: there is a NUL byte in it")
    if not location.is_shell(path, data):
        return Skipped(worktree, path, "it is no shell script")
    return Script(worktree, path, full, data)


def _no_text(info: os.stat_result) -> str:
    """Why a file is not even opened; "" where it may be."""
    if stat.S_ISLNK(info.st_mode):
        return "it is a symbolic link; give its target"
    if not stat.S_ISREG(info.st_mode):
        return "it is no regular file"
    return "it is larger than 1 MiB" if info.st_size > _MOST else ""
