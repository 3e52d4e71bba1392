"""Reads a worktree's git index without git, as columns rather than entries."""

from __future__ import annotations

import os
import struct
from typing import NamedTuple

from s2s_tools import errors
from s2s_tools.scripts.inventory import indexparts

# A record: ctime, mtime (seconds and nanoseconds each), dev, ino, mode, uid, gid,
# size, object id, flags; then the name. All numbers are big-endian.
MODE_AT, SIZE_AT, ID_AT = 24, 36, 40
STAGES, EXTENDED, ASSUME_VALID = 0x3000, 0x4000, 0x8000
SKIP_WORKTREE, INTENT_TO_ADD = 0x4000, 0x2000
LINK, GITLINK, FOLDER = 0o120000, 0o160000, 0o040000

_HEAD = struct.Struct(">4sII")
_FORMAT = 0o170000
_KNOWN = frozenset({b"link", b"sdir"})  # of the extensions that must be understood


class Index(NamedTuple):
    """The entries of one index: entry i is `paths[i]`, its record at `offsets[i]`.

    `stamp` is when the index was written, in nanoseconds; an entry that is not
    older says nothing about its file.
    """

    data: bytes
    width: int  # bytes of an object id
    stamp: int
    paths: list[bytes]
    offsets: list[int]


class Parsed(NamedTuple):
    """What the bytes of an index hold, `extensions` by signature."""

    paths: list[bytes]
    offsets: list[int]
    extensions: dict[bytes, bytes]


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
        parsed = parse(data, width)
        index = Index(data, width, stamp, parsed.paths, parsed.offsets)
        if b"link" in parsed.extensions:
            index = _joined(index, parsed.extensions[b"link"], git_dir)
        if b"" in index.paths:
            raise ValueError("it holds an entry without a name")
    except (ValueError, struct.error, IndexError, OSError) as exc:
        raise errors.IndexCorrupt(
            f"{os.fsdecode(path)} is corrupt ({exc}); move it away and run "
            f"git reset in {os.fsdecode(folder)}"
        ) from exc
    return _expanded(index, folder) if b"sdir" in parsed.extensions else index


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


def named(index: Index, name: bytes) -> list[bytes]:
    """The paths that end in a name."""
    # Version 4 cuts names up; in the others a name that is there stands in one piece.
    if index.data[4:8] != b"\0\0\0\4" and name not in index.data:
        return []
    return [path for path in index.paths if path.endswith(name)]


def parse(data: bytes, width: int) -> Parsed:
    """The entries and extensions of an index's bytes; ValueError on broken ones."""
    if len(data) < _HEAD.size + width:
        raise ValueError("it is too short")
    signature, version, count = _HEAD.unpack_from(data)
    if signature != b"DIRC":
        raise ValueError("it does not begin with DIRC")
    if version not in (2, 3, 4):
        raise ValueError(f"version {version} is unknown")
    _verify(data, width)
    walk = _prefixed if version == 4 else _padded
    paths, offsets, end = walk(data, count, width)
    return Parsed(paths, offsets, _extensions(data, end, len(data) - width))


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
    if at > len(data) - width:
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


def _extensions(data: bytes, at: int, end: int) -> dict[bytes, bytes]:
    found: dict[bytes, bytes] = {}
    while at + 8 <= end:
        signature = data[at : at + 4]
        size = int.from_bytes(data[at + 4 : at + 8], "big")
        if signature[:1].islower() and signature not in _KNOWN:
            raise ValueError(f"its extension {signature!r} is not understood here")
        if signature in _KNOWN:
            found[signature] = data[at + 8 : at + 8 + size]
        at += 8 + size
    if at != end:
        raise ValueError("its extensions run past its end")
    return found


def _joined(index: Index, link: bytes, git_dir: bytes) -> Index:
    """A split index with the entries of the shared one that it builds upon.

    When those were written is not known any more, as git itself renews the shared
    index's time; so that no entry is trusted.
    """
    base_id = link[: index.width]
    if not any(base_id):
        return index
    path = os.path.join(git_dir, b"sharedindex." + base_id.hex().encode())
    with open(path, "rb") as stream:
        data = stream.read()
    base = parse(data, index.width)
    offsets = [at + len(index.data) for at in base.offsets]
    paths, offsets = indexparts.join(
        indexparts.Entries(base.paths, offsets),
        indexparts.Entries(index.paths, index.offsets),
        link[index.width :],
    )
    return Index(index.data + data, index.width, 0, paths, offsets)


def _expanded(index: Index, folder: bytes) -> Index:
    """A sparse index with entries in the place of the folders that it leaves out."""
    records: list[bytes] = []
    pairs: list[tuple[bytes, int]] = []
    end = len(index.data)
    for path, at in zip(index.paths, index.offsets, strict=True):
        if kind(mode(index, at)) != FOLDER:
            pairs.append((path, at))
            continue
        tree = index.data[at + ID_AT : at + ID_AT + index.width]
        for name, entry_mode, object_id in indexparts.tree_entries(folder, tree):
            pairs.append((path + name, end))
            records.append(_absent(entry_mode, object_id))
            end += len(records[-1])
    pairs.sort()
    return index._replace(
        data=index.data + b"".join(records),
        paths=[path for path, _ in pairs],
        offsets=[at for _, at in pairs],
    )


def _absent(entry_mode: int, object_id: bytes) -> bytes:
    """The record of a file that sparse checkout leaves out."""
    return (
        bytes(MODE_AT)
        + entry_mode.to_bytes(4, "big")
        + bytes(ID_AT - MODE_AT - 4)
        + object_id
        + struct.pack(">HH", EXTENDED, SKIP_WORKTREE)
    )
