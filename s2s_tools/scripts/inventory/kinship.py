"""Which paths belong to one script, though they differ."""

from __future__ import annotations

from collections.abc import Collection, Mapping

MAIN = "."


class Kinship:
    """Joins paths that hold the same content in one worktree.

    `main` is what the main worktree has at each path. Where it has different
    contents at two paths, these are two scripts, whatever an older worktree has.
    """

    def __init__(self, main: Mapping[bytes, str]) -> None:
        self._main = dict(main)
        self._joined: dict[bytes, bytes] = {}

    def join_all(self, same: Mapping[tuple[str, str], Collection[bytes]]) -> None:
        """Join the paths of each (worktree, content), the main worktree's first."""
        for key in sorted(same, key=lambda key: (key[0] != MAIN, key)):
            self._join(sorted(same[key]))

    def leader(self, path: bytes) -> bytes:
        """The first path of those that `path` is joined with."""
        top = path
        while top in self._joined:
            top = self._joined[top]
        while path != top:
            self._joined[path], path = top, self._joined[path]
        return top

    def _join(self, paths: Collection[bytes]) -> None:
        firsts: dict[str | None, bytes] = {}
        for path in paths:
            content = self._main.get(self.leader(path))
            self._unite(firsts.setdefault(content, path), path)
        strange = firsts.pop(None, None)
        if strange is not None and firsts:
            self._unite(min(firsts.values()), strange)

    def _unite(self, one: bytes, other: bytes) -> None:
        low, high = sorted((self.leader(one), self.leader(other)))
        if low == high:
            return
        self._joined[high] = low
        if high in self._main:
            self._main.setdefault(low, self._main[high])
