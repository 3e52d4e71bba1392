"""The primitives that alter the disk: whole, synced, never through a link."""

from __future__ import annotations

import errno
import os
from functools import cache
from typing import Any

_NEW = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
_FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC
_HOLD = b".old"
_NO_REPLACE, _EXCHANGE = 1, 2  # flags of renameat2(2)
_UNSUPPORTED = (errno.ENOSYS, errno.EINVAL, errno.ENOTSUP, errno.EPERM)


def write_all(fd: int, data: bytes) -> None:
    """Write every byte: a short write is continued, never taken for the whole."""
    rest = memoryview(data)
    while rest:
        rest = rest[os.write(fd, rest) :]


def sync(fd: int) -> None:
    """Bring a file or a folder to the disk; an error here means it is not there."""
    os.fsync(fd)


def create(
    folder_fd: int, name: bytes, data: bytes, *, mode: int, group: int | None = None
) -> None:
    """Make a new file that is complete, synced and has exactly `mode`."""
    fd = os.open(name, _NEW, 0o600, dir_fd=folder_fd)
    try:
        write_all(fd, data)
        if group is not None and os.fstat(fd).st_gid != group:
            os.fchown(fd, -1, group)
        os.fchmod(fd, mode)
        sync(fd)
    finally:
        os.close(fd)


def create_link(folder_fd: int, name: bytes, target: bytes) -> None:
    """Make a new symbolic link."""
    os.symlink(target, name, dir_fd=folder_fd)


def exchange(folder_fd: int, temp: bytes, name: bytes) -> None:
    """Let two names of one folder change places; `name` is never missing.

    Where the file system cannot do it in one step, a hard link holds the old
    file in between; `mend` repairs what a kill leaves of that.
    """
    if not _rename(folder_fd, temp, name, _EXCHANGE):
        link(folder_fd, name, temp + _HOLD)
        move(folder_fd, temp, name)
        move(folder_fd, temp + _HOLD, temp)


def mend(folder_fd: int, temp: bytes) -> None:
    """Finish or take back an exchange that was cut off half-way."""
    if not _is_there(folder_fd, temp + _HOLD):
        return
    if _is_there(folder_fd, temp):
        remove(folder_fd, temp + _HOLD)
    else:
        move(folder_fd, temp + _HOLD, temp)


def _is_there(folder_fd: int, name: bytes) -> bool:
    try:
        os.stat(name, dir_fd=folder_fd, follow_symlinks=False)
    except FileNotFoundError:
        return False
    return True


def place(folder_fd: int, source: bytes, name: bytes) -> None:
    """Rename inside one folder; raises FileExistsError where `name` exists.

    Without the kernel's help a kill can leave both names, of one file.
    """
    if not _rename(folder_fd, source, name, _NO_REPLACE):
        link(folder_fd, source, name)
        os.unlink(source, dir_fd=folder_fd)


def link(folder_fd: int, source: bytes, name: bytes) -> None:
    """Give a file a second name; raises FileExistsError where `name` exists."""
    os.link(
        source,
        name,
        src_dir_fd=folder_fd,
        dst_dir_fd=folder_fd,
        follow_symlinks=False,
    )


def _rename(folder_fd: int, source: bytes, name: bytes, flag: int) -> bool:
    call = _renameat2()
    if call is None:
        return False
    if call(folder_fd, source, folder_fd, name, flag) == 0:
        return True
    import ctypes

    code = ctypes.get_errno()
    if code in _UNSUPPORTED:
        return False
    raise OSError(code, os.strerror(code), os.fsdecode(name))


@cache
def _renameat2() -> Any:
    import ctypes

    return getattr(ctypes.CDLL(None, use_errno=True), "renameat2", None)


def move(folder_fd: int, source: bytes, name: bytes) -> None:
    """Rename inside one folder, in one step, over whatever is there."""
    os.rename(source, name, src_dir_fd=folder_fd, dst_dir_fd=folder_fd)


def remove(folder_fd: int, name: bytes) -> None:
    """Remove a name; nothing there is no error."""
    try:
        os.unlink(name, dir_fd=folder_fd)
    except FileNotFoundError:
        return


def make_folder(folder_fd: int, name: bytes, mode: int = 0o777) -> None:
    """Make one folder; raises FileExistsError where something is there."""
    os.mkdir(name, mode, dir_fd=folder_fd)
    sync(folder_fd)


def remove_folder(folder_fd: int, name: bytes) -> bool:
    """Remove a folder if it is empty; False where it is not, or not there."""
    try:
        os.rmdir(name, dir_fd=folder_fd)
    except OSError as exc:
        if exc.errno in (errno.ENOTEMPTY, errno.EEXIST, errno.ENOENT, errno.ENOTDIR):
            return False
        raise
    return True


def make_folders(path: bytes, mode: int = 0o777) -> None:
    """Make a folder of our own and those above it."""
    os.makedirs(path, mode, exist_ok=True)


def replace(path: bytes, data: bytes, *, mode: int = 0o644) -> None:
    """Put a file of our own in place, whole or not at all."""
    head, name = os.path.split(path)
    fd = os.open(head or b".", _FOLDER)
    temp = b".%s.%d.tmp" % (name[:200], os.getpid())
    try:
        remove(fd, temp)
        create(fd, temp, data, mode=mode)
        move(fd, temp, name)
        sync(fd)
    except BaseException:
        remove(fd, temp)
        raise
    finally:
        os.close(fd)


class Unsure(OSError):
    """A line may or may not have reached the disk, and could not be taken back."""


class Log:
    """A file that only grows, each line synced before `append` returns."""

    def __init__(self, folder_fd: int, name: bytes, *, new: bool) -> None:
        flags = _NEW if new else os.O_WRONLY | os.O_NOFOLLOW | os.O_CLOEXEC
        self._fd = os.open(name, flags, 0o600, dir_fd=folder_fd)
        self._size = os.fstat(self._fd).st_size
        if new:
            sync(folder_fd)

    def append(self, line: bytes) -> None:
        """Add one line; after an error the file is as long as it was before.

        Raises Unsure where even that failed.
        """
        os.lseek(self._fd, self._size, os.SEEK_SET)
        try:
            write_all(self._fd, line)
            sync(self._fd)
        except OSError as exc:
            try:
                self.cut(self._size)
            except OSError as second:
                raise Unsure(*second.args) from exc
            raise
        self._size += len(line)

    def cut(self, size: int) -> None:
        """Shorten the file to what of it is known to be good."""
        os.ftruncate(self._fd, size)
        sync(self._fd)
        self._size = size

    def close(self) -> None:
        """Let go of the file."""
        os.close(self._fd)
