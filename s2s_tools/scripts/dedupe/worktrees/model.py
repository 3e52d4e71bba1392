"""What is known of the scripts of all worktrees, and what is decided of each."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final, NamedTuple

from s2s_tools.changes.model import Plan
from s2s_tools.scripts.dedupe.model import Facts, Place, Tree
from s2s_tools.scripts.inventory.model import Family
from s2s_tools.scripts.manifest.model import UNDECIDED, Decisions
from s2s_tools.scripts.wrappers.strategy import Kind, Strategy

MAIN: Final = "."
COMMAND: Final = "s2s dedupe apply --all-worktrees"


class Holder(NamedTuple):
    """A branch with bytes that the canonical never had, as far as is known.

    `remote`: a remote-tracking branch. `detached`: no branch, but the commit that
    the worktree of that name has checked out. Not `sure`: history that could tell
    is missing here.
    """

    branch: str
    path: bytes
    remote: bool = False
    sure: bool = True
    detached: bool = False


class Room(NamedTuple):
    """Why the body of an id cannot be put into main's store; "" where it can."""

    objection: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """All that a plan for all worktrees is decided from.

    By family id: `strategies`, `holders`, `rooms`. `wrappers` holds the text of
    each wrapper that may be written, by id and path; `unfit` says why an id or a
    path cannot stand in one. `unresolved` says why a wrapper at a place would not
    find its body. `named` worktrees are touched though they are locked or changed.
    """

    repository: bytes
    families: tuple[Family, ...]
    facts: Facts
    bodies: Mapping[Place, bytes]
    trees: Mapping[str, Tree]
    strategies: Mapping[str, Strategy]
    wrappers: Mapping[tuple[bytes, bytes], bytes]
    holders: Mapping[str, tuple[Holder, ...]] = field(default_factory=dict)
    rooms: Mapping[str, Room] = field(default_factory=dict)
    unfit: Mapping[str, str] = field(default_factory=dict)
    unresolved: Mapping[Place, str] = field(default_factory=dict)
    decisions: Decisions = UNDECIDED
    named: frozenset[str] = frozenset()
    update_stale: bool = False
    command: str = COMMAND


class Fate(NamedTuple):
    """What becomes of one family: what its old paths get, and why.

    `kind` is None for a script without copies in other worktrees. `wanted` is
    the strategy before branches, trees and names had their say.
    """

    id: str
    kind: Kind | None
    reason: str
    place: str = ""
    wanted: Kind | None = None
    replaced: int = 0
    kept: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Decided:
    """A plan, and what it means for each family."""

    plan: Plan
    fates: tuple[Fate, ...]
