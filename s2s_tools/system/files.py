"""Reading files beneath a folder without ever following a symbolic link."""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from s2s_tools import errors

_FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC
_FILE = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
_CHUNK = 1 << 20


@dataclass(frozen=True, slots=True)
class Entry:
    """What stands at a name: its own stat (never a link's target's) and bytes.

    `data` is a file's bytes or a link's target; None for every other kind.
    """

    stat: os.stat_result
    data: bytes | None


def read(path: bytes) -> bytes:
    """The bytes of a file of our own; raises errors.FileUnreadable."""
    try:
        with open(path, "rb") as file:
            return file.read()
    except OSError as exc:
        raise errors.FileUnreadable(
            f"{os.fsdecode(path)} cannot be read: {exc.strerror}"
        ) from exc


@contextmanager
def folder(path: bytes) -> Iterator[int]:
    """An open descriptor of a folder that the caller trusts."""
    fd = os.open(path, _FOLDER)
    try:
        yield fd
    finally:
        os.close(fd)


@contextmanager
def beneath(root_fd: int, parts: Sequence[bytes]) -> Iterator[int]:
    """The folder at `parts` below `root_fd`, reached without following a link.

    Raises OSError (ENOTDIR or ELOOP) where a part is a link or no folder.
    """
    fd = os.dup(root_fd)
    try:
        for part in parts:
            fd = _step(fd, part)
        yield fd
    finally:
        os.close(fd)


def _step(fd: int, part: bytes) -> int:
    inner = os.open(part, _FOLDER | os.O_NOFOLLOW, dir_fd=fd)
    os.close(fd)
    return inner


def look(folder_fd: int, name: bytes) -> os.stat_result | None:
    """The stat of a name itself, None where there is nothing."""
    try:
        return os.stat(name, dir_fd=folder_fd, follow_symlinks=False)
    except FileNotFoundError:
        return None


def entry(folder_fd: int, name: bytes) -> Entry | None:
    """A name's stat and bytes, None where there is nothing.

    A name that changes its kind while it is being read is read again.
    """
    for _ in range(100):
        found = look(folder_fd, name)
        if found is None:
            return None
        try:
            if stat.S_ISLNK(found.st_mode):
                return Entry(found, os.readlink(name, dir_fd=folder_fd))
            if stat.S_ISREG(found.st_mode):
                return _regular(folder_fd, name)
            return Entry(found, None)
        except OSError as exc:
            if exc.errno not in (errno.ENOENT, errno.ELOOP, errno.EINVAL):
                raise
    raise OSError(errno.EAGAIN, "it keeps changing its kind", os.fsdecode(name))


def _regular(folder_fd: int, name: bytes) -> Entry:
    fd = os.open(name, _FILE, dir_fd=folder_fd)
    try:
        found = os.fstat(fd)
        if not stat.S_ISREG(found.st_mode):
            return Entry(found, None)
        return Entry(found, read_all(fd))
    finally:
        os.close(fd)


def read_all(fd: int) -> bytes:
    """Every byte from where the descriptor stands to the end."""
    parts = []
    while part := os.read(fd, _CHUNK):
        parts.append(part)
    return b"".join(parts)


def attributes(folder_fd: int, name: bytes) -> tuple[str, ...]:
    """Names of a regular file's extended attributes that replacing it would lose."""
    if not hasattr(os, "listxattr"):
        return ()
    fd = os.open(name, _FILE, dir_fd=folder_fd)
    try:
        return tuple(n for n in os.listxattr(fd) if n not in _LABELS)
    except OSError:
        return ()
    finally:
        os.close(fd)


# Set by the kernel on every new file by policy, so nothing is lost.
_LABELS = frozenset({"security.selinux", "security.ima", "security.evm"})
