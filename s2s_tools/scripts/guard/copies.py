"""No staged script is a copy of another one."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import NamedTuple

from s2s_tools.scripts.dedupe import reasons
from s2s_tools.scripts.guard.model import Around, Change, Check, Commit, Finding, shown
from s2s_tools.scripts.inventory import stored
from s2s_tools.scripts.manifest.model import Entry, Strategy


def find(commit: Commit, around: Around) -> Iterator[Finding]:
    """Each staged path that would be one copy more than there were.

    A content that stays at as many paths as before, in HEAD or in a commit that
    is being merged, was only moved. So were copies that are edited alike.
    """
    changed = {change.path: change for change in commit.changes}
    for content in sorted(
        commit.after, key=lambda c: min(commit.after[c], default=b"")
    ):
        body = commit.bodies.get(content)
        if body is None or not body.size or body.wrapper is not None:
            continue
        case = _case(content, body.sha256, changed, commit, around)
        yield from _extra(case) or _recorded(case, around)


class _Case(NamedTuple):
    """One staged content: where it comes to stand, how often it stood anywhere."""

    after: frozenset[bytes]
    new: frozenset[bytes]
    before: int
    allowed: int
    entry: Entry | None
    manifest_name: str


def _case(
    content: str,
    sha256: str,
    changed: dict[bytes, Change],
    commit: Commit,
    around: Around,
) -> _Case:
    entries = (e for e in around.manifest.entries if e.sha256 == sha256)
    entry = next(entries, None)

    def counts(path: bytes) -> bool:
        decided = reasons.decided(around.manifest.decisions, path, sha256)
        return not (decided or _is_managed(path, entry, around))

    after = frozenset(filter(counts, commit.after[content]))
    pasts = [frozenset(filter(counts, p.get(content, ()))) for p in commit.before]
    before = max(map(len, pasts), default=0)
    new = (after & commit.scripts & changed.keys()).difference(*pasts)
    twins = Counter(changed[path].before for path in new if changed[path].before)
    allowed = max(1, before, *twins.values())
    return _Case(after, new, before, allowed, entry, around.manifest_name)


def _is_managed(path: bytes, entry: Entry | None, around: Around) -> bool:
    """Whether the bytes may stand here too: the body is kept, this is refreshed."""
    if stored.place(path) in around.at:
        return True
    return (
        entry is not None
        and entry.strategy is Strategy.COPY
        and any(copy.path == path for copy in entry.copies)
    )


def _extra(case: _Case) -> tuple[Finding, ...]:
    if not case.new or len(case.after) <= case.allowed:
        return ()
    canonical = _canonical(case)
    count = f"{len(case.after)} paths would hold these bytes, {case.before} did before"
    return tuple(
        _finding(path, canonical, f" ({count})", case.manifest_name)
        for path in sorted(case.new - {canonical})
    )


def _recorded(case: _Case, around: Around) -> tuple[Finding, ...]:
    """New to this branch, but a copy of what the manifest has elsewhere."""
    entry = case.entry
    if entry is None or case.before or entry.path in case.after:
        return ()
    known = {entry.path, *(copy.path for copy in entry.copies)}
    where = "" if entry.worktree == "." else f" in {entry.worktree}"
    why = f"{where}, as {around.manifest_name} records"
    return tuple(
        _finding(path, entry.path, why, around.manifest_name)
        for path in sorted(case.new - known)
    )


def _canonical(case: _Case) -> bytes:
    if case.entry is not None and case.entry.path in case.after:
        return case.entry.path
    old = case.after - case.new
    return min(old or case.after, key=lambda path: (not stored.holds(path), path))


def _finding(path: bytes, canonical: bytes, why: str, manifest: str) -> Finding:
    message = (
        f"a copy of {shown(canonical)}{why}; call that one, "
        f"or list this path under allow: in {manifest}"
    )
    return Finding(Check.NO_DUPLICATES, path, message, canonical)
