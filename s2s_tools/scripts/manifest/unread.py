"""What a manifest goes on saying of scripts that could not be read."""

from __future__ import annotations

from collections.abc import Set
from dataclasses import replace

from s2s_tools.scripts.manifest.model import Entry, Manifest


def keep(
    made: Manifest, recorded: Manifest, unread: Set[tuple[str, bytes]]
) -> Manifest:
    """`made` with what `recorded` says of the places in `unread`.

    An entry whose canonical is one of them stays whole, and its copies make no
    entry of their own.
    """
    if not unread:
        return made
    old = {entry.id: entry for entry in recorded.entries}
    entries = {id: entry for id, entry in old.items() if _canonical(entry) in unread}
    taken = {copy[:2] for entry in entries.values() for copy in entry.copies}
    for entry in made.entries:
        if entry.id not in entries and _canonical(entry) not in taken:
            entries[entry.id] = _with_copies(entry, old.get(entry.id), unread)
    return replace(made, entries=tuple(entries[id] for id in sorted(entries)))


def _canonical(entry: Entry) -> tuple[str, bytes]:
    return entry.worktree, entry.path


def _with_copies(
    entry: Entry, before: Entry | None, unread: Set[tuple[str, bytes]]
) -> Entry:
    if before is None:
        return entry
    known = {copy[:2] for copy in entry.copies} | {_canonical(entry)}
    lost = [c for c in before.copies if c[:2] in unread and c[:2] not in known]
    copies = sorted((*entry.copies, *lost), key=lambda copy: copy[:2])
    return entry._replace(copies=tuple(copies))
