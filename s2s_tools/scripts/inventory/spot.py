"""Where a path lies: in which repository, which worktree, under what name there."""

from __future__ import annotations

import os
from typing import NamedTuple

from s2s_tools import errors
from s2s_tools.model import Repository, Worktree
from s2s_tools.scripts.inventory import discovery


class Spot(NamedTuple):
    """A path of a worktree; `inner` is relative to its top, b"" the top itself."""

    repository: Repository
    worktree: Worktree
    inner: bytes


def find(path: bytes) -> Spot:
    """Where `path`, which need not exist yet, lies; its last part is not followed.

    Raises errors.NotARepository where it lies in no worktree.
    """
    discovery.real(os.path.dirname(path))
    head, name = os.path.split(os.path.abspath(path))
    full = os.path.join(os.path.realpath(head), name)
    there = full
    while not os.path.isdir(there) or os.path.islink(there):
        there = os.path.dirname(there)
    repository = discovery.find(there)
    holders = [t for t in repository.worktrees if _holds(t.path, full)]
    if not holders:
        raise errors.NotARepository(
            f"{os.fsdecode(path)} is in no worktree; give a path in one"
        )
    tree = max(holders, key=lambda t: len(t.path))
    inner = os.path.relpath(full, tree.path)
    return Spot(repository, tree, b"" if inner == b"." else inner)


def inside(repository: Repository, name: str) -> tuple[str, bytes] | None:
    """The worktree and the path in it that a path means; None outside of all."""
    head, base = os.path.split(os.fsencode(name))
    try:
        folder = discovery.real(head or b".")
        tree = discovery.around(repository, folder)
    except errors.NotFound:
        return None
    if tree is None:
        return None
    return tree.name, os.path.relpath(os.path.join(folder, base), tree.path)


def _holds(folder: bytes, path: bytes) -> bool:
    return path == folder or path.startswith(folder.rstrip(b"/") + b"/")
