"""Take a transaction for all worktrees back, family by family."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import NamedTuple

from s2s_tools.changes import apply as changes
from s2s_tools.changes import backup, guards, journal, recover
from s2s_tools.changes import undo as steps
from s2s_tools.changes.facts import PathFacts
from s2s_tools.changes.model import ABSENT, Kind, State, Step, Write
from s2s_tools.model import Repository
from s2s_tools.scripts.dedupe import trees as known_trees
from s2s_tools.scripts.dedupe.worktrees import needs, reversal
from s2s_tools.scripts.dedupe.worktrees.model import COMMAND, MAIN
from s2s_tools.scripts.dedupe.worktrees.reversal import Part
from s2s_tools.scripts.inventory import stored


class Undone(NamedTuple):
    """What was taken back and what is kept; `swept`: what became of the store."""

    done: steps.Undone
    swept: needs.Swept | None = None


def undo(
    repository: Repository, txid: str | None = None, *, dry_run: bool = False
) -> Undone:
    """Take a transaction back, the last one if not said.

    One for all worktrees goes back by whole families: one that cannot stays and
    is named, and an edited body goes back to its old path with its edits. Raises
    errors.NothingToUndo, errors.Refused, errors.Locked, errors.FileChanged,
    errors.WriteFailed, errors.JournalCorrupt.
    """
    if not dry_run:
        recover.recover(repository)
    chosen = steps.undo(repository, txid=txid, dry_run=True).txid
    target = next(t for t in journal.transactions(repository) if t.txid == chosen)
    if target.command != COMMAND:
        return Undone(steps.undo(repository, txid=chosen, dry_run=dry_run))
    return _by_families(repository, target, dry_run=dry_run)


def _by_families(
    repository: Repository, target: journal.Transaction, *, dry_run: bool
) -> Undone:
    back = reversal.build(
        parts(repository, target),
        repository=repository.common_dir,
        command=f"undo {target.txid}",
    )
    plan = back.plan
    done = steps.Undone(txid=target.txid, restored=len(plan.writes), kept=plan.keeps)
    if dry_run:
        return Undone(done)
    if plan.writes:
        applied = changes.apply(plan, repository, undoes=target.txid)
        late = (*done.kept, *applied.kept)
        done = replace(done, kept=late, notes=applied.notes)
    elif not plan.keeps:
        steps.undo(repository, txid=target.txid)
    return Undone(done, needs.sweep(repository))


def parts(repository: Repository, target: journal.Transaction) -> Iterator[Part]:
    """Each path of a transaction: what it was, was made, and is now."""
    olds = _bytes(target, "before")
    news = _bytes(target, "after")
    trees = known_trees.Trees(repository)
    present = {t.name for t in repository.worktrees if not t.prunable}
    for name in dict.fromkeys(step.worktree for step in target.steps):
        own = [step for step in target.steps if step.worktree == name]
        seen = trees.paths(name, [s.path for s in own]) if name in present else {}
        for step in own:
            facts = seen.get(step.path)
            yield Part(
                worktree=name,
                path=step.path,
                before=step.before,
                after=step.after,
                now=ABSENT if facts is None else facts.state,
                old=olds.get(step.number),
                held=None if facts is None else facts.data,
                family=_family(step, news.get(step.number, b"")),
                objection="" if facts is None else _objection(trees, step, facts),
                gone=facts is None,
            )
        if name in present and name != MAIN:
            yield from _own_bodies(target, trees, name)


def _own_bodies(
    target: journal.Transaction, trees: known_trees.Trees, name: str
) -> Iterator[Part]:
    """The bodies in the store of a tree that adopted them, with what became of them.

    One that a wrapper which was merged there still runs stays where it is.
    """
    bodies = [s for s in target.steps if s.worktree == MAIN and stored.holds(s.path)]
    own = {step.path for step in target.steps if step.worktree == name}
    merged = {step.path for step in target.steps} - own
    seen = trees.paths(name, {*merged, *(step.path for step in bodies)})
    needed = {stored.wrapped(seen[path].data or b"") for path in merged}
    for step in bodies:
        facts, id = seen[step.path], stored.home(step.path)
        if facts.state == ABSENT or step.path in own:
            continue
        yield Part(
            worktree=name,
            path=step.path,
            before=facts.state if id in needed else ABSENT,
            after=facts.state if _same(facts.state, step.after) else step.after,
            now=facts.state,
            held=facts.data,
            family=_family(step, b""),
            objection=_objection(trees, replace(step, worktree=name), facts),
        )


def _same(now: State, made: State) -> bool:
    """Whether git would take both for the same file."""
    runs = bool(now.mode & 0o100) == bool(made.mode & 0o100)
    return runs and (now.kind, now.sha256) == (made.kind, made.sha256)


def _bytes(target: journal.Transaction, side: str) -> dict[int, bytes]:
    wanted = [
        (side, step)
        for step in target.steps
        if (step.before if side == "before" else step.after) != ABSENT
    ]
    return backup.fetch(target.place, target.journal.begin.backup, wanted)


def _family(step: Step, made: bytes) -> str:
    """The id that a step was for; "" for the manifest."""
    if stored.holds(step.path):
        id: bytes | None = stored.home(step.path)
    elif step.after.kind is Kind.LINK:
        id = made.partition(stored.FOLDER)[2] or None
    else:
        id = stored.wrapped(made)
    return (id or b"").decode("utf-8", "surrogateescape")


def _objection(trees: known_trees.Trees, step: Step, facts: PathFacts) -> str:
    probe = Write(
        worktree=step.worktree,
        path=step.path,
        before=facts.state,
        after=step.before,
        data=None,
        reason="",
    )
    tree = trees.facts(step.worktree)
    case = guards.Case(write=probe, path=facts, tree=tree, lenient=True)
    refusal = guards.reach_refusal(case) or guards.refusal(case)
    return "" if refusal is None else refusal.why
