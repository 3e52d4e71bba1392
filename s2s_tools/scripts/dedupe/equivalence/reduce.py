"""A plan without some of its families, and the manifest that then fits."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

from s2s_tools import document
from s2s_tools.changes.model import Plan, Write
from s2s_tools.model import Repository
from s2s_tools.scripts.dedupe.equivalence import families
from s2s_tools.scripts.dedupe.equivalence.model import Judged, Verdict
from s2s_tools.scripts.dedupe.worktrees import record
from s2s_tools.scripts.dedupe.worktrees.model import Decided, Fate
from s2s_tools.scripts.inventory import stored
from s2s_tools.scripts.manifest import codec, store, survey
from s2s_tools.scripts.wrappers import strategy


def scripts(plan: Plan, repository: Repository) -> Plan:
    """The plan without the write to the manifest, which runs nothing."""
    recording = _recording(plan, repository)
    return replace(plan, writes=tuple(w for w in plan.writes if w is not recording))


def without(plan: Plan, repository: Repository, judged: Iterable[Judged]) -> Plan:
    """The plan without these families; its manifest records what is left.

    What differs is recorded as left alone, so that the next plan leaves it too.
    """
    gone = {one.family: one for one in judged}
    if not gone:
        return plan
    left = families.without(scripts(plan, repository), gone.values())
    recording = _recording(plan, repository)
    if recording is None or not left.writes:
        return left
    fates = tuple(_fates(recording, gone))
    found = survey.take(repository.root)
    written = record.write(Decided(plan=left, fates=fates), found)
    return replace(left, writes=(*left.writes, *written))


def _recording(plan: Plan, repository: Repository) -> Write | None:
    """The write to the manifest; None where the plan has none."""
    known = store.load(repository)
    place = (known.worktree.name, known.path)
    return next((w for w in plan.writes if (w.worktree, w.path) == place), None)


def _fates(recording: Write, gone: dict[str, Judged]) -> Iterator[Fate]:
    """What the plan's own manifest says of each script, but for what differs."""
    name = recording.path.decode("utf-8", "surrogateescape")
    known = {kind.value for kind in strategy.Kind}
    for entry in codec.decode(document.manifest(recording.data or b"", name)).entries:
        id = stored.home(entry.path).decode("utf-8", "surrogateescape")
        kind, reason = entry.strategy.value, entry.reason
        if id in gone and gone[id].verdict is Verdict.DIFFERS:
            kind = strategy.Kind.LEAVE.value
            reason = f"run before and after, it differs: {gone[id].reason}"
        if kind in known:
            chosen = strategy.Kind(kind)
            yield Fate(id, chosen, reason, wanted=chosen)
