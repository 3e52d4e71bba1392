"""What a change of files is: states, writes, plans."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Kind(StrEnum):
    """What stands at a path."""

    ABSENT = "absent"
    FILE = "file"
    LINK = "link"
    OTHER = "other"  # a folder, a pipe, a device: never written, only seen


@dataclass(frozen=True, slots=True)
class State:
    """What a path holds, or is to hold.

    `sha256` is of the file's bytes, or of the link's target; `mode` is the
    permission bits (0o755) of a file, 0 otherwise.
    """

    kind: Kind
    mode: int = 0
    sha256: str = ""


ABSENT = State(Kind.ABSENT)


@dataclass(frozen=True, slots=True, kw_only=True)
class Write:
    """One path that is to change: from exactly `before` to exactly `after`.

    `data` is the new bytes of a file or the target of a link, None where the
    path is to become absent. `named`: the user named this very path, so it may
    be untracked or carry changes that are not committed.
    """

    worktree: str
    path: bytes
    before: State
    after: State
    data: bytes | None
    reason: str
    named: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Keep:
    """A path that the planner looked at and leaves alone, with the reason."""

    worktree: str
    path: bytes
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Expect:
    """A path that the plan leaves as it is but stands on: still `state` at apply.

    For example the file that new links lead to.
    """

    worktree: str
    path: bytes
    state: State


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """A change as data: carrying it out needs nothing but this.

    `repository` is the common directory it was made for, `command` the user's
    command that made it. `expects`: what must still be so though it is not written.
    """

    repository: bytes
    command: str
    writes: tuple[Write, ...] = ()
    keeps: tuple[Keep, ...] = ()
    notes: tuple[str, ...] = ()
    expects: tuple[Expect, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """A write as the journal knows it: without its bytes, numbered."""

    number: int
    worktree: str
    path: bytes
    before: State
    after: State
