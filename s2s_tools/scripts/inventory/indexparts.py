"""The parts of an index that lie elsewhere: a shared index, the trees of folders."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from typing import NamedTuple

from s2s_tools import errors
from s2s_tools.system import git

_WORD_BITS = 64


class Entries(NamedTuple):
    """Paths and where their records are."""

    paths: list[bytes]
    offsets: list[int]


def join(base: Entries, own: Entries, bitmaps: bytes) -> tuple[list[bytes], list[int]]:
    """The entries of a split index, in order of their paths.

    `bitmaps` say which entries of `base` are deleted and which are replaced, by
    those of `own` that have no name. ValueError where they do not fit.
    """
    deleted, rest = _bitmap(bitmaps)
    replaced, _ = _bitmap(rest)
    nameless = [at for path, at in zip(*own, strict=True) if not path]
    if len(nameless) != len(replaced) or replaced[-1:] >= [len(base.paths)]:
        raise ValueError("its shared index does not fit")
    records = dict(zip(replaced, nameless, strict=True))
    gone = frozenset(deleted)
    pairs = [
        (path, records.get(number, at))
        for number, (path, at) in enumerate(zip(*base, strict=True))
        if number not in gone
    ]
    pairs += [(path, at) for path, at in zip(*own, strict=True) if path]
    pairs.sort()
    return [path for path, _ in pairs], [at for _, at in pairs]


def tree_entries(folder: bytes, object_id: bytes) -> Iterator[tuple[bytes, int, bytes]]:
    """Path, mode and id of every file below a tree; nothing where it is not here."""
    try:
        told = git.output(folder, "ls-tree", "-r", "-z", "--full-tree", object_id.hex())
    except errors.GitFailed:
        return
    for line in told.split(b"\0")[:-1]:
        head, _, path = line.partition(b"\t")
        entry_mode, _, name = head.split(b" ")
        yield path, int(entry_mode, 8), bytes.fromhex(name.decode())


def _bitmap(data: bytes) -> tuple[list[int], bytes]:
    """The positions that are set in an EWAH bitmap, and what follows it."""
    _, count = struct.unpack_from(">II", data)
    words = struct.unpack_from(f">{count}Q", data, 8)
    found: list[int] = []
    at = position = 0
    while at < count:
        marker = words[at]
        run, literals = marker >> 1 & 0xFFFFFFFF, marker >> 33
        if marker & 1:
            found += range(position, position + run * _WORD_BITS)
        position += run * _WORD_BITS
        for word in words[at + 1 : at + 1 + literals]:
            found += [position + bit for bit in range(_WORD_BITS) if word >> bit & 1]
            position += _WORD_BITS
        at += 1 + literals
    return found, data[12 + 8 * count :]
