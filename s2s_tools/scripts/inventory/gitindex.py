"""Reads a worktree's git index without git, as columns rather than entries."""

from __future__ import annotations

import os
import struct
from typing import NamedTuple

from s2s_tools import errors
from s2s_tools.system import git

# A record: ctime, mtime (seconds and nanoseconds each), dev, ino, mode, uid, gid,
# size, object id, flags; then the name. All numbers are big-endian.
MODE_AT, SIZE_AT, ID_AT = 24, 36, 40
STAGES, EXTENDED, ASSUME_VALID = 0x3000, 0x4000, 0x8000
SKIP_WORKTREE, INTENT_TO_ADD = 0x4000, 0x2000
LINK, GITLINK, FOLDER = 0o120000, 0o160000, 0o040000

_HEAD = struct.Struct(">4sII")
_FORMAT = 0o170000


class Index(NamedTuple):
    """The entries of one index: entry i is `paths[i]`, its record at `offsets[i]`.

    `stamp` is when the index was written, in nanoseconds. A record whose times are
    zero is to be read: git's answer carried no stat.
    """

    data: bytes
    width: int  # bytes of an object id
    stamp: int
    paths: list[bytes]
    offsets: list[int]


class _NotParsed(Exception):
    """This index needs git itself."""


def read(folder: bytes, git_dir: bytes, width: int) -> Index:
    """The index of a worktree; empty where there is none yet.

    Raises errors.IndexCorrupt.
    """
    path = os.path.join(git_dir, b"index")
    try:
        with open(path, "rb") as stream:
            data = stream.read()
            stamp = os.fstat(stream.fileno()).st_mtime_ns
    except FileNotFoundError:
        return Index(b"", width, 0, [], [])
    except OSError as exc:
        raise errors.FileUnreadable(
            f"{os.fsdecode(path)}: {exc.strerror}; make it readable"
        ) from exc
    try:
        paths, offsets = parse(data, width)
    except _NotParsed:
        return _listed(folder, width)
    except (ValueError, struct.error, IndexError) as exc:
        raise errors.IndexCorrupt(
            f"{os.fsdecode(path)} is corrupt ({exc}); move it away and run "
            f"git reset in {os.fsdecode(folder)}"
        ) from exc
    return Index(data, width, stamp, paths, offsets)


def flags(index: Index, offset: int) -> tuple[int, int]:
    """An entry's flags and its extended flags."""
    data, at = index.data, offset + ID_AT + index.width
    low = data[at] << 8 | data[at + 1]
    return low, data[at + 2] << 8 | data[at + 3] if low & EXTENDED else 0


def mode(index: Index, offset: int) -> int:
    """An entry's mode as git records it."""
    return int.from_bytes(index.data[offset + MODE_AT : offset + MODE_AT + 4], "big")


def kind(entry_mode: int) -> int:
    """What a mode says the entry is: LINK, GITLINK, FOLDER or a file."""
    return entry_mode & _FORMAT


def gitlinks(index: Index) -> frozenset[bytes]:
    """The paths that stand for other repositories."""
    if b"\0\0\xe0\0" not in index.data:
        return frozenset()
    return frozenset(
        path
        for path, at in zip(index.paths, index.offsets, strict=True)
        if kind(mode(index, at)) == GITLINK
    )


def parse(data: bytes, width: int) -> tuple[list[bytes], list[int]]:
    """Paths and record offsets of an index's bytes.

    Raises ValueError on a broken index, _NotParsed on one whose entries are
    elsewhere (split, sparse).
    """
    signature, version, count = _HEAD.unpack_from(data)
    if signature != b"DIRC":
        raise ValueError("it does not begin with DIRC")
    if version not in (2, 3, 4):
        raise ValueError(f"version {version} is unknown")
    _verify(data, width)
    walk = _prefixed if version == 4 else _padded
    paths, offsets, end = walk(data, count, width)
    _check_extensions(data, end, len(data) - width)
    return paths, offsets


def _verify(data: bytes, width: int) -> None:
    import hashlib

    told = data[-width:]
    if not any(told):  # index.skipHash
        return
    name = "sha1" if width == 20 else "sha256"
    if hashlib.new(name, memoryview(data)[:-width]).digest() != told:
        raise ValueError("its checksum does not match")


def _padded(data: bytes, count: int, width: int) -> tuple[list[bytes], list[int], int]:
    """Versions 2 and 3: each name ends in one to eight NULs, to a multiple of 8."""
    fixed = ID_AT + width + 2
    flag = fixed - 2
    paths: list[bytes] = []
    offsets: list[int] = []
    find, add_path, add_offset = data.find, paths.append, offsets.append
    at = 12
    for _ in range(count):
        start = at + fixed
        if data[at + flag] & 0x40:
            start += 2
        end = find(b"\0", start)
        add_path(data[start:end])
        add_offset(at)
        at += (end - at + 8) & ~7
    if at > len(data) - width or b"" in paths:
        raise ValueError("its entries run past its end")
    return paths, offsets, at


def _prefixed(
    data: bytes, count: int, width: int
) -> tuple[list[bytes], list[int], int]:
    """Version 4: each name drops some bytes of the one before and adds others."""
    fixed = ID_AT + width + 2
    paths: list[bytes] = []
    offsets: list[int] = []
    name = b""
    at = 12
    for _ in range(count):
        offsets.append(at)
        start = at + fixed + (2 if data[at + fixed - 2] & 0x40 else 0)
        dropped, start = _number(data, start)
        end = data.index(b"\0", start)
        name = name[: len(name) - dropped] + data[start:end]
        paths.append(name)
        at = end + 1
    if at > len(data) - width:
        raise ValueError("its entries run past its end")
    return paths, offsets, at


def _number(data: bytes, at: int) -> tuple[int, int]:
    """A variable-width number as in pack files, and where it ends."""
    byte = data[at]
    value = byte & 0x7F
    while byte & 0x80:
        at += 1
        byte = data[at]
        value = (value + 1) << 7 | byte & 0x7F
    return value, at + 1


def _check_extensions(data: bytes, at: int, end: int) -> None:
    while at + 8 <= end:
        signature = data[at : at + 4]
        if not signature[:1].isupper():
            raise _NotParsed(signature)
        at += 8 + int.from_bytes(data[at + 4 : at + 8], "big")
    if at != end:
        raise ValueError("its extensions run past its end")


def _listed(folder: bytes, width: int) -> Index:
    """The entries as git tells them: ids and modes, but nothing about files."""
    out = git.output(folder, "ls-files", "--stage", "-t", "-z")
    records: list[bytes] = []
    paths: list[bytes] = []
    for line in out.split(b"\0")[:-1]:
        told, _, path = line.partition(b"\t")
        tag, entry_mode, object_id, stage = told.split(b" ")
        extended = SKIP_WORKTREE if tag == b"S" else 0
        low = int(stage) << 12 | EXTENDED
        records.append(
            bytes(MODE_AT)
            + int(entry_mode, 8).to_bytes(4, "big")
            + bytes(ID_AT - MODE_AT - 4)
            + bytes.fromhex(object_id.decode())
            + struct.pack(">HH", low, extended)
        )
        paths.append(path)
    size = ID_AT + width + 4
    offsets = list(range(0, size * len(paths), size))
    return Index(b"".join(records), width, 0, paths, offsets)
