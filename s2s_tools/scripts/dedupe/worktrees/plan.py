"""Which scripts of all worktrees get one body, and what stands at their old paths."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from typing import Final, NamedTuple

from s2s_tools.changes.model import (
    ABSENT,
    Expect,
    Keep,
    Kind,
    Plan,
    State,
    Write,
)
from s2s_tools.scripts.dedupe import plan as links
from s2s_tools.scripts.dedupe.worktrees import objections
from s2s_tools.scripts.dedupe.worktrees.model import MAIN, Decided, Fate, Question
from s2s_tools.scripts.inventory import stored
from s2s_tools.scripts.inventory.model import Family, File, Member
from s2s_tools.scripts.wrappers import strategy

_STAND_IN: Final = "runs its body in .s2s/canonical"


class _Outcome(NamedTuple):
    fate: Fate
    writes: tuple[Write, ...] = ()
    keeps: tuple[Keep, ...] = ()
    expects: tuple[Expect, ...] = ()


def build(question: Question) -> Decided:
    """The plan: bodies first, then what runs them; diverged files are never written."""
    found = [_family(question, family) for family in question.families]
    writes = [write for outcome in found for write in outcome.writes]
    keeps = [keep for outcome in found for keep in outcome.keeps]
    expects = {e.path: e for outcome in found for e in outcome.expects}
    return Decided(
        plan=Plan(
            repository=question.repository,
            command=question.command,
            writes=tuple(sorted(writes, key=_order)),
            keeps=tuple(sorted(keeps, key=lambda keep: (keep.worktree, keep.path))),
            notes=tuple(objections.on_remotes(question)),
            expects=tuple(expects[path] for path in sorted(expects)),
        ),
        fates=tuple(outcome.fate for outcome in found),
    )


def _family(question: Question, family: Family) -> _Outcome:
    chosen = question.strategies.get(family.id)
    others = [m for m in family.members if _is_copy(m, family.canonical)]
    if family.canonical is None or not any(m.file.worktree != MAIN for m in others):
        return _Outcome(Fate(family.id, None, "no copy in another worktree"))
    if chosen is None:
        return _left(family, others, "it cannot be read", None)
    if chosen.kind in (strategy.Kind.LEAVE, strategy.Kind.COPY):
        return _left(family, others, chosen.reason, chosen)
    reason = objections.of_family(question, family)
    if reason:
        return _left(family, others, reason, chosen, kind=strategy.Kind.LEAVE)
    return _replaced(question, family, chosen)


def _replaced(
    question: Question, family: Family, chosen: strategy.Strategy
) -> _Outcome:
    """The family with its body in the store, if one copy elsewhere can follow."""
    canonical = family.canonical
    assert canonical is not None
    writes, keeps = [], []
    for member in family.members:
        if stored.holds(member.file.path):
            continue
        reason = objections.of_member(question, family, member)
        if reason:
            worktree, path = member.file[:2]
            keeps.append(Keep(worktree=worktree, path=path, reason=reason))
        else:
            writes.append(_write(question, family, member, chosen.kind))
    if not any(write.worktree != MAIN for write in writes):
        others = [m for m in family.members if _is_copy(m, canonical)]
        if stored.holds(canonical.path):
            return _settled(family, others, keeps, chosen)
        reason = f"none of its copies would be replaced: {keeps[0].reason}"
        return _left(family, others, reason, chosen, kind=strategy.Kind.LEAVE)
    expects: tuple[Expect, ...] = ()
    if stored.holds(canonical.path):
        state = question.facts[canonical[:2]].state
        expects = (Expect(worktree=MAIN, path=canonical.path, state=state),)
    else:
        writes.append(_body(question, family, canonical))
    fate = Fate(
        family.id,
        chosen.kind,
        chosen.reason,
        chosen.place,
        chosen.kind,
        replaced=sum(write.before.kind is Kind.FILE for write in writes),
        kept=len(keeps),
    )
    return _Outcome(fate, tuple(writes), tuple(keeps), expects)


def _settled(
    family: Family,
    others: list[Member],
    keeps: list[Keep],
    chosen: strategy.Strategy,
) -> _Outcome:
    """A family whose body is in the store already; nothing is left to replace."""
    reason = keeps[0].reason if keeps else "its body is in the store"
    kept = sum(not stored.holds(member.file.path) for member in others)
    kind = chosen.kind if not keeps else strategy.Kind.LEAVE
    return _Outcome(
        Fate(family.id, kind, reason, chosen.place, chosen.kind, kept=kept),
        keeps=tuple(keeps),
    )


def _left(
    family: Family,
    others: Iterable[Member],
    reason: str,
    chosen: strategy.Strategy | None,
    *,
    kind: strategy.Kind | None = None,
) -> _Outcome:
    """The family as it is: each copy is kept, for the same reason."""
    keeps = tuple(
        Keep(worktree=m.file.worktree, path=m.file.path, reason=reason)
        for m in others
        if not stored.holds(m.file.path)
    )
    wanted = chosen.kind if chosen is not None else None
    place = chosen.place if chosen is not None and kind is None else ""
    fate = Fate(family.id, kind or wanted or strategy.Kind.LEAVE, reason, place, wanted)
    return _Outcome(fate._replace(kept=len(keeps)), keeps=keeps)


def _write(
    question: Question, family: Family, member: Member, kind: strategy.Kind
) -> Write:
    worktree, path = member.file[:2]
    before = question.facts[worktree, path].state
    id = objections.id_of(family)
    if kind is strategy.Kind.SYMLINK:
        data = links.link_target(path, stored.place(id))
        after = State(Kind.LINK, 0, hashlib.sha256(data).hexdigest())
    else:
        data = question.wrappers[id, path]
        after = State(Kind.FILE, before.mode, hashlib.sha256(data).hexdigest())
    return Write(
        worktree=worktree,
        path=path,
        before=before,
        after=after,
        data=data,
        reason=_STAND_IN if path == id else f"runs the body of {family.id}",
        named=worktree in question.named,
    )


def _body(question: Question, family: Family, canonical: File) -> Write:
    data = question.bodies[canonical[:2]]
    mode = question.facts[canonical[:2]].state.mode
    return Write(
        worktree=MAIN,
        path=stored.place(objections.id_of(family)),
        before=ABSENT,
        after=State(Kind.FILE, mode, hashlib.sha256(data).hexdigest()),
        data=data,
        reason="the one body of a script, from its old path",
    )


def _is_copy(member: Member, canonical: File | None) -> bool:
    return canonical is None or member.file[:2] != canonical[:2]


def _order(write: Write) -> tuple[bool, str, bytes]:
    """Bodies before what runs them, so that no path is ever without one."""
    return write.before != ABSENT, write.worktree, write.path
