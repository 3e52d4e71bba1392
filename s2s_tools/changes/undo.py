"""Taking a transaction back, except for what the user has changed since."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from s2s_tools import errors
from s2s_tools import model as repositories
from s2s_tools.changes import (
    backup,
    guards,
    journal,
    journal_codec,
    model,
    observe,
    place,
    recover,
    transaction,
)
from s2s_tools.changes.facts import PathFacts, TreeFacts
from s2s_tools.system import clock


@dataclass(frozen=True, slots=True, kw_only=True)
class Undone:
    """What an undo did, or would do; `kept` are paths left to the user."""

    txid: str
    restored: int
    kept: tuple[model.Keep, ...] = ()
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Part:
    """One step of the transaction to undo, and why it stays (None: it goes back)."""

    step: model.Step
    facts: PathFacts | None
    keep: str | None
    done: bool = False


def undo(
    repository: repositories.Repository,
    *,
    txid: str | None = None,
    dry_run: bool = False,
    failpoint: recover.Failpoint | None = None,
) -> Undone:
    """Restore bytes, modes and links of a transaction, the last one if not said.

    Raises errors.NothingToUndo, errors.Refused, errors.Locked,
    errors.WriteFailed, errors.JournalCorrupt; the tree is then as it was.
    """
    if dry_run:
        target = _choose(journal.transactions(repository), txid)
        return _result(target, _parts(repository, target))
    fail = failpoint or recover.no_failpoint
    with (
        recover.disk_errors(),
        place.hold(repository.common_dir, who="undo") as places,
    ):
        fail("locked")
        recover.under_lock(repository, places, failpoint=fail)
        known = journal.read(places)
        target = _choose(known, txid)
        parts = _parts(repository, target)
        result = _result(target, parts)
        if result.restored or not result.kept:
            outcome = _run(repository, places, known, target, parts, fail)
            late = (*result.kept, *outcome.kept)
            result = replace(result, kept=late, notes=outcome.notes)
    return result


def _choose(
    known: Sequence[journal.Transaction], txid: str | None
) -> journal.Transaction:
    applied = [t for t in known if t.undoes is None]
    ready = [t for t in applied if t.state is journal.Progress.COMMITTED]
    if txid is None:
        if not ready:
            raise errors.NothingToUndo("there is nothing to undo")
        return ready[-1]
    for found in applied:
        if found.txid == txid:
            if found in ready:
                return found
            raise errors.NothingToUndo(
                f"transaction {txid} is {found.state.value}; there is nothing to undo"
            )
    raise errors.NotFound(f"there is no transaction {txid}; it may have expired")


def _parts(
    repository: repositories.Repository, target: journal.Transaction
) -> tuple[_Part, ...]:
    trees = {tree.name: tree for tree in repository.worktrees}
    parts: list[_Part] = []
    for name in dict.fromkeys(step.worktree for step in target.steps):
        steps = [step for step in target.steps if step.worktree == name]
        if name not in trees or trees[name].prunable:
            parts += [_Part(s, None, "its worktree is gone") for s in steps]
            continue
        facts = observe.tree(repository, trees[name])
        if refusal := guards.tree_refusal(facts):
            raise refusal.error()
        found = observe.paths(
            trees[name],
            [step.path for step in steps],
            object_format=repository.object_format,
        )
        parts += [_part(step, found[step.path], facts) for step in steps]
    return tuple(parts)


def _part(step: model.Step, found: PathFacts, tree: TreeFacts) -> _Part:
    write = model.Write(
        worktree=step.worktree,
        path=step.path,
        before=step.after,
        after=step.before,
        data=None,
        reason="undo",
    )
    case = guards.Case(write=write, path=found, tree=tree, lenient=True)
    if refusal := guards.reach_refusal(case):
        return _Part(step, found, refusal.why)
    if found.state == step.before:
        return _Part(step, found, None, done=True)
    if found.state != step.after:
        return _Part(step, found, "it was changed since")
    if refusal := guards.refusal(case, restoring=True):
        return _Part(step, found, refusal.why)
    return _Part(step, found, None)


def _result(target: journal.Transaction, parts: Sequence[_Part]) -> Undone:
    return Undone(
        txid=target.txid,
        restored=sum(part.keep is None and not part.done for part in parts),
        kept=tuple(
            model.Keep(
                worktree=part.step.worktree, path=part.step.path, reason=part.keep
            )
            for part in parts
            if part.keep is not None
        ),
    )


def _run(
    repository: repositories.Repository,
    places: tuple[place.Place, ...],
    known: Sequence[journal.Transaction],
    target: journal.Transaction,
    parts: Sequence[_Part],
    failpoint: recover.Failpoint,
) -> transaction.Outcome:
    back = [part for part in parts if part.keep is None and not part.done]
    images = _images(target, back)
    folders = {
        (part.step.worktree, path)
        for part in back
        if part.facts is not None and part.step.before != model.ABSENT
        for path in part.facts.missing
    }
    begin = journal_codec.Begin(
        txid=transaction.new_id(known),
        undoes=target.txid,
        when=clock.now(),
        command=f"undo {target.txid}",
        backup=target.journal.begin.backup,
        steps=tuple(image.step for image in images),
        folders=tuple(sorted(folders)),
    )
    return transaction.run(
        transaction.Work(
            repository=repository,
            places=places,
            begin=begin,
            images=images,
            failpoint=failpoint,
        )
    )


def _images(
    target: journal.Transaction, back: Sequence[_Part]
) -> tuple[backup.Image, ...]:
    wanted = [("before", p.step) for p in back if p.step.before != model.ABSENT]
    commit = target.journal.begin.backup
    old = backup.fetch(target.place, commit, wanted)
    return tuple(
        backup.Image(
            model.Step(
                number=number,
                worktree=part.step.worktree,
                path=part.step.path,
                before=part.step.after,
                after=part.step.before,
            ),
            None if part.facts is None else part.facts.data,
            old.get(part.step.number),
        )
        for number, part in enumerate(back)
    )
