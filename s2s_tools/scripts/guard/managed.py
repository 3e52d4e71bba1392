"""A managed copy is changed through its body alone."""

from __future__ import annotations

from collections.abc import Iterator

from s2s_tools.scripts.dedupe import reasons
from s2s_tools.scripts.guard.model import Around, Change, Check, Commit, Finding, shown
from s2s_tools.scripts.inventory import stored
from s2s_tools.scripts.manifest.model import Entry, Strategy


def find(commit: Commit, around: Around) -> Iterator[Finding]:
    """Each managed copy that is staged with other bytes than its body's."""
    for change in commit.changes:
        read = commit.bodies.get(change.after)
        if read is None or change.after == change.before:
            continue
        body = _body(change.path, commit.worktree, around)
        if body is None or body == change.path:
            continue
        if read.wrapper is not None or _agrees(change, read.sha256, body, around):
            continue
        if reasons.decided(around.manifest.decisions, change.path, read.sha256):
            continue
        message = (
            f"a managed copy of {shown(body)}; make the change there "
            "(s2s edit opens it), then run s2s dedupe sync"
        )
        yield Finding(Check.CANONICAL_ONLY, change.path, message, body)


def _body(path: bytes, worktree: str, around: Around) -> bytes | None:
    """Where the body of what stands at a path is; None for what has none."""
    if stored.place(path) in around.at:
        return stored.place(path)
    for entry in around.manifest.entries:
        if entry.strategy is Strategy.COPY and _names(entry, path, worktree, around):
            return entry.path
    return None


def _names(entry: Entry, path: bytes, worktree: str, around: Around) -> bool:
    """Whether a copy is recorded here, or anywhere and this branch has the body."""
    return any(
        copy.path == path and (copy.worktree == worktree or entry.path in around.at)
        for copy in entry.copies
    )


def _agrees(change: Change, sha256: str, body: bytes, around: Around) -> bool:
    """Whether the staged bytes are the body's."""
    if body in around.at:
        return around.at[body] == change.after
    return any(e.path == body and e.sha256 == sha256 for e in around.manifest.entries)
