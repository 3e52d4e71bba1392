"""Why a file is kept, in words that a person can act on."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final

from s2s_tools.scripts.dedupe.model import Recorded
from s2s_tools.scripts.inventory import scope
from s2s_tools.scripts.inventory.model import (
    UNREADABLE_WORKTREE,
    Member,
    Relation,
    Scan,
)
from s2s_tools.scripts.manifest.model import Decisions, Strategy

_FILES: Final = (Strategy.LEAVE, Strategy.COPY, Strategy.KEEP)


def decided(decisions: Decisions, path: bytes, sha256: str) -> str:
    """The decision that keeps this file; "" without one."""
    for glob in decisions.keep:
        found = _glob(glob)
        if found is not None and found.fullmatch(path):
            return f"the manifest keeps {glob}"
    for allow in decisions.allow:
        if allow.sha256 == sha256 and path in allow.paths:
            return f"the manifest allows it: {allow.reason}"
    return ""


def recorded(said: Recorded | None) -> str:
    """The manifest's strategy, where it wants a file; "" where it does not."""
    if said is None or said.strategy not in _FILES:
        return ""
    why = f": {said.reason}" if said.reason else ""
    return f"the manifest says so ({said.strategy}{why})"


def elsewhere(member: Member, *, checkout_copy: bool) -> str:
    """Why a file in another worktree is left as it is."""
    if not checkout_copy:
        return "a duplicate in another worktree; `s2s dedupe plan` there decides"
    return f"checkout copy, {_standing(member)}"


def unread(scan: Scan) -> tuple[tuple[str, str], ...]:
    """The worktrees that the scan had to leave out, each with the reason."""
    return tuple(
        (item.worktree, item.detail)
        for item in scan.apart
        if item.reason == UNREADABLE_WORKTREE
    )


def left_out(scan: Scan) -> tuple[str, ...]:
    """The same as notes for the reader of a plan."""
    return tuple(
        f"worktree {name} is left out and left alone: {why}"
        for name, why in unread(scan)
    )


def shown(path: bytes) -> str:
    """A path inside a reason."""
    return path.decode("utf-8", "surrogateescape")


@lru_cache(maxsize=256)
def _glob(pattern: str) -> re.Pattern[bytes] | None:
    return scope.matcher((pattern,))


def _standing(member: Member) -> str:
    if member.relation is Relation.STALE:
        count = member.behind or 0
        if not count:
            return "as committed; the canonical has changes that are not, commit them"
        commits = "1 commit" if count == 1 else f"{count} commits"
        return f"{commits} behind; `s2s dedupe sync` refreshes it"
    return {
        Relation.IDENTICAL: "the same bytes; a branch runs what it was tested with",
        Relation.DIVERGED: "changed there; never replaced",
        Relation.UNKNOWN: "its history is not here, so it may be changed",
    }.get(member.relation, "not a copy of another file")
