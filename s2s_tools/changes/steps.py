"""One step on the disk: staged beside its path, exchanged, taken back, tidied."""

from __future__ import annotations

import errno
import os
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass

from s2s_tools import errors
from s2s_tools import model as repositories
from s2s_tools.changes import laws, model
from s2s_tools.changes import state as states
from s2s_tools.system import atomic, files

_FRESH = b".new"
_GONE = (errno.ENOENT, errno.ENOTDIR, errno.ELOOP)


@dataclass(frozen=True, slots=True)
class Site:
    """Where the steps of one transaction happen: its id, the worktrees' folders."""

    txid: str
    roots: Mapping[str, Root]


@dataclass(frozen=True, slots=True)
class Root:
    """A worktree's folder, and which one it was when it was looked at."""

    path: bytes
    identity: tuple[int, int]


class Elsewhere(Exception):
    """The folder of a path is gone, or is now reached through a link."""


def site(txid: str, trees: Iterable[repositories.Worktree]) -> Site:
    """The site of a transaction in those of the worktrees that are there."""
    roots = {}
    for tree in trees:
        with suppress(OSError), files.folder(tree.path) as fd:
            roots[tree.name] = Root(tree.path, _identity(fd))
    return Site(txid, roots)


def temp_name(site: Site, step: model.Step) -> bytes:
    """The name beside the path that the new file has before, the old one after."""
    return f".s2s-{site.txid}-{step.number}".encode()


@contextmanager
def folder(site: Site, worktree: str, path: bytes) -> Iterator[tuple[int, bytes]]:
    """The open folder of a path and the path's last part; raises Elsewhere."""
    *parts, name = path.split(b"/")
    fd = _root(site, worktree)
    try:
        with _beneath(fd, parts) as inner:
            yield inner, name
    finally:
        os.close(fd)


def stage(site: Site, step: model.Step, data: bytes | None) -> None:
    """Write what is to come beside the path, complete and synced."""
    if data is None:
        return
    with folder(site, step.worktree, step.path) as (fd, name):
        _create(fd, temp_name(site, step), step.after, data, like=name)


def carry_out(site: Site, step: model.Step) -> None:
    """Put the staged state in place; raises errors.FileChanged.

    The old file is still there under the temporary name when this returns. It is
    looked at again after the move, so bytes that somebody saved in the very last
    moment are put back, not lost.
    """
    temp = temp_name(site, step)
    with folder(site, step.worktree, step.path) as (fd, name):
        if not is_still(fd, name, step.before):
            raise changed(step.worktree, step.path)
        if step.before.kind is model.Kind.ABSENT:
            try:
                atomic.place(fd, temp, name)
            except FileExistsError as exc:
                raise changed(step.worktree, step.path) from exc
            return
        if step.after.kind is model.Kind.ABSENT:
            atomic.place(fd, name, temp)
        else:
            atomic.exchange(fd, temp, name)
        if not is_still(fd, temp, step.before):
            _swap_back(fd, temp, name, step)
            raise changed(step.worktree, step.path)


def is_still(folder_fd: int, name: bytes, expected: model.State) -> bool:
    """Whether a name holds exactly the expected state now."""
    return states.at(folder_fd, name) == expected


def take_back(
    site: Site, step: model.Step, fetch: Callable[[model.Step], bytes]
) -> model.Keep | None:
    """Bring a step that was staged back to `before`, from wherever it stopped.

    A path that somebody has changed since stays as it is and is reported. Can
    be cut off and called again at any point.
    """
    temp = temp_name(site, step)
    with folder(site, step.worktree, step.path) as (fd, name):
        atomic.mend(fd, temp)
        atomic.remove(fd, temp + _FRESH)
        now, aside = states.at(fd, name), states.at(fd, temp)
        if now == step.before:
            return _drop(fd, temp, step, aside)
        if now != step.after:
            return _drop(fd, temp, step, aside) or _kept(step, "it was changed since")
        if step.before.kind is model.Kind.ABSENT:
            return _uncreate(fd, temp, name, step)
        if aside == model.ABSENT:
            _restage(fd, temp, name, step, fetch(step))
            aside = step.before
        if aside == step.after:
            atomic.remove(fd, temp)
            return _kept(step, "somebody else wrote the same bytes")
        return _put_back(fd, temp, name, step, aside)


def unstage(site: Site, step: model.Step) -> None:
    """Remove what was being staged for a step that was never carried out."""
    temp = temp_name(site, step)
    with folder(site, step.worktree, step.path) as (fd, _name):
        atomic.remove(fd, temp)


def tidy(site: Site, step: model.Step) -> model.Keep | None:
    """After the commit: let the old file go, if it is still what the backup holds."""
    temp = temp_name(site, step)
    with folder(site, step.worktree, step.path) as (fd, _name):
        atomic.mend(fd, temp)
        return _drop(fd, temp, step, states.at(fd, temp))


def sync(site: Site, done: Iterable[model.Step]) -> None:
    """Bring the names in the folders of these steps to the disk."""
    folders = {(s.worktree, s.path.rpartition(b"/")[0]): s for s in done}
    for step in folders.values():
        with (
            suppress(Elsewhere),
            folder(site, step.worktree, step.path) as (fd, _name),
        ):
            atomic.sync(fd)


def changed(worktree: str, path: bytes) -> errors.FileChanged:
    """The error of a path that is not what the plan expects."""
    return errors.FileChanged(
        f"{laws.show(worktree, path)} is no longer what the plan expects; "
        "make the plan anew"
    )


def _root(site: Site, worktree: str) -> int:
    flags = os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC
    try:
        root = site.roots[worktree]
        fd = os.open(root.path, flags)
    except (KeyError, FileNotFoundError, NotADirectoryError) as exc:
        raise Elsewhere(f"the worktree {worktree} is gone") from exc
    if _identity(fd) != root.identity:
        os.close(fd)
        raise Elsewhere(f"the worktree {worktree} is another folder now")
    return fd


def _identity(fd: int) -> tuple[int, int]:
    found = os.fstat(fd)
    return found.st_dev, found.st_ino


@contextmanager
def _beneath(root_fd: int, parts: list[bytes]) -> Iterator[int]:
    walk = files.beneath(root_fd, parts)
    try:
        fd = walk.__enter__()
    except OSError as exc:
        if exc.errno in _GONE:
            raise Elsewhere("its folder is gone, or is a link now") from exc
        raise
    try:
        yield fd
    finally:
        walk.__exit__(None, None, None)


def _create(
    fd: int, temp: bytes, state: model.State, data: bytes, *, like: bytes
) -> None:
    if state.kind is model.Kind.LINK:
        atomic.create_link(fd, temp, data)
        return
    old = files.look(fd, like)
    group = None if old is None else old.st_gid
    atomic.create(fd, temp, data, mode=state.mode, group=group)


def _swap_back(fd: int, temp: bytes, name: bytes, step: model.Step) -> None:
    if step.after.kind is not model.Kind.ABSENT:
        atomic.exchange(fd, temp, name)
        return
    atomic.place(fd, temp, name)


def _drop(
    fd: int, temp: bytes, step: model.Step, aside: model.State
) -> model.Keep | None:
    if aside in (model.ABSENT, step.before, step.after):
        atomic.remove(fd, temp)
        return None
    return _kept(step, f"late bytes of it were saved in {os.fsdecode(temp)}")


def _uncreate(fd: int, temp: bytes, name: bytes, step: model.Step) -> model.Keep | None:
    atomic.remove(fd, temp)
    atomic.place(fd, name, temp)
    if is_still(fd, temp, step.after):
        atomic.remove(fd, temp)
        return None
    atomic.place(fd, temp, name)
    return _kept(step, "it was changed since")


def _restage(fd: int, temp: bytes, name: bytes, step: model.Step, data: bytes) -> None:
    _create(fd, temp + _FRESH, step.before, data, like=name)
    atomic.move(fd, temp + _FRESH, temp)


def _put_back(
    fd: int, temp: bytes, name: bytes, step: model.Step, aside: model.State
) -> model.Keep | None:
    if step.after.kind is model.Kind.ABSENT:
        try:
            atomic.place(fd, temp, name)
        except FileExistsError:
            atomic.remove(fd, temp)
            return _kept(step, "it was made anew")
    else:
        atomic.exchange(fd, temp, name)
        if not is_still(fd, temp, step.after):
            atomic.exchange(fd, temp, name)
            return _drop(fd, temp, step, aside) or _kept(step, "it was changed since")
        atomic.remove(fd, temp)
    return None if aside == step.before else _kept(step, "it was changed meanwhile")


def _kept(step: model.Step, reason: str) -> model.Keep:
    return model.Keep(worktree=step.worktree, path=step.path, reason=reason)
