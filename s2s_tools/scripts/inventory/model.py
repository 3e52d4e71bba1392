"""What a scan finds: files, families, groups."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple

from s2s_tools.model import Repository


class Relation(StrEnum):
    """How a file stands to its family's canonical."""

    CANONICAL = "canonical"
    IDENTICAL = "identical"
    STALE = "stale"
    DIVERGED = "diverged"
    ONLY_HERE = "only_here"
    UNKNOWN = "unknown"


class File(NamedTuple):
    """One script in one worktree, with its identity but not yet its family.

    `content` names the raw bytes: equal bytes give equal strings, different
    bytes never do. `mode` is the permission bits that git would record
    (0o755 or 0o644). `size` is in bytes. `clean`: identity came from the index.
    """

    worktree: str
    path: bytes
    content: str
    mode: int
    size: int
    tracked: bool
    clean: bool
    blob: str = ""
    shell: bool = True


class Member(NamedTuple):
    """A file as a member of its family.

    `behind` counts the commits of the canonical's history since this content
    was the canonical; None unless stale. `difference` names a lexical class
    against the canonical ("mode", "eol", "comments"), "" where there is none.
    """

    file: File
    relation: Relation
    behind: int | None = None
    difference: str = ""


class Family(NamedTuple):
    """The files that are meant to be one script; `id` is the canonical's path."""

    id: str
    canonical: File | None
    members: tuple[Member, ...]


class Group(NamedTuple):
    """Files with the same bytes, in all worktrees; at least two, never empty."""

    content: str
    files: tuple[File, ...]


class Apart(NamedTuple):
    """One file or folder that a scan met and left out, with the reason."""

    worktree: str
    path: bytes
    reason: str
    detail: str = ""


# The reason of a whole worktree that could not be surveyed; its path is b"".
UNREADABLE_WORKTREE = "unreadable_worktrees"


class Same(NamedTuple):
    """Places, as (worktree, path), that hold the same bytes; at least two."""

    content: str
    places: tuple[tuple[str, bytes], ...]


class Groups(NamedTuple):
    """What is identical, and nothing else: the short answer of a scan."""

    repository: Repository
    scripts: int
    contents: int
    groups: tuple[Same, ...]
    left_out: dict[str, int]
    apart: tuple[Apart, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Scan:
    """Everything that one scan found. `history`: "full", "shallow" or "partial".

    `left_out` counts by reason; `apart` names the single files among them.
    `managed` are the canonicals (worktree, path) whose identical copies the
    manifest manages: real files, but refreshed from the canonical, never edited.
    """

    repository: Repository
    files: tuple[File, ...]
    families: tuple[Family, ...]
    groups: tuple[Group, ...]
    left_out: dict[str, int]
    history: str = "full"
    apart: tuple[Apart, ...] = ()
    managed: frozenset[tuple[str, bytes]] = frozenset()
