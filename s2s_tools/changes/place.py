"""Where journals and backups of a repository are kept, and the lock over them."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass

from s2s_tools import constants, errors
from s2s_tools.system import atomic, files, lock

_LOCK = b"lock"


@dataclass(frozen=True, slots=True)
class Place:
    """A folder of journals and the git directory whose refs hold the backups."""

    path: bytes
    git_dir: bytes
    inside: bool  # in the repository itself, as against the state folder


def existing(common_dir: bytes) -> tuple[Place, ...]:
    """The places of a repository that are there, its own first."""
    both = (_inside(common_dir), _outside(common_dir))
    return tuple(p for p in both if os.path.isdir(p.path))


@contextmanager
def hold(common_dir: bytes, *, who: str) -> Iterator[tuple[Place, ...]]:
    """Lock every place of a repository; the first is the one to write to.

    Raises errors.Locked where another run is at work, errors.WriteFailed where
    neither the repository nor the state folder can be written.
    """
    first = _writable(common_dir)
    others = tuple(p for p in existing(common_dir) if p != first)
    with ExitStack() as held:
        for place in (first, *others):
            if place != first and not os.access(place.path, os.W_OK):
                continue
            fd = held.enter_context(files.folder(place.path))
            name = os.fsdecode(common_dir)
            held.enter_context(lock.hold(fd, _LOCK, who=who, where=name))
        yield (first, *others)


def _inside(common_dir: bytes) -> Place:
    path = os.path.join(common_dir, os.fsencode(constants.STATE_FOLDER))
    return Place(path, common_dir, True)


def _outside(common_dir: bytes) -> Place:
    key = hashlib.sha256(os.path.realpath(common_dir)).hexdigest()[:16]
    path = os.path.join(_state_home(), b"s2s", b"repositories", key.encode())
    return Place(path, os.path.join(path, b"backup.git"), False)


def _state_home() -> bytes:
    chosen = os.environb.get(b"XDG_STATE_HOME", b"")
    if os.path.isabs(chosen):
        return chosen
    return os.path.join(os.path.expanduser(b"~"), b".local", b"state")


def _writable(common_dir: bytes) -> Place:
    place = _inside(common_dir)
    needed = [common_dir, os.path.join(common_dir, b"objects")]
    needed += [os.path.join(common_dir, b"refs")]
    if os.path.lexists(place.path):
        needed.append(place.path)
    if not all(os.access(path, os.W_OK | os.X_OK) for path in needed):
        place = _outside(common_dir)
    try:
        atomic.make_folders(place.path, 0o700)
    except OSError as exc:
        raise errors.WriteFailed(
            f"{os.fsdecode(place.path)}: {exc.strerror}; "
            "a journal needs a place, make it writable"
        ) from exc
    if os.path.islink(place.path):
        raise errors.Refused(
            f"{os.fsdecode(place.path)} is a symbolic link; replace it by a folder"
        )
    return place
