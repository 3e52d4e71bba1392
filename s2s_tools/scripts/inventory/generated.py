"""Tells exec wrappers from scripts, in repositories that have a store of bodies."""

from __future__ import annotations

import os
from collections.abc import Iterable

from s2s_tools import constants
from s2s_tools.model import Repository
from s2s_tools.scripts.inventory import stored
from s2s_tools.scripts.inventory.model import Apart, File

REASON = "wrappers"
_ENOUGH = 1024  # bytes that hold both lines of any wrapper's head


def part(
    repository: Repository, files: Iterable[File]
) -> tuple[tuple[File, ...], tuple[Apart, ...]]:
    """The scripts, and the wrappers among the files; `detail` is the wrapped id."""
    found = tuple(files)
    if not _has_store(repository, found):
        return found, ()
    roots = {tree.name: tree.path for tree in repository.worktrees}
    kept, apart = [], []
    known: dict[tuple[str, bytes], bytes | None] = {}
    for file in found:
        key = (file.content, file.path)
        if key not in known:
            known[key] = _wrapped(roots.get(file.worktree), file)
        id = known[key]
        if id is None:
            kept.append(file)
        else:
            detail = id.decode("utf-8", "surrogateescape")
            apart.append(Apart(file.worktree, file.path, REASON, detail))
    return tuple(kept), tuple(apart)


def _has_store(repository: Repository, files: Iterable[File]) -> bool:
    name = os.fsencode(os.path.basename(constants.CANONICAL_FOLDER))
    state = os.fsencode(constants.STATE_FOLDER)
    if os.path.isdir(os.path.join(repository.common_dir, state, name)):
        return True
    return any(stored.holds(file.path) for file in files)


def _wrapped(root: bytes | None, file: File) -> bytes | None:
    if root is None or not stored.SMALLEST <= file.size <= stored.LARGEST:
        return None
    if stored.holds(file.path):
        return None
    try:
        with open(os.path.join(root, file.path), "rb") as stream:
            return stored.wrapped(stream.read(_ENOUGH))
    except OSError:
        return None
