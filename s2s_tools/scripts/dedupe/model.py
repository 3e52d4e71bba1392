"""What a deduplication is decided from: facts about files and trees, a policy."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NamedTuple, TypeAlias

from s2s_tools.changes.model import State
from s2s_tools.scripts.manifest.model import UNDECIDED, Decisions, Strategy

Place: TypeAlias = tuple[str, bytes]  # a worktree's name, a path inside it


class Fact(NamedTuple):
    """What reading a file tells beyond its place in a scan.

    `use`: why a link in its place would not run the same. `copied_by`: the file
    that copies it elsewhere. `objection`: why this path may not be written.
    `unlinked`: what the script does that wants the bytes themselves there.
    Each is "" where there is nothing to say.
    """

    state: State
    use: str = ""
    copied_by: str = ""
    objection: str = ""
    doubt: str = ""
    unlinked: str = ""


class Recorded(NamedTuple):
    """The strategy that the manifest has for some bytes, and why."""

    strategy: Strategy
    reason: str = ""


Facts: TypeAlias = Mapping[Place, Fact]


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """What one run may do: `worktree` is the only one that it may write to.

    `named`: paths in it that the user named; None where a whole tree is meant.
    `symlinks`: whether git keeps links as links there (core.symlinks). `refusal`:
    why nothing can be written there just now, "" where something can. `recorded`:
    the manifest's strategies, by sha-256 of the bytes that they are for.
    """

    repository: bytes
    worktree: str
    command: str = "s2s dedupe"
    decisions: Decisions = UNDECIDED
    symlinks: bool = True
    named: frozenset[bytes] | None = None
    refusal: str = ""
    recorded: Mapping[str, Recorded] = field(default_factory=dict)


class Tree(NamedTuple):
    """A worktree as `sync` sees it: why it must be left alone, or asked for.

    `barrier`: nothing is ever written there. `doubt`: written to only when the
    user names it. Both "" in a clean tree.
    """

    barrier: str = ""
    doubt: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """What the user asked `sync` for; empty means all.

    `families` by id, `worktrees` by name.
    """

    repository: bytes
    command: str = "s2s dedupe sync"
    decisions: Decisions = UNDECIDED
    families: frozenset[str] = frozenset()
    worktrees: frozenset[str] = frozenset()
