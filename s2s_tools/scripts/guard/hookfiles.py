"""The hook files of a repository: looked at, put in front, taken away.

They lie in git's own directory, where `changes` never writes. Each step is one
rename or link, so that a kill leaves the hook that was there, or ours before it.
"""

from __future__ import annotations

import os
import stat
from typing import NamedTuple

from s2s_tools import errors
from s2s_tools.scripts.guard import hooktext
from s2s_tools.system import atomic, files

_MODE = 0o755
_LEGACY = b".legacy"


class Hook(NamedTuple):
    """What stands under a hook's name.

    `kind`: "" nothing, "ours", "legacy" (ours, moved aside by pre-commit's own
    installation, which calls it), "edited" or "foreign". `kept` is what stands
    under the name for a hook that was moved aside: "" nothing, "other", or "same",
    the foreign hook itself, from an installation that was cut short.
    `needs_name`: a foreign hook that cannot do its work under another name.
    """

    name: str
    kind: str
    kept: str
    runnable: bool = True
    needs_name: bool = False


def look(folder: bytes, name: str) -> Hook:
    """What is there. Raises errors.FileUnreadable."""
    try:
        with files.folder(folder) as fd:
            return _look(fd, name)
    except FileNotFoundError:
        return Hook(name, "", "")
    except OSError as exc:
        raise errors.FileUnreadable(
            f"{os.fsdecode(folder)}/{name} cannot be read: {exc.strerror}"
        ) from exc


def put(folder: bytes, name: str) -> None:
    """Put ours in place; a foreign hook is kept beside it, the same file."""
    try:
        atomic.make_folders(folder)
        with files.folder(folder) as fd:
            found = _look(fd, name)
            if found.kind == "foreign" and not found.kept:
                atomic.link(fd, os.fsencode(name), _kept(name))
                atomic.sync(fd)
        if found.kind not in ("ours", "legacy"):
            data = hooktext.text(name)
            atomic.replace(os.path.join(folder, os.fsencode(name)), data, mode=_MODE)
    except OSError as exc:
        raise _failed(folder, name, exc) from exc


def take_away(folder: bytes, name: str, *, legacy: bool = False) -> None:
    """Take ours away; the hook that was kept stands there again."""
    own = os.fsencode(name) + (_LEGACY if legacy else b"")
    try:
        with files.folder(folder) as fd:
            if files.look(fd, _kept(name)) is not None:
                atomic.move(fd, _kept(name), own)
            else:
                atomic.remove(fd, own)
            atomic.sync(fd)
    except OSError as exc:
        raise _failed(folder, name, exc) from exc


def forget(folder: bytes, name: str) -> None:
    """Take the second name away that an installation cut short has left."""
    try:
        with files.folder(folder) as fd:
            atomic.remove(fd, _kept(name))
            atomic.sync(fd)
    except OSError as exc:
        raise _failed(folder, name, exc) from exc


def _look(fd: int, name: str) -> Hook:
    entry = files.entry(fd, os.fsencode(name))
    kept = files.entry(fd, _kept(name))
    if entry is None:
        return Hook(name, "", "" if kept is None else "other")
    beside = ""
    if kept is not None:
        same = os.path.samestat(kept.stat, entry.stat)
        beside = "same" if same else "other"
    data = _script(fd, os.fsencode(name), entry)
    return Hook(
        name,
        _kind(fd, name, entry, data),
        beside,
        runnable=bool(_target(fd, os.fsencode(name), entry).st_mode & 0o111),
        needs_name=hooktext.needs_its_name(data),
    )


def _kind(fd: int, name: str, entry: files.Entry, data: bytes) -> str:
    own = hooktext.text(name)
    if data == own and stat.S_ISREG(entry.stat.st_mode):
        return "ours"
    if hooktext.is_ours(data):
        return "edited"
    aside = files.entry(fd, os.fsencode(name) + _LEGACY)
    return "legacy" if aside is not None and aside.data == own else "foreign"


def _script(fd: int, name: bytes, entry: files.Entry) -> bytes:
    """The bytes that git would run: a link's are its target's."""
    if not stat.S_ISLNK(entry.stat.st_mode):
        return entry.data or b""
    try:
        inner = os.open(name, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC, dir_fd=fd)
    except OSError:
        return b""
    try:
        is_file = stat.S_ISREG(os.fstat(inner).st_mode)
        return files.read_all(inner) if is_file else b""
    finally:
        os.close(inner)


def _target(fd: int, name: bytes, entry: files.Entry) -> os.stat_result:
    try:
        return os.stat(name, dir_fd=fd)
    except OSError:
        return entry.stat


def _kept(name: str) -> bytes:
    return os.fsencode(name + hooktext.CHAINED)


def _failed(folder: bytes, name: str, exc: OSError) -> errors.WriteFailed:
    return errors.WriteFailed(
        f"{os.fsdecode(folder)}/{name} cannot be written: {exc.strerror}; make the "
        "folder writable and run again"
    )
