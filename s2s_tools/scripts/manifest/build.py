"""Draw the manifest from a scan: one entry per family, decisions carried over."""

from __future__ import annotations

from collections.abc import Iterable

from s2s_tools.scripts.inventory import stored
from s2s_tools.scripts.inventory.model import Family, File, Relation, Scan
from s2s_tools.scripts.manifest import standins
from s2s_tools.scripts.manifest.model import (
    Bodies,
    Copy,
    Entry,
    Manifest,
    Strategy,
)

_DECIDED = frozenset((Strategy.EXEC, Strategy.SYMLINK, Strategy.COPY, Strategy.LEAVE))


def canonicals(scan: Scan, recorded: Manifest) -> tuple[File, ...]:
    """The file to keep of each family, in the order of the families.

    What `recorded` says, else what the scan found. Families without any
    canonical fall out.
    """
    declared = {(entry.worktree, entry.path) for entry in recorded.entries}
    chosen = (_canonical(family, declared) for family in scan.families)
    return tuple(file for file in chosen if file is not None)


def build(
    scan: Scan,
    bodies: Bodies,
    recorded: Manifest,
    stands: standins.Stands | None = None,
) -> Manifest:
    """The manifest of what is there now; `recorded` is the one before it.

    `bodies` must hold every canonical; a family whose canonical it lacks falls
    out. `stands` are the wrappers and links that stand in for scripts; recorded
    ones that are gone stay recorded.
    """
    homes = standins.Homes(scan, stands or {})
    declared = {(entry.worktree, entry.path): entry for entry in recorded.entries}
    entries = []
    for family in scan.families:
        file = _canonical(family, declared.keys())
        if file is None or (file.worktree, file.path) not in bodies:
            continue
        body = bodies[file.worktree, file.path]
        home = stored.home(file.path)
        before = declared.get(file[:2]) or declared.get((file.worktree, home))
        entries.append(
            Entry(
                id=before.id if before is not None else home,
                worktree=file.worktree,
                path=file.path,
                sha256=body.sha256,
                mode=file.mode,
                strategy=_strategy(before, body.strategy),
                copies=tuple(
                    sorted(
                        (
                            *_copies(family, file),
                            *homes.of(family, file, before),
                        ),
                        key=lambda copy: copy[:2],
                    )
                ),
                reason=before.reason if before is not None and _decided(before) else "",
            )
        )
    return Manifest(entries=_unique(entries), decisions=recorded.decisions)


def _canonical(family: Family, declared: Iterable[tuple[str, bytes]]) -> File | None:
    """The scan's choice where it or nothing is declared, else the declared one."""
    places = frozenset(declared)
    own = family.canonical
    if own is not None and own[:2] in places:
        return own
    named = [m.file for m in family.members if m.file[:2] in places]
    return min(named, key=_place) if named else own


def _copies(family: Family, canonical: File) -> tuple[Copy, ...]:
    as_scanned = family.canonical is not None and family.canonical[:2] == canonical[:2]
    return tuple(
        Copy(
            member.file.worktree,
            member.file.path,
            member.relation if as_scanned else _relation(member.file, canonical),
        )
        for member in family.members
        if member.file[:2] != canonical[:2]
    )


def _strategy(before: Entry | None, found: Strategy) -> Strategy:
    """A strategy that was decided stays; the others follow the script."""
    return before.strategy if before is not None and _decided(before) else found


def _decided(entry: Entry) -> bool:
    return entry.strategy in _DECIDED


def _relation(file: File, canonical: File) -> Relation:
    """To a canonical that the scan did not compare with: equal, or not known."""
    same = file.content == canonical.content
    return Relation.IDENTICAL if same else Relation.UNKNOWN


def _place(file: File) -> tuple[bool, str, bytes]:
    return file.worktree != ".", file.worktree, file.path


def _unique(entries: Iterable[Entry]) -> tuple[Entry, ...]:
    """Sorted by id; an id that two families claim falls back to their paths."""
    kept: dict[bytes, Entry] = {}
    for entry in sorted(entries, key=lambda e: (e.id, e.id != e.path, e.path)):
        mine = entry if entry.id not in kept else entry._replace(id=entry.path)
        kept.setdefault(mine.id, mine)
    return tuple(kept[id] for id in sorted(kept))
