"""One generated file: planned inside a repository, put in place outside of one."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass

from s2s_tools import errors
from s2s_tools.changes import state
from s2s_tools.changes.model import Expect, Kind, Plan, State, Write
from s2s_tools.system import atomic, files


@dataclass(frozen=True, slots=True, kw_only=True)
class Single:
    """A file that a command makes, and which earlier bytes it may take the place of.

    `may_replace` is asked with the bytes that stand there.
    """

    data: bytes
    mode: int
    command: str
    reason: str
    may_replace: Callable[[bytes], bool]


def plan(
    single: Single, common_dir: bytes, worktree: str, top: bytes, inner: bytes
) -> Plan:
    """Plan to put the file at `inner` of a worktree, whose folder is `top`.

    Raises errors.Refused where something else stands there.
    """
    before = _before(single, os.path.join(top, inner))
    after = state.file_state(single.data, single.mode)
    if before == after:
        same = Expect(worktree=worktree, path=inner, state=after)
        return Plan(repository=common_dir, command=single.command, expects=(same,))
    write = Write(
        worktree=worktree,
        path=inner,
        before=before,
        after=after,
        data=single.data,
        reason=single.reason,
        named=True,
    )
    return Plan(repository=common_dir, command=single.command, writes=(write,))


def put(single: Single, path: bytes) -> bool:
    """Put the file at `path`, which is in no repository; False: it was there.

    Raises errors.Refused where something else stands there, errors.WriteFailed.
    """
    if _before(single, path) == state.file_state(single.data, single.mode):
        return False
    try:
        atomic.replace(path, single.data, mode=single.mode)
    except OSError as exc:
        raise errors.WriteFailed(
            f"{os.fsdecode(path)} cannot be written: {exc.strerror}"
        ) from exc
    return True


def _before(single: Single, path: bytes) -> State:
    seen = state.observe(path)
    if seen.kind is Kind.ABSENT:
        return seen
    if seen.kind is not Kind.FILE:
        raise errors.Refused(
            f"{os.fsdecode(path)} is there and is no regular file; name another"
        )
    if not single.may_replace(files.read(path)):
        raise errors.Refused(
            f"{os.fsdecode(path)} is there and was not made by s2s "
            f"{single.command}; name another file or remove it"
        )
    return seen


def create(path: bytes, data: bytes, *, mode: int) -> bool:
    """Make a file of our own where there is nothing; False: something is there."""
    head, name = os.path.split(path)
    temp = b".%s.%d.tmp" % (name[:200], os.getpid())
    try:
        with files.folder(head) as fd:
            atomic.remove(fd, temp)
            atomic.create(fd, temp, data, mode=mode)
            try:
                atomic.place(fd, temp, name)
            except FileExistsError:
                return False
            finally:
                atomic.remove(fd, temp)
            atomic.sync(fd)
    except OSError as exc:
        raise errors.WriteFailed(
            f"{os.fsdecode(path)} cannot be written: {exc.strerror}"
        ) from exc
    return True


def remove(path: bytes, sha256: str) -> bool:
    """Remove a file of our own; False: it is not there with these bytes."""
    seen = state.observe(path)
    if seen.kind is not Kind.FILE or seen.sha256 != sha256:
        return False
    head, name = os.path.split(path)
    with files.folder(head) as fd:
        atomic.remove(fd, name)
    return True
