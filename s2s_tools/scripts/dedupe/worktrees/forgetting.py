"""The manifest as it will be when scripts stand at their own paths again."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping

from s2s_tools.changes.model import ABSENT, Plan, Write
from s2s_tools.scripts.dedupe.worktrees.model import MAIN
from s2s_tools.scripts.dedupe.worktrees.removal import Removal
from s2s_tools.scripts.inventory import stored
from s2s_tools.scripts.manifest import location, section, survey
from s2s_tools.scripts.manifest import plan as manifests
from s2s_tools.scripts.manifest.model import Copy, Entry, Manifest, Strategy


def write(made: Removal, found: survey.Survey) -> tuple[Write, ...]:
    """The write that brings a manifest up to date; () without one or without need."""
    record = found.record
    if record.data is None or not made.plan.writes:
        return ()
    texts = _texts(made.plan)
    gone = frozenset((worktree, stored.place(id)) for worktree, id in made.gone)
    entries = tuple(_entry(entry, texts, gone) for entry in record.manifest.entries)
    manifest = Manifest(entries=entries, decisions=record.manifest.decisions)
    data = section.replace(record.data, manifest, record.name)
    return manifests.build(
        made.plan.repository, record.worktree.name, record.path, record.state, data
    ).writes


def _texts(plan: Plan) -> dict[tuple[str, bytes], bytes]:
    return {
        (w.worktree, w.path): w.data
        for w in plan.writes
        if w.after != ABSENT and w.data is not None
    }


def _entry(
    entry: Entry,
    texts: Mapping[tuple[str, bytes], bytes],
    gone: frozenset[tuple[str, bytes]],
) -> Entry:
    home = stored.home(entry.path)
    moved = [_copy(copy, texts, gone) for copy in entry.copies]
    copies = {copy[:2]: copy for copy in reversed(moved)}
    if (entry.worktree, entry.path) not in gone:
        return entry._replace(copies=tuple(copies.values()))
    copies.pop((MAIN, home), None)
    data = texts.get((entry.worktree, home))
    if data is None:
        return entry
    free = location.is_shell(home, data) and location.find(data) is None
    return entry._replace(
        path=home,
        sha256=hashlib.sha256(data).hexdigest(),
        strategy=Strategy.LINK if free else Strategy.KEEP,
        copies=tuple(copies.values()),
    )


def _copy(
    copy: Copy,
    texts: Mapping[tuple[str, bytes], bytes],
    gone: frozenset[tuple[str, bytes]],
) -> Copy:
    if copy[:2] in gone:
        return copy._replace(path=stored.home(copy.path))
    return copy._replace(form=None, to=b"") if copy[:2] in texts else copy
