"""The scripts of one worktree as columns: cheap to make, and to send through a pipe."""

from __future__ import annotations

import operator
from collections import Counter
from collections.abc import Sequence
from typing import NamedTuple

EXECUTABLE, TRACKED, CLEAN, SHELL = 1, 2, 4, 8
SIZE_BYTES = 4


class Listing(NamedTuple):
    """The scripts of a worktree, by path.

    A key is a file's size (4 bytes) and its content id; a mark has the bits
    above. `blobs` holds, by position, what git calls a file that it converts.
    `apart` are single files left out: reason, path, detail; `left_out` counts.
    """

    paths: list[bytes]
    keys: list[bytes]
    marks: bytes
    blobs: dict[int, bytes]
    apart: list[tuple[str, bytes, str]]
    left_out: dict[str, int]


class Columns:
    """A listing while it grows."""

    def __init__(self) -> None:
        self.paths: list[bytes] = []
        self.keys: list[bytes] = []
        self.marks = bytearray()
        self.doubts: dict[int, int] = {}  # positions whose first line decides
        self.blobs: dict[int, bytes] = {}
        self.apart: list[tuple[str, bytes, str]] = []
        self.left_out: Counter[str] = Counter()

    def add(self, path: bytes, key: bytes, mark: int) -> None:
        self.paths.append(path)
        self.keys.append(key)
        self.marks.append(mark)

    def fail(self, path: bytes, failure: OSError) -> None:
        """Name a file that cannot be read."""
        self.apart.append(("unreadable", path, failure.strerror or str(failure)))

    def order(self) -> None:
        """Sort by path."""
        if not all(map(operator.le, self.paths, self.paths[1:])):
            self._keep(sorted(range(len(self.paths)), key=self.paths.__getitem__))

    def drop(self, positions: set[int]) -> None:
        """Forget the files at these positions."""
        if positions:
            self._keep([at for at in range(len(self.paths)) if at not in positions])

    def listing(self) -> Listing:
        return Listing(
            self.paths,
            self.keys,
            bytes(self.marks),
            self.blobs,
            self.apart,
            {reason: count for reason, count in self.left_out.items() if count},
        )

    def _keep(self, kept: Sequence[int]) -> None:
        """Hold only these positions, in this order."""
        moved = {old: new for new, old in enumerate(kept)}
        self.doubts = {moved[a]: k for a, k in self.doubts.items() if a in moved}
        self.blobs = {moved[a]: b for a, b in self.blobs.items() if a in moved}
        self.paths = [self.paths[at] for at in kept]
        self.keys = [self.keys[at] for at in kept]
        self.marks = bytearray(self.marks[at] for at in kept)


def key(size: int, content_id: bytes) -> bytes:
    """The key of a file; sizes count as the index does, modulo 4 GiB."""
    return (size & 0xFFFFFFFF).to_bytes(SIZE_BYTES, "big") + content_id
