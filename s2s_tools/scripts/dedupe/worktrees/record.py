"""The manifest as it will be when a plan for all worktrees has been applied."""

from __future__ import annotations

from collections.abc import Iterable

from s2s_tools.changes.model import ABSENT, Kind, Plan, Write
from s2s_tools.scripts.dedupe.worktrees import strategies
from s2s_tools.scripts.dedupe.worktrees.model import MAIN, Decided, Fate
from s2s_tools.scripts.inventory import generated, stored
from s2s_tools.scripts.inventory.model import Apart, Family, File, Member, Scan
from s2s_tools.scripts.manifest import build, section, standins, store, survey
from s2s_tools.scripts.manifest import plan as manifests
from s2s_tools.scripts.manifest.model import Bodies, Entry, Manifest, Strategy


def write(decided: Decided, found: survey.Survey) -> tuple[Write, ...]:
    """The write that brings the manifest up to date with a plan; () without need.

    What a script's copies became is recorded as its strategy; one that only waits,
    for a branch to be merged or a worktree to be clean, gets none yet.
    """
    plan, record = decided.plan, found.record
    if not plan.writes:
        return ()
    later = after(found.scan, plan)
    recorded = record.manifest
    bodies = _bodies(found.scan, plan, build.canonicals(later, recorded))
    links = store.links(found.scan) | {
        (w.worktree, w.path): w.data or b""
        for w in plan.writes
        if w.after.kind is Kind.LINK
    }
    built = build.build(later, bodies, recorded, standins.stands(later, links))
    data = section.replace(record.data, _decided(built, decided.fates), record.name)
    made = manifests.build(
        plan.repository, record.worktree.name, record.path, record.state, data
    )
    return made.writes


def after(scan: Scan, plan: Plan) -> Scan:
    """What a scan will find: bodies in the store, stand-ins set apart."""
    replaced = [write for write in plan.writes if write.before != ABSENT]
    gone = {(write.worktree, write.path) for write in replaced}
    new = _new(plan)
    return Scan(
        repository=scan.repository,
        groups=scan.groups,
        left_out=scan.left_out,
        history=scan.history,
        files=tuple(file for file in scan.files if file[:2] not in gone),
        families=tuple(_family(family, gone, new) for family in scan.families),
        apart=(*scan.apart, *map(_apart, replaced)),
    )


def _apart(write: Write) -> Apart:
    if write.after.kind is Kind.LINK:
        return Apart(write.worktree, write.path, "symlinks")
    id = stored.wrapped(write.data or b"") or b""
    text = id.decode("utf-8", "surrogateescape")
    return Apart(write.worktree, write.path, generated.REASON, text)


def _bodies(scan: Scan, plan: Plan, wanted: Iterable[File]) -> Bodies:
    """What each canonical will hold, read where it is now."""
    new = _new(plan)
    now = {
        file[:2]: (file.worktree, stored.home(file.path))
        if file.path in new
        else file[:2]
        for file in wanted
    }
    read = store.bodies(scan.repository, now.values())
    return {later: read[place] for later, place in now.items() if place in read}


def _decided(built: Manifest, fates: Iterable[Fate]) -> Manifest:
    """The same with what was decided for each script that has copies."""
    known = {fate.id: fate for fate in fates if fate.kind is fate.wanted}
    entries = []
    for entry in built.entries:
        fate = known.get(stored.home(entry.path).decode("utf-8", "surrogateescape"))
        if fate is not None and fate.kind is not None:
            strategy = Strategy(fate.kind.value)
            why = _reason(entry, fate)
            entries.append(entry._replace(strategy=strategy, reason=why))
        else:
            entries.append(entry)
    return Manifest(entries=tuple(entries), decisions=built.decisions)


def _reason(entry: Entry, fate: Fate) -> str:
    """Why, and where that is written; a person's own words stay."""
    if entry.reason and fate.reason == strategies.RECORDED:
        return entry.reason
    said = f"{fate.reason}, {fate.place}" if fate.place else fate.reason
    # A place may be a path that is not UTF-8; the manifest's words are.
    return said.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")


def _new(plan: Plan) -> frozenset[bytes]:
    return frozenset(w.path for w in plan.writes if w.before == ABSENT)


def _family(
    family: Family, gone: set[tuple[str, bytes]], new: frozenset[bytes]
) -> Family:
    canonical = family.canonical
    if canonical is None or stored.place(canonical.path) not in new:
        kept = tuple(m for m in family.members if m.file[:2] not in gone)
        return family._replace(members=kept)
    body: File = canonical._replace(path=stored.place(canonical.path), worktree=MAIN)
    first = Member(body, family.members[0].relation)
    rest = tuple(m for m in family.members if m.file[:2] not in gone)
    return Family(family.id, body, (first, *rest))
