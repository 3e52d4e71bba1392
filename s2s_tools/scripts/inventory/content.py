"""What the bytes of a file are, from reading it."""

from __future__ import annotations

import os
import re
import stat
from typing import NamedTuple

_FLAGS = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
_CHUNK = 1 << 20
_HEAD = 256  # bytes; more than any `#!` line that a kernel accepts
_IDENT = re.compile(rb"\$Id:[^$\n]*\$")
_POINTER = b"version https://git-lfs.github.com/spec/"


class Read(NamedTuple):
    """A file that was read: its first bytes, its size, its id and permission bits."""

    head: bytes
    size: int
    id: bytes
    mode: int


class Changing(Exception):
    """The file changed while it was being read."""


class Reader:
    """Reads files and gives their content ids.

    The id is the one git would give the raw bytes as a blob, so that it equals
    the id of a clean, unconverted file with the same bytes. Contents met before
    are known again by their xxh3-128 and not hashed a second time.
    """

    def __init__(self, width: int) -> None:
        self._name = "sha1" if width == 20 else "sha256"
        self._ids: dict[bytes, bytes] = {}

    def read(self, path: bytes) -> Read | None:
        """What is at `path`; None where it is no regular file.

        Raises OSError where it cannot be read.
        """
        for _ in range(3):
            try:
                return self._read(path)
            except Changing:
                continue
        raise OSError(0, "it keeps changing")

    def kept(self, path: bytes) -> bytes | None:
        """The id of a file's bytes as git keeps a text; None where they are those.

        That is with plain line ends and without the id in `$Id$`. Raises OSError
        where it cannot be read.
        """
        fd = os.open(path, _FLAGS)
        with open(fd, "rb") as stream:
            data = stream.read()
        plain = _IDENT.sub(b"$Id$", data.replace(b"\r\n", b"\n"))
        return None if plain == data else self._id(plain)

    def _read(self, path: bytes) -> Read | None:
        fd = os.open(path, _FLAGS)
        try:
            found = os.fstat(fd)
            if not stat.S_ISREG(found.st_mode):
                return None
            if found.st_size > _CHUNK:
                return self._long(fd, found)
            data = os.read(fd, _CHUNK + 1)
        finally:
            os.close(fd)
        if len(data) != found.st_size:
            raise Changing
        return Read(data[:_HEAD], len(data), self._id(data), found.st_mode)

    def _id(self, data: bytes) -> bytes:
        import xxhash

        key = xxhash.xxh3_128_digest(data)
        known = self._ids.get(key)
        if known is None:
            known = self._ids[key] = blob_id(data, self._name)
        return known

    def _long(self, fd: int, found: os.stat_result) -> Read:
        import hashlib

        told = hashlib.new(self._name, b"blob %d\0" % found.st_size)
        head = part = os.read(fd, _CHUNK)
        size = 0
        while part:
            told.update(part)
            size += len(part)
            part = os.read(fd, _CHUNK)
        if size != found.st_size:
            raise Changing
        return Read(head[:_HEAD], size, told.digest(), found.st_mode)


def warm_up() -> None:
    """Import what hashes, before a process forks rather than in each child."""
    import hashlib  # noqa: F401

    import xxhash  # noqa: F401


def blob_id(data: bytes, name: str) -> bytes:
    """The id that git gives these bytes."""
    import hashlib

    told = hashlib.new(name, b"blob %d\0" % len(data))
    told.update(data)
    return told.digest()


def head(path: bytes) -> bytes:
    """A regular file's first bytes, nothing of any other kind.

    Raises OSError where it cannot be read.
    """
    fd = os.open(path, _FLAGS)
    try:
        return os.read(fd, _HEAD) if stat.S_ISREG(os.fstat(fd).st_mode) else b""
    finally:
        os.close(fd)


def is_pointer(first: bytes) -> bool:
    """Whether a file is git-lfs's note of where the real one is."""
    return first.startswith(_POINTER)
