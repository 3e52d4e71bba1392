"""What an estate's description says, ready to be built."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One file as one commit leaves it; `mode` is 0o755 or 0o644.

    `plain` is the name to use where a file system refuses `path`.
    """

    path: bytes
    data: bytes
    mode: int
    plain: bytes | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Commit:
    """One commit: the files it writes, the nested repositories it links to."""

    message: str
    entries: tuple[Entry, ...]
    links: tuple[bytes, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Branch:
    """A line that left main after its first `fork` commits and added one.

    `worktree` is where it is checked out, relative to the main worktree; None:
    nowhere. A `detached` one is a tag, not a branch.
    """

    name: str
    fork: int
    commit: Commit
    worktree: str | None = None
    detached: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Nested:
    """Another repository inside the main worktree, with one commit."""

    path: bytes
    commit: Commit


@dataclass(frozen=True, slots=True, kw_only=True)
class Estate:
    """A whole estate. `claims` is what its builder promises, for tests to count."""

    name: str
    about: str
    author: str
    main: tuple[Commit, ...]
    branches: tuple[Branch, ...]
    nested: tuple[Nested, ...] = ()
    ignored: tuple[tuple[bytes, tuple[bytes, ...]], ...] = ()
    traits: dict[bytes, tuple[str, ...]] = field(default_factory=dict)
    claims: dict[str, int | dict[str, int]] = field(default_factory=dict)
