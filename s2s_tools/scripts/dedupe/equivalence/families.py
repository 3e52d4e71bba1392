"""Which writes of a plan belong together: one body and all that runs it."""

from __future__ import annotations

import hashlib
import posixpath
from collections.abc import Collection, Iterable, Mapping
from typing import NamedTuple

from s2s_tools.changes.model import Expect, Keep, Kind, Plan, Write
from s2s_tools.scripts.dedupe.equivalence.model import Judged, Verdict
from s2s_tools.scripts.dedupe.model import Place
from s2s_tools.scripts.inventory import stored
from s2s_tools.scripts.wrappers import render


class Family(NamedTuple):
    """The writes that stand or fall together, and the bodies they stand on."""

    name: str
    writes: tuple[Write, ...]
    expects: tuple[Expect, ...] = ()

    @property
    def digest(self) -> str:
        """Equal only where the bytes before and after are equal."""
        parts = [repr((w.worktree, w.path, w.before, w.after)) for w in self.writes]
        parts += [repr((e.worktree, e.path, e.state)) for e in self.expects]
        return hashlib.sha256("\n".join(sorted(parts)).encode()).hexdigest()


def of_plan(plan: Plan) -> tuple[Family, ...]:
    """The families of a plan, in the order of their names."""
    found: dict[str, list[Write]] = {}
    for write in plan.writes:
        found.setdefault(name(write), []).append(write)
    return tuple(
        Family(key, tuple(writes), tuple(_expects(plan, writes)))
        for key, writes in sorted(found.items())
    )


def name(write: Write) -> str:
    """The family of a write: the body's id, or the path where it has no body."""
    if stored.holds(write.path):
        return _text(stored.home(write.path))
    body = target(write)
    if body is not None and stored.holds(body):
        return _text(stored.home(body))
    place = _text(write.path)
    return place if write.worktree == "." else f"{write.worktree}: {place}"


def target(write: Write) -> bytes | None:
    """The file in the same tree that runs after the write; None: its own bytes.

    A text that only begins as a wrapper does is taken at its word: running tells.
    """
    if write.data is None:
        return None
    if write.after.kind is Kind.LINK:
        if write.data.startswith(b"/"):
            return None
        folder = posixpath.dirname(write.path)
        return posixpath.normpath(posixpath.join(folder, write.data))
    row = render.read_exec(write.data)
    if row is not None:
        return row.body
    id = stored.wrapped(write.data)
    return None if id is None else stored.place(id)


def without(plan: Plan, judged: Iterable[Judged]) -> Plan:
    """The plan without these families; what they would have changed is kept."""
    reasons = {j.family: f"{j.verdict.value}: {j.reason}" for j in judged}
    writes, keeps = [], list(plan.keeps)
    for write in plan.writes:
        reason = reasons.get(name(write))
        if reason is None:
            writes.append(write)
        elif write.before.kind is not Kind.ABSENT:
            keeps.append(Keep(worktree=write.worktree, path=write.path, reason=reason))
    return Plan(
        repository=plan.repository,
        command=plan.command,
        writes=tuple(writes),
        keeps=tuple(sorted(keeps, key=lambda keep: (keep.worktree, keep.path))),
        notes=plan.notes,
        expects=plan.expects if writes else (),
    )


def worst(findings: Collection[Verdict]) -> Verdict:
    """The verdict on a whole: one that was not run outweighs any that was."""
    order = (Verdict.DIFFERS, Verdict.UNPROVABLE, Verdict.STATIC, Verdict.PROVED)
    return next((verdict for verdict in order if verdict in findings), Verdict.STATIC)


def places(family: Family) -> tuple[Place, ...]:
    """Where scripts stood that the family replaces."""
    return tuple(
        (write.worktree, write.path)
        for write in family.writes
        if write.before.kind is not Kind.ABSENT
    )


def unlike(plan: Plan, known: Mapping[str, Judged]) -> tuple[str, ...]:
    """Families of a plan of which a proof says nothing, or of other bytes."""
    return tuple(
        family.name
        for family in of_plan(plan)
        if family.name not in known or known[family.name].digest != family.digest
    )


def _expects(plan: Plan, writes: Iterable[Write]) -> list[Expect]:
    bodies = {(write.worktree, target(write)) for write in writes}
    bodies |= {(".", body) for _, body in bodies}
    return [e for e in plan.expects if (e.worktree, e.path) in bodies]


def _text(path: bytes) -> str:
    return path.decode("utf-8", "surrogateescape")
