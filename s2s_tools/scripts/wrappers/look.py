"""The disk as a wrapper sees it: as it is, or as a plan will leave it."""

from __future__ import annotations

import os

from s2s_tools.changes.model import Kind, Plan, Write
from s2s_tools.model import Repository
from s2s_tools.scripts.wrappers import resolve


class Disk:
    """The disk as it is."""

    def is_file(self, path: bytes) -> bool:
        return os.path.isfile(path)

    def link(self, path: bytes) -> bytes | None:
        try:
            return os.readlink(path)
        except OSError:
            return None

    def read(self, path: bytes) -> bytes | None:
        try:
            with open(path, "rb") as file:
                return file.read()
        except OSError:
            return None


class After:
    """The disk as it will be when a plan has been carried out.

    Paths that are written are told by their text: ask with a worktree's own
    path, without links in its folders.
    """

    def __init__(
        self, plan: Plan, repository: Repository, base: resolve.Look | None = None
    ) -> None:
        trees = {tree.name: tree.path for tree in repository.worktrees}
        self._base = base or Disk()
        self._writes: dict[bytes, Write] = {
            os.path.normpath(os.path.join(trees[write.worktree], write.path)): write
            for write in plan.writes
        }

    def is_file(self, path: bytes) -> bool:
        path = resolve.follow(path, self)
        write = self._at(path)
        return self._base.is_file(path) if write is None else _holds_file(write)

    def link(self, path: bytes) -> bytes | None:
        write = self._at(path)
        if write is None:
            return self._base.link(path)
        return write.data if write.after.kind is Kind.LINK else None

    def read(self, path: bytes) -> bytes | None:
        path = resolve.follow(path, self)
        write = self._at(path)
        if write is None:
            return self._base.read(path)
        return write.data if _holds_file(write) else None

    def _at(self, path: bytes) -> Write | None:
        return self._writes.get(os.path.normpath(path))


def _holds_file(write: Write) -> bool:
    return write.after.kind is Kind.FILE
