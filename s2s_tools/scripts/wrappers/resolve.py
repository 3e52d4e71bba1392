"""Which body an exec wrapper runs: the wrapper's own rules, as values."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final, NamedTuple, Protocol

from s2s_tools.scripts.wrappers.model import ExecWrapper

NOT_FOUND: Final = 127
NOT_RUN: Final = 126
_LINKS: Final = 40
_MARK: Final = b"# s2s-wrapper:"
_SHEBANG: Final = re.compile(rb"#![ \t]*([^ \t]*)[ \t]*(.*)", re.DOTALL)


class Look(Protocol):
    """How the rules see a disk: the real one, or one that is only planned."""

    def is_file(self, path: bytes) -> bool:
        """Whether a file is there, links followed."""

    def link(self, path: bytes) -> bytes | None:
        """The target of the symbolic link that is there; None for anything else."""

    def read(self, path: bytes) -> bytes | None:
        """The bytes of a file, links followed; None where it cannot be read."""


class Source(StrEnum):
    """The places where a wrapper looks, in its order."""

    OVERRIDE = "S2S_OVERRIDE_DIR"
    TREE = "own tree"
    COMMON = "common directory"
    MAIN = "main tree"
    ROOT = "S2S_ROOT"
    DATA = "data folder"


class Place(NamedTuple):
    """A file that would be the body, and whether it is there."""

    source: Source
    path: bytes
    found: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Resolution:
    """What running a wrapper comes to.

    `code` is 0 where a body runs, else the wrapper's own exit code, and `why`
    says why. `body` is None where none was found; `interpreter` is what the
    body's first line asks for. `places` holds every place, in order.
    """

    code: int
    why: str
    body: bytes | None
    source: Source | None
    interpreter: tuple[bytes, ...]
    places: tuple[Place, ...]


def resolve(
    row: ExecWrapper, path: bytes, look: Look, *, environ: Mapping[bytes, bytes]
) -> Resolution:
    """What the wrapper `row`, called as `path` (with a slash in it), runs.

    An empty `environ` leaves the places that depend on the caller out: a planner
    asks that way.
    """
    file = follow(path, look)
    places = tuple(
        Place(source, at, look.is_file(at))
        for source, at in _places(row, file, look, environ)
    )
    chosen = next((place for place in places if place.found), None)
    if chosen is None:
        why = f"no place holds {_text(row.id)}"
        if not _stands(row, file, look):
            why += f", and the wrapper does not stand at {_text(row.path)} of a tree"
        return _resolution(NOT_FOUND, why, None, (), places)
    data = look.read(chosen.path)
    if data is None:
        return _resolution(NOT_RUN, "the body cannot be read", chosen, (), places)
    if _second_line(data).startswith(_MARK):
        why = "a wrapper stands where the body should be; a bad merge?"
        return _resolution(NOT_RUN, why, chosen, (), places)
    why = f"{chosen.source} has it, and comes first"
    return _resolution(0, why, chosen, interpreter(data), places)


def follow(path: bytes, look: Look) -> bytes:
    """The file at the end of a chain of links, as the wrapper follows it."""
    for _ in range(_LINKS):
        target = look.link(path)
        if target is None:
            break
        path = target if target.startswith(b"/") else _folder(path) + b"/" + target
    return path


def interpreter(body: bytes) -> tuple[bytes, ...]:
    """What a body's first line asks for: a program and at most one argument.

    A body that asks for none is run by `sh`.
    """
    line = body.partition(b"\n")[0].strip(b" \t")
    asked = _SHEBANG.fullmatch(line)
    if asked is None:
        return (b"sh",)
    return (asked[1], asked[2]) if asked[2] else (asked[1],)


def _places(
    row: ExecWrapper, file: bytes, look: Look, environ: Mapping[bytes, bytes]
) -> Iterator[tuple[Source, bytes]]:
    override = environ.get(b"S2S_OVERRIDE_DIR")
    if override:
        yield Source.OVERRIDE, override + b"/" + row.id
    if _stands(row, file, look):
        yield from _in_repository(row, _root(row, file), look)
    root = environ.get(b"S2S_ROOT")
    if root:
        yield Source.ROOT, root + b"/" + row.body
    data, home = environ.get(b"XDG_DATA_HOME", b""), environ.get(b"HOME")
    if not data.startswith(b"/"):
        data = home + b"/.local/share" if home else b""
    if data:
        yield Source.DATA, b"/".join((data, b"s2s", row.project, row.id))


def _in_repository(
    row: ExecWrapper, root: bytes, look: Look
) -> Iterator[tuple[Source, bytes]]:
    yield Source.TREE, root + b"/" + row.body
    git = root + b"/.git"
    main = None
    text = _read_text(git, look)
    if text.startswith(b"gitdir: "):
        named = text.removeprefix(b"gitdir: ")
        git = named if named.startswith(b"/") else root + b"/" + named
    if look.is_file(git + b"/commondir"):
        git = _common(git, _read_text(git + b"/commondir", look))
        if git.endswith(b"/.git"):
            main = git.removesuffix(b".git") + row.body
    yield Source.COMMON, git + b"/s2s/canonical/" + row.id
    if main is not None:
        yield Source.MAIN, main


def _common(git: bytes, text: bytes) -> bytes:
    if text == b"../..":
        return _folder(_folder(git))
    return text if text.startswith(b"/") else git + b"/" + text


def _read_text(path: bytes, look: Look) -> bytes:
    data = look.read(path) if look.is_file(path) else None
    return (data or b"").lstrip(b"\n").removesuffix(b"\n")


def _root(row: ExecWrapper, file: bytes) -> bytes:
    return _folder(file) + b"/.." * row.path.count(b"/")


def _stands(row: ExecWrapper, file: bytes, look: Look) -> bool:
    """Whether the wrapper is where it was made for: a moved one trusts no tree."""
    return look.is_file(_root(row, file) + b"/" + row.path)


def _resolution(
    code: int,
    why: str,
    chosen: Place | None,
    asked: tuple[bytes, ...],
    places: tuple[Place, ...],
) -> Resolution:
    return Resolution(
        code=code,
        why=why,
        body=None if chosen is None else chosen.path,
        source=None if chosen is None else chosen.source,
        interpreter=asked,
        places=places,
    )


def _folder(path: bytes) -> bytes:
    return path.rpartition(b"/")[0]


def _second_line(data: bytes) -> bytes:
    return data.partition(b"\n")[2].partition(b"\n")[0]


def _text(raw: bytes) -> str:
    return raw.decode("utf-8", "surrogateescape")
