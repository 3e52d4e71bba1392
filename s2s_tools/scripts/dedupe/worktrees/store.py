"""The bodies in a repository's common directory: found from every worktree."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterable, Mapping
from contextlib import ExitStack, suppress
from typing import NamedTuple

from s2s_tools import constants, errors
from s2s_tools.changes.model import Kind, Plan
from s2s_tools.scripts.dedupe.worktrees.model import MAIN
from s2s_tools.scripts.inventory import stored
from s2s_tools.system import atomic, files

# The same folders as in a tree: wrappers look for `s2s/canonical/<id>`.
_PARTS = (os.fsencode(constants.STATE_FOLDER), b"canonical")


class Body(NamedTuple):
    """A script's bytes and its permission bits."""

    data: bytes
    mode: int


def of_plan(plan: Plan) -> dict[bytes, Body]:
    """The bodies that a plan puts into main's store, by id."""
    return {
        stored.home(write.path): Body(write.data, write.after.mode)
        for write in plan.writes
        if write.worktree == MAIN
        and stored.holds(write.path)
        and write.data is not None
        and write.after.kind is Kind.FILE
    }


def put(common_dir: bytes, bodies: Mapping[bytes, Body]) -> tuple[bytes, ...]:
    """Make the common store hold these bodies; the ids that were changed.

    Each is in place whole or not at all. Raises errors.WriteFailed.
    """
    changed = []
    for id in sorted(bodies):
        try:
            if _put(common_dir, id, bodies[id]):
                changed.append(id)
        except OSError as exc:
            raise errors.WriteFailed(
                f"{_name(common_dir, id)} cannot be written: {exc.strerror}; make "
                "it writable and run again"
            ) from exc
    return tuple(changed)


def held(common_dir: bytes) -> dict[bytes, Body]:
    """Every body in the common store, by id; links and other things are passed."""
    top = os.path.join(common_dir, *_PARTS)
    found = {}
    for folder, folders, names in os.walk(top):
        folders.sort()
        for name in names:
            path = os.path.join(folder, name)
            info = os.lstat(path)
            if stat.S_ISREG(info.st_mode):
                id = os.path.relpath(path, top)
                found[id] = Body(files.read(path), stat.S_IMODE(info.st_mode))
    return found


def remove(common_dir: bytes, ids: Iterable[bytes]) -> None:
    """Let bodies go, with folders that are empty then."""
    top = os.path.join(common_dir, *_PARTS)
    for id in sorted(ids, reverse=True):
        *parts, name = id.split(b"/")
        try:
            with files.folder(top) as root, files.beneath(root, parts) as fd:
                atomic.remove(fd, name)
            _prune(top, parts)
        except FileNotFoundError:
            continue
        except OSError as exc:
            raise errors.WriteFailed(
                f"{_name(common_dir, id)} cannot be removed: {exc.strerror}"
            ) from exc
    with files.folder(os.path.dirname(top)) as fd:
        atomic.remove_folder(fd, os.path.basename(top))


def prune(roots: Iterable[bytes]) -> None:
    """Remove the folders of worktrees' own stores that are empty."""
    for root in roots:
        top = os.path.join(root, stored.FOLDER.rstrip(b"/"))
        for folder, _, _ in os.walk(top, topdown=False):
            with suppress(OSError), files.folder(os.path.dirname(folder)) as fd:
                atomic.remove_folder(fd, os.path.basename(folder))


def _prune(top: bytes, parts: list[bytes]) -> None:
    with files.folder(top) as root:
        for count in range(len(parts), 0, -1):
            with files.beneath(root, parts[: count - 1]) as fd:
                if not atomic.remove_folder(fd, parts[count - 1]):
                    return


def _put(common_dir: bytes, id: bytes, body: Body) -> bool:
    *parts, name = id.split(b"/")
    with ExitStack() as held_open:
        fd = held_open.enter_context(files.folder(common_dir))
        for part in (*_PARTS, *parts):
            if files.look(fd, part) is None:
                atomic.make_folder(fd, part)
            fd = held_open.enter_context(files.beneath(fd, [part]))
        entry = files.entry(fd, name)
        if entry is not None:
            if not stat.S_ISREG(entry.stat.st_mode):
                raise errors.Refused(
                    f"{_name(common_dir, id)} is no regular file; remove it"
                )
            if entry.data == body.data and stat.S_IMODE(entry.stat.st_mode) == (
                body.mode
            ):
                return False
        temp = b".%s.%d.tmp" % (name[:200], os.getpid())
        atomic.remove(fd, temp)
        atomic.create(fd, temp, body.data, mode=body.mode)
        atomic.move(fd, temp, name)
        atomic.sync(fd)
    return True


def _name(common_dir: bytes, id: bytes) -> str:
    return os.fsdecode(os.path.join(common_dir, *_PARTS, id))
