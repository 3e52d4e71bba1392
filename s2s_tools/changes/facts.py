"""What was observed of worktrees and paths before a change."""

from __future__ import annotations

from dataclasses import dataclass, field

from s2s_tools.changes import model


@dataclass(frozen=True, slots=True, kw_only=True)
class IndexEntry:
    """One entry of a worktree's index."""

    mode: int
    blob: str
    skip: bool = False  # skip-worktree: outside a sparse checkout
    conflicted: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class TreeFacts:
    """One worktree: how it is wired, what git is doing in it, how it is set up.

    `wiring` says what is wrong with its links, None where they are right;
    `operations` are the unfinished ones (merge, rebase, ...).
    """

    name: str
    wiring: str | None = None
    operations: tuple[str, ...] = ()
    index_lock: bool = False
    head: str | None = None  # None before the first commit
    sparse: bool = False
    trust_modes: bool = True  # core.fileMode
    crlf: bool = False  # the configuration gives text files CRLF on checkout
    index: dict[bytes, IndexEntry] = field(default_factory=dict)
    staged: frozenset[bytes] = frozenset()  # index differs from HEAD


@dataclass(frozen=True, slots=True, kw_only=True)
class PathFacts:
    """One path: what stands there, how it is reached, what git makes of it.

    `blob` is git's id of the bytes that are there, without any filter; `barrier`
    says what is wrong with a folder above it.
    """

    state: model.State
    data: bytes | None = None
    links: int = 1
    own: bool = True  # its owner is us
    group: bool = True  # we may give a file its group
    attributes: tuple[str, ...] = ()  # extended attributes, access lists
    barrier: str | None = None
    missing: tuple[bytes, ...] = ()  # folders above it that are not there
    writable: bool = True  # its folder (or the first one that is there)
    blob: str = ""
    eol: str = "unspecified"
    encoding: str = "unspecified"
    filter: str = "unspecified"
    text: str = "unspecified"
