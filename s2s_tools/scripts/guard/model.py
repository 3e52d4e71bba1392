"""What a commit would change, and what is wrong with it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple

from s2s_tools.scripts.manifest.model import Manifest


class Check(StrEnum):
    """The checks, by the names that pre-commit's configuration uses."""

    MANIFEST_VALID = "s2s-manifest-valid"
    NO_DUPLICATES = "s2s-no-duplicates"
    WRAPPERS_FRESH = "s2s-wrappers-fresh"
    NO_WRAPPER_OVER_CANONICAL = "s2s-no-wrapper-over-canonical"
    CANONICAL_ONLY = "s2s-canonical-only"


class Finding(NamedTuple):
    """Why one path may not be committed as it is staged."""

    check: Check
    path: bytes
    message: str
    canonical: bytes = b""


class Change(NamedTuple):
    """A regular file that differs from HEAD: its content there and as staged.

    A content is a blob id, "" where there is no regular file.
    """

    path: bytes
    before: str
    after: str


class Body(NamedTuple):
    """What reading a staged content told; `wrapper` is its bytes if it is one."""

    sha256: str
    size: int
    shell: bool
    wrapper: bytes | None = None


Paths = Mapping[str, frozenset[bytes]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Commit:
    """A commit that is about to be made in one worktree.

    `scripts` are the changed paths whose staged content is a script. `after` gives
    each staged content's paths in the commit; `before` the same of HEAD and of
    each commit that is being merged, for the same contents.
    """

    worktree: str
    changes: tuple[Change, ...]
    bodies: Mapping[str, Body]
    scripts: frozenset[bytes]
    after: Paths
    before: tuple[Paths, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Around:
    """What a commit's checks must know beyond its changes.

    `at` gives the content at each path that was asked for and is in the commit;
    `wrappers` those of them that hold a wrapper. `generated` are entry scripts as
    this version makes them. `stranded` names wrappers whose body is taken away.
    """

    manifest: Manifest
    manifest_name: str
    at: Mapping[bytes, str]
    wrappers: frozenset[bytes] = frozenset()
    generated: Mapping[bytes, bytes] | None = None
    stranded: Iterable[tuple[bytes, bytes]] = ()


def shown(path: bytes) -> str:
    """A path inside a message."""
    return path.decode("utf-8", "surrogateescape")
