"""What the canonical manifest records about a repository's scripts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final, NamedTuple

from s2s_tools.scripts.inventory.model import Relation


class Strategy(StrEnum):
    """What may stand where a duplicate of a script stands."""

    LINK = "link"  # a symbolic link runs the same
    KEEP = "keep"  # only the bytes themselves do
    EXEC = "exec"  # a wrapper that runs the body
    SYMLINK = "symlink"
    COPY = "copy"  # the bytes, refreshed from the body
    LEAVE = "leave"  # what is there, untouched


class Form(StrEnum):
    """What stands at a copy's path in place of the script's bytes."""

    EXEC = "exec"
    SYMLINK = "symlink"


class Copy(NamedTuple):
    """One path of a family, with its relation to the canonical.

    `form` is None where the bytes themselves are there. `to` is the file in the
    same tree that a link leads to, empty where that is the canonical's path.
    """

    worktree: str
    path: bytes
    relation: Relation
    form: Form | None = None
    to: bytes = b""


class Entry(NamedTuple):
    """One family: which file is the canonical, what it holds, who copies it.

    `mode` is the permission bits that git would record. `reason` tells why the
    strategy was decided, "" where nothing was.
    """

    id: bytes
    worktree: str
    path: bytes
    sha256: str
    mode: int
    strategy: Strategy
    copies: tuple[Copy, ...]
    reason: str = ""


class Allow(NamedTuple):
    """A decision: these paths may all hold this content."""

    sha256: str
    paths: tuple[bytes, ...]
    reason: str


class Probe(NamedTuple):
    """A decision: how scripts are called to compare them with what replaces them.

    `scripts` are globs, none for every script; `runs` the lists of arguments, none
    for scripts that must never be run.
    """

    scripts: tuple[str, ...]
    runs: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Decisions:
    """What a person wrote down: globs of files to keep, duplicates to allow."""

    keep: tuple[str, ...] = ()
    allow: tuple[Allow, ...] = ()
    probe: tuple[Probe, ...] = ()


UNDECIDED: Final = Decisions()


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifest:
    """The recorded families, in the order of their ids, with the decisions."""

    entries: tuple[Entry, ...] = ()
    decisions: Decisions = UNDECIDED


class Body(NamedTuple):
    """What reading a script's file tells beyond its place in a scan."""

    sha256: str
    strategy: Strategy


Bodies = Mapping[tuple[str, bytes], Body]
