"""Carrying out a plan: guards, backup, journal, change, verify."""

from __future__ import annotations

import os
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Final

from s2s_tools import errors
from s2s_tools import model as repositories
from s2s_tools.changes import (
    backup,
    expiry,
    guards,
    journal,
    journal_codec,
    laws,
    model,
    observe,
    place,
    recover,
    steps,
    transaction,
)
from s2s_tools.changes.facts import PathFacts, TreeFacts
from s2s_tools.system import clock

_NOTHING: Final[frozenset[str]] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class Applied:
    """What a plan's application did; `txid` is None where there was nothing to do.

    `kept` are paths with late bytes of somebody else, `backup` is the ref that
    holds what was there, `notes` are for the user to read.
    """

    txid: str | None
    written: int
    backup: str | None = None
    kept: tuple[model.Keep, ...] = ()
    notes: tuple[str, ...] = ()
    recovered: recover.Recovered


def apply(
    plan: model.Plan,
    repository: repositories.Repository,
    *,
    progress: transaction.Progress | None = None,
    allow_dirty: frozenset[str] = _NOTHING,
    bundle: bytes | None = None,
    undoes: str | None = None,
    ready: Callable[[], None] | None = None,
    failpoint: recover.Failpoint | None = None,
) -> Applied:
    """Make every write of a plan, or none.

    `allow_dirty` names worktrees whose touched files may be untracked or carry
    uncommitted changes; `bundle` is a file that gets the backup as a git bundle.
    `undoes` is the transaction that the plan takes back; `ready` is called, under
    the lock, when nothing is in the way any more and nothing is changed yet.
    Raises errors.FileChanged where a file is not as the plan expects,
    errors.Refused where a guard forbids it, errors.Locked, errors.WriteFailed,
    errors.JournalCorrupt; the tree is then as it was before. The same holds, from
    the next run on, if the process is killed; a loss of power is not tested.
    """
    _check_plan(plan, repository)
    if bundle is not None and os.path.lexists(bundle):
        raise errors.Refused(f"{os.fsdecode(bundle)} exists; name a new file")
    fail = failpoint or recover.no_failpoint
    with (
        recover.disk_errors(),
        place.hold(repository.common_dir, who=plan.command) as places,
    ):
        fail("locked")
        recovered = recover.under_lock(repository, places, failpoint=fail)
        work = _prepare(plan, repository, places, allow_dirty, bundle)
        if work is None:
            return Applied(txid=None, written=0, recovered=recovered)
        work = replace(work, begin=replace(work.begin, undoes=undoes))
        fail("backed-up")
        if ready is not None:
            ready()
        outcome = transaction.run(replace(work, failpoint=fail, progress=progress))
    return Applied(
        txid=work.begin.txid,
        written=len(work.images),
        backup=backup.ref(work.begin.txid),
        kept=outcome.kept,
        notes=(*outcome.notes, *_notes(repository, places[0])),
        recovered=recovered,
    )


Found = dict[tuple[str, bytes], PathFacts]


def _check_plan(plan: model.Plan, repository: repositories.Repository) -> None:
    if problem := laws.flaw(plan):
        raise errors.InvalidDocument(f"{problem}; make the plan anew")
    if os.path.realpath(plan.repository) != os.path.realpath(repository.common_dir):
        raise errors.Refused(
            f"the plan was made for {os.fsdecode(plan.repository)}, not for "
            f"{os.fsdecode(repository.common_dir)}; make one here"
        )


def _observe(
    plan: model.Plan, repository: repositories.Repository
) -> tuple[dict[str, TreeFacts], Found]:
    known = {tree.name: tree for tree in repository.worktrees}
    trees: dict[str, TreeFacts] = {}
    found: Found = {}
    touched = [(write.worktree, write.path) for write in plan.writes]
    touched += [(expect.worktree, expect.path) for expect in plan.expects]
    written = {write.worktree for write in plan.writes}
    for name in dict.fromkeys(worktree for worktree, _ in touched):
        if name not in known:
            raise errors.Refused(
                f"the repository has no worktree {name}; make the plan anew"
            )
        trees[name] = observe.tree(repository, known[name])
        if refusal := guards.tree_refusal(trees[name], idle=name in written):
            raise refusal.error()
        wanted = [path for worktree, path in touched if worktree == name]
        facts = observe.paths(
            known[name], wanted, object_format=repository.object_format
        )
        found |= {(name, path): fact for path, fact in facts.items()}
    return trees, found


def _check(
    plan: model.Plan,
    trees: dict[str, TreeFacts],
    found: Found,
    allow_dirty: frozenset[str],
) -> None:
    cases = [
        guards.Case(
            write=write,
            path=found[write.worktree, write.path],
            tree=trees[write.worktree],
            lenient=write.named or write.worktree in allow_dirty,
        )
        for write in plan.writes
    ]
    for case in cases:
        if refusal := guards.reach_refusal(case):
            raise refusal.error()
    for expected in plan.expects:
        if found[expected.worktree, expected.path].state != expected.state:
            raise steps.changed(expected.worktree, expected.path)
    for case in cases:
        if case.path.state != case.write.before:
            raise steps.changed(case.write.worktree, case.write.path)
    for case in cases:
        if case.write.before == case.write.after:
            continue
        if refusal := guards.refusal(case):
            raise refusal.error()


def _images(plan: model.Plan, found: Found) -> tuple[backup.Image, ...]:
    writes = [write for write in plan.writes if write.before != write.after]
    return tuple(
        backup.Image(
            step(number, write), found[write.worktree, write.path].data, write.data
        )
        for number, write in enumerate(writes)
    )


def step(number: int, write: model.Write) -> model.Step:
    """A write as the journal knows it."""
    return model.Step(
        number=number,
        worktree=write.worktree,
        path=write.path,
        before=write.before,
        after=write.after,
    )


def _prepare(
    plan: model.Plan,
    repository: repositories.Repository,
    places: tuple[place.Place, ...],
    allow_dirty: frozenset[str],
    bundle: bytes | None,
) -> transaction.Work | None:
    """Look, let the guards decide, keep the old bytes; None: nothing to change."""
    trees, found = _observe(plan, repository)
    _check(plan, trees, found, allow_dirty)
    images = _images(plan, found)
    if not images:
        return None
    now, where, known = clock.now(), places[0], journal.read(places)
    with suppress(errors.GitFailed):
        expiry.expire(places, known, now=now)
    txid = transaction.new_id(known)
    source = backup.Source(images=images, when=now, command=plan.command)
    if bundle is not None:
        backup.bundle(where, txid, source, bundle)
    heads = [tree.head for tree in trees.values() if tree.head]
    begin = journal_codec.Begin(
        txid=txid,
        undoes=None,
        when=now,
        command=plan.command,
        backup=backup.save(where, txid, source, heads=heads),
        steps=tuple(image.step for image in images),
        folders=_folders(images, found),
    )
    return transaction.Work(
        repository=repository, places=places, begin=begin, images=images
    )


def _folders(
    images: tuple[backup.Image, ...], found: Found
) -> tuple[tuple[str, bytes], ...]:
    needed = {
        (image.step.worktree, path)
        for image in images
        for path in found[image.step.worktree, image.step.path].missing
    }
    return tuple(sorted(needed))


def _notes(repository: repositories.Repository, where: place.Place) -> tuple[str, ...]:
    if not where.inside:
        path = os.fsdecode(where.path)
        return (f"the repository cannot be written; the backup is in {path}",)
    return tuple(
        f"the remote {name} is a mirror: git push would send the backups too; "
        "give it a refspec, or push branches by name"
        for name in backup.mirrors(repository)
    )
