"""One run at a time: an advisory lock that ends with its process."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from s2s_tools import errors


@contextmanager
def hold(folder_fd: int, name: bytes, *, who: str, where: str) -> Iterator[None]:
    """Hold the lock file `name` of a folder while the block runs.

    `who` is what another run is told; raises errors.Locked where it is held.
    """
    who = " ".join(who.split())
    flags = os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC
    fd = os.open(name, flags, 0o600, dir_fd=folder_fd)
    try:
        try:
            fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as exc:
            holder = os.pread(fd, 300, 0).decode("utf-8", "replace").strip()
            raise errors.Locked(
                f"{where} is locked by {holder or 'another run'}; "
                "wait until it has ended and try again"
            ) from exc
        with suppress(OSError):  # a full disk must not forbid a recovery
            os.ftruncate(fd, 0)
            os.pwrite(fd, f"process {os.getpid()} ({who})\n".encode(), 0)
        yield
    finally:
        os.close(fd)
