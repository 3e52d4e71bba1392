"""A plan without some of its families, and the manifest that then fits."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from s2s_tools.changes.model import Kind, Plan, Write
from s2s_tools.model import Repository
from s2s_tools.scripts.dedupe.equivalence import families
from s2s_tools.scripts.dedupe.equivalence.model import Judged
from s2s_tools.scripts.dedupe.worktrees import record
from s2s_tools.scripts.dedupe.worktrees.model import Decided, Fate
from s2s_tools.scripts.manifest import store, survey
from s2s_tools.scripts.wrappers import strategy


def scripts(plan: Plan, repository: Repository) -> Plan:
    """The plan without the write to the manifest, which runs nothing."""
    rest = tuple(w for w in plan.writes if not _records(w, repository))
    return replace(plan, writes=rest)


def without(plan: Plan, repository: Repository, judged: Iterable[Judged]) -> Plan:
    """The plan without these families; its manifest records what is left."""
    gone = tuple(judged)
    if not gone:
        return plan
    left = families.without(scripts(plan, repository), gone)
    if len(scripts(plan, repository).writes) == len(plan.writes) or not left.writes:
        return left
    found = survey.take(repository.root)
    written = record.write(Decided(plan=left, fates=_fates(left)), found)
    return replace(left, writes=(*left.writes, *written))


def _records(write: Write, repository: Repository) -> bool:
    known = store.load(repository)
    return (write.worktree, write.path) == (known.worktree.name, known.path)


def _fates(plan: Plan) -> tuple[Fate, ...]:
    """What the plan makes of each family, read from its writes."""
    found = []
    for family in families.of_plan(plan):
        kinds = [
            w.after.kind for w in family.writes if w.before.kind is not Kind.ABSENT
        ]
        linked = Kind.LINK in kinds
        kind = strategy.Kind.SYMLINK if linked else strategy.Kind.EXEC
        found.append(Fate(family.name, kind, "", replaced=len(kinds)))
    return tuple(found)
