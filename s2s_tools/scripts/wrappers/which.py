"""What runs when a path is called, and why."""

from __future__ import annotations

import os
from dataclasses import dataclass
from enum import StrEnum

from s2s_tools import errors
from s2s_tools.scripts.wrappers import look, render, resolve
from s2s_tools.scripts.wrappers.resolve import Place, Source


class Kind(StrEnum):
    """What the called path is."""

    SCRIPT = "script"
    WRAPPER = "wrapper"
    ENTRY = "entry"
    CHANGED = "changed wrapper"


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What calling `path` comes to.

    `file` is where links lead, `body` what runs then: None where nothing does
    (`code` is the wrapper's exit code) or where an s2s command does.
    """

    path: bytes
    file: bytes
    kind: Kind
    code: int
    why: str
    body: bytes | None
    source: Source | None = None
    interpreter: tuple[bytes, ...] = ()
    places: tuple[Place, ...] = ()


def which(path: bytes) -> Answer:
    """Answer for a path on the disk, under the environment of this process.

    Raises errors.NotFound where no file is there, errors.FileUnreadable where
    it cannot be read.
    """
    disk = look.Disk()
    if not disk.is_file(path):
        raise errors.NotFound(f"no such script: {os.fsdecode(path)}")
    called = path if b"/" in path else b"./" + path
    file = resolve.follow(called, disk)
    data = disk.read(file)
    if data is None:
        raise errors.FileUnreadable(f"{os.fsdecode(path)} cannot be read")
    if not render.is_wrapper(data):
        return _script(path, file, data)
    row = render.read_exec(data)
    if row is None:
        return _other(path, file, data)
    found = resolve.resolve(row, called, disk, environ=os.environb)
    return Answer(
        path=path,
        file=_plain(file),
        kind=Kind.WRAPPER,
        code=found.code,
        why=found.why,
        body=None if found.body is None else _plain(found.body),
        source=found.source,
        interpreter=found.interpreter,
        places=tuple(place._replace(path=_plain(place.path)) for place in found.places),
    )


def _script(path: bytes, file: bytes, data: bytes) -> Answer:
    linked = os.path.islink(path)
    return Answer(
        path=path,
        file=_plain(file),
        kind=Kind.SCRIPT,
        code=0,
        why="a link leads to it" if linked else "it is the script itself",
        body=_plain(file),
        interpreter=resolve.interpreter(data),
    )


def _other(path: bytes, file: bytes, data: bytes) -> Answer:
    words = data.split(b"\n", 2)[1].split()
    if words[2:3] == [b"entry"]:
        kind, code, why = Kind.ENTRY, 0, "an entry script: it runs an s2s command"
    else:
        kind, code = Kind.CHANGED, 1
        why = "a wrapper that was edited or is another version's; s2s will not guess"
    return Answer(
        path=path, file=_plain(file), kind=kind, code=code, why=why, body=None
    )


def _plain(path: bytes) -> bytes:
    """The path without `..`; a link at its end stays."""
    folder, name = os.path.split(path)
    return os.path.join(os.path.realpath(folder), name)
