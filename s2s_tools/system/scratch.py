"""Throw-away folders: filled, compared with what they were, put back, removed."""

from __future__ import annotations

import errno
import os
import shutil
import stat
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import NamedTuple

from s2s_tools import errors
from s2s_tools.system import files, process

_LONGEST = 4096  # bytes of a path that the kernel takes


class Mark(NamedTuple):
    """What tells that a name was touched; a folder's inside has its own marks."""

    mode: int
    inode: int
    size: int
    changed: int  # ctime: no program can set it


Marks = Mapping[bytes, Mark]


@contextmanager
def folder(name: str) -> Iterator[bytes]:
    """A new folder that only we can enter; gone, with all in it, at the end."""
    path = os.fsencode(os.path.realpath(tempfile.mkdtemp(prefix=f"{name}-")))
    try:
        yield path
    finally:
        discard(path)


def make_folder(path: bytes, *, mode: int = 0o755) -> None:
    """A folder, with those above it; one that is there stays."""
    os.makedirs(path, exist_ok=True)
    os.chmod(path, mode)


def clear_way(top: bytes, path: bytes) -> None:
    """Remove what stands where the folders above a path should be.

    Nothing that is then written at the path goes through a link.
    """
    parts = path.split(b"/")[:-1]
    for count in range(1, len(parts) + 1):
        above = os.path.join(top, *parts[:count])
        if os.path.islink(above) or not os.path.isdir(above):
            discard(above)


def put(path: bytes, data: bytes, *, mode: int) -> None:
    """A file with these bytes in place of whatever is there."""
    _clear(path)
    fd = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600)
    with open(fd, "wb") as file:
        file.write(data)
    os.chmod(path, mode)


def put_link(path: bytes, target: bytes) -> None:
    """A symbolic link in place of whatever is there."""
    _clear(path)
    os.symlink(target, path)


def read(path: bytes) -> bytes:
    """The bytes of a file, also of one that was locked against reading."""
    try:
        return files.read(path)
    except errors.FileUnreadable:
        os.chmod(path, 0o600)
        return files.read(path)


def copy(source: bytes, target: bytes) -> None:
    """The same file, link or empty folder; special files are passed over."""
    found = os.lstat(source)
    if stat.S_ISLNK(found.st_mode):
        put_link(target, os.readlink(source))
    elif stat.S_ISREG(found.st_mode):
        put(target, files.read(source), mode=stat.S_IMODE(found.st_mode) | 0o400)
    elif stat.S_ISDIR(found.st_mode):
        if not os.path.isdir(target) or os.path.islink(target):
            _clear(target)
        make_folder(target, mode=stat.S_IMODE(found.st_mode) | 0o700)


def copy_all(source: bytes, target: bytes) -> None:
    """A whole tree, names and modes and all."""
    copy(source, target)
    for path in walk(source):
        copy(os.path.join(source, path), os.path.join(target, path))


def discard(path: bytes) -> None:
    """Remove a file or a whole tree, also one with locked folders in it."""
    if os.path.islink(path) or not os.path.isdir(path):
        if os.path.lexists(path):
            os.unlink(path)
        return
    try:
        shutil.rmtree(path)
    except (OSError, RecursionError):  # locked, or deeper than a path can tell
        process.run(["chmod", "-R", "u+rwx", "--", path])
        process.run(["rm", "-rf", "--", path])


def give_name(old: bytes, new: bytes) -> None:
    """Give a scratch folder another name."""
    os.rename(old, new)


def marks(top: bytes) -> dict[bytes, Mark]:
    """The mark of every name below a folder, by path relative to it."""
    found = {}
    for path in walk(top):
        whole = os.path.join(top, path)
        if len(whole) >= _LONGEST:
            continue
        info = os.lstat(whole)
        if stat.S_ISDIR(info.st_mode):
            found[path] = Mark(info.st_mode, info.st_ino, 0, 0)
        else:
            found[path] = Mark(
                info.st_mode, info.st_ino, info.st_size, info.st_ctime_ns
            )
    return found


def walk(top: bytes) -> Iterator[bytes]:
    """Every name below a folder, a folder before what is in it."""
    folders = [b""]
    while folders:
        here = folders.pop()
        for entry in _entries(os.path.join(top, here)):
            path = os.path.join(here, entry.name)
            yield path
            if entry.is_dir(follow_symlinks=False):
                folders.append(path)


def _entries(folder: bytes) -> list[os.DirEntry[bytes]]:
    """What is in a folder; one whose path is too long to be opened seems empty."""
    try:
        with os.scandir(folder) as entries:
            return sorted(entries, key=lambda entry: entry.name)
    except PermissionError:
        os.chmod(folder, 0o700)
        with os.scandir(folder) as entries:
            return sorted(entries, key=lambda entry: entry.name)
    except OSError as exc:
        if exc.errno != errno.ENAMETOOLONG:
            raise
        return []


def free(path: bytes) -> int:
    """Bytes that can still be written where a folder lies."""
    found = os.statvfs(path)
    return found.f_bavail * found.f_frsize


def _clear(path: bytes) -> None:
    os.makedirs(os.path.dirname(path), exist_ok=True)
    if os.path.lexists(path):
        discard(path)
