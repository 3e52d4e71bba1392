"""Finishing or taking back what an interrupted run left."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass

from s2s_tools import errors
from s2s_tools import model as repositories
from s2s_tools.changes import backup, journal, model, place, steps, wiring
from s2s_tools.system import atomic

Failpoint = Callable[[str], None]


def no_failpoint(_name: str) -> None:
    """The failpoint of every run that is not a test of crashes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Recovered:
    """What was found half-done: transactions finished, taken back, paths left."""

    finished: tuple[str, ...] = ()
    rolled_back: tuple[str, ...] = ()
    kept: tuple[model.Keep, ...] = ()


def recover(
    repository: repositories.Repository, *, failpoint: Failpoint = no_failpoint
) -> Recovered:
    """Bring every half-done transaction to its end or back to its beginning.

    Raises errors.JournalCorrupt before anything is changed, errors.WriteFailed
    where the disk refuses; then the next run tries again.
    """
    with disk_errors(), place.hold(repository.common_dir, who="recovery") as places:
        return under_lock(repository, places, failpoint=failpoint)


def under_lock(
    repository: repositories.Repository,
    places: tuple[place.Place, ...],
    *,
    failpoint: Failpoint = no_failpoint,
) -> Recovered:
    """As `recover`, for a run that holds the lock."""
    known = journal.read(places)
    for where in places:
        for txid in journal.unbegun(where):
            forget(where, txid)
    finished, rolled_back = [], []
    kept: list[model.Keep] = []
    for transaction in reversed(known):
        if transaction.state is journal.Progress.UNFINISHED:
            rolled_back.append(transaction.txid)
        elif transaction.state is not journal.Progress.ROLLED_BACK and (
            "clean" not in transaction.journal.marks
        ):
            finished.append(transaction.txid)
        else:
            continue
        kept += settle(repository, known, transaction, failpoint=failpoint)
    return Recovered(
        finished=tuple(finished), rolled_back=tuple(rolled_back), kept=tuple(kept)
    )


def settle(
    repository: repositories.Repository,
    known: Iterable[journal.Transaction],
    transaction: journal.Transaction,
    *,
    failpoint: Failpoint = no_failpoint,
) -> tuple[model.Keep, ...]:
    """End one transaction: after its commit record forward, before it backward."""
    site = _site(repository, transaction)
    by_id = {t.txid: t for t in known}
    try:
        if transaction.state is journal.Progress.UNFINISHED:
            return _roll_back(site, by_id, transaction, failpoint)
        return _finish(site, by_id, transaction, failpoint)
    except OSError as exc:
        raise errors.WriteFailed(
            f"{describe(exc)}; transaction {transaction.txid} is half-done and its "
            "backup is safe: put the cause right, the next run brings it to an end"
        ) from exc


@contextmanager
def disk_errors() -> Iterator[None]:
    """Let what the disk refuses outside a transaction become one clear line."""
    try:
        yield
    except OSError as exc:
        raise errors.WriteFailed(
            f"{describe(exc)}; put the cause right and run again"
        ) from exc


def describe(exc: OSError) -> str:
    """A disk's refusal in words: where, if it is known, and what."""
    what = exc.strerror or str(exc)
    return f"{os.fsdecode(exc.filename)}: {what}" if exc.filename else what


def _site(
    repository: repositories.Repository, transaction: journal.Transaction
) -> steps.Site:
    touched = {step.worktree for step in transaction.steps}
    touched |= {worktree for worktree, _ in transaction.journal.begin.folders}
    trees = [tree for tree in repository.worktrees if tree.name in touched]
    right = [tree for tree in trees if not wiring.fault(repository, tree)]
    return steps.site(transaction.txid, right)


def _roll_back(
    site: steps.Site,
    known: dict[str, journal.Transaction],
    transaction: journal.Transaction,
    failpoint: Failpoint,
) -> tuple[model.Keep, ...]:
    kept: list[model.Keep] = []
    staged = "staged" in transaction.journal.marks

    def old_bytes(step: model.Step) -> bytes:
        return _old_bytes(known, transaction, step)

    for step in reversed(transaction.steps):
        try:
            if staged:
                left = steps.take_back(site, step, old_bytes)
                kept += [left] if left else []
            else:
                steps.unstage(site, step)
        except steps.Elsewhere as exc:
            if not _made_folder(transaction, step):
                temp = os.fsdecode(steps.temp_name(site, step))
                kept.append(_left(step, f"{exc}; {temp} may be left in it"))
        except errors.Refused:
            kept.append(_left(step, "its old bytes are not in the backup any more"))
        failpoint(f"taken-back:{step.number}")
    steps.sync(site, transaction.steps)
    remove_folders(site, transaction.journal.begin.folders)
    failpoint("all-taken-back")
    if kept:
        _end(transaction, "rolled-back", tuple(kept))
    else:
        forget(transaction.place, transaction.txid, ref=transaction.undoes is None)
    return tuple(kept)


def _made_folder(transaction: journal.Transaction, step: model.Step) -> bool:
    """Whether a step's folder was made by the transaction, so that it may be gone."""
    parent = step.path.rpartition(b"/")[0]
    return (step.worktree, parent) in transaction.journal.begin.folders


def _old_bytes(
    known: dict[str, journal.Transaction],
    transaction: journal.Transaction,
    step: model.Step,
) -> bytes:
    origin = known.get(transaction.undoes or transaction.txid, transaction)
    if origin.journal.begin.backup != transaction.journal.begin.backup:
        origin = transaction  # it took back by a plan, and kept its own bytes
    own = origin.txid == transaction.txid
    side = "before" if own or transaction.undoes is None else "after"
    for found in origin.steps:
        if (found.worktree, found.path) == (step.worktree, step.path):
            commit = origin.journal.begin.backup
            return backup.fetch(origin.place, commit, [(side, found)])[found.number]
    raise errors.Refused(f"transaction {origin.txid} does not know that path")


def _finish(
    site: steps.Site,
    known: dict[str, journal.Transaction],
    transaction: journal.Transaction,
    failpoint: Failpoint,
) -> tuple[model.Keep, ...]:
    kept = []
    for step in transaction.steps:
        with suppress(steps.Elsewhere):
            left = steps.tidy(site, step)
            kept += [left] if left else []
        failpoint(f"tidied:{step.number}")
    steps.sync(site, transaction.steps)
    origin = known.get(transaction.undoes or "")
    if origin is not None:
        remove_folders(site, origin.journal.begin.folders)
    failpoint("all-tidied")
    # On a full disk the next run tidies up once more; that does no harm.
    with suppress(OSError):
        _end(transaction, "clean", tuple(kept))
    return tuple(kept)


def remove_folders(site: steps.Site, folders: Iterable[tuple[str, bytes]]) -> None:
    """Remove folders that a transaction made, the innermost first, if empty."""
    for worktree, path in sorted(folders, reverse=True):
        with (
            suppress(steps.Elsewhere),
            steps.folder(site, worktree, path) as (fd, name),
        ):
            if atomic.remove_folder(fd, name):
                atomic.sync(fd)


def _end(
    transaction: journal.Transaction, name: str, kept: tuple[model.Keep, ...]
) -> None:
    writer = journal.Writer.resume(transaction)
    try:
        writer.end(name, kept)
    finally:
        writer.close()


def forget(where: place.Place, txid: str, *, ref: bool = True) -> None:
    """Remove the journal of a transaction that changed nothing, and its backup."""
    if ref:
        # A ref that cannot be removed now is removed when it has expired.
        with suppress(errors.GitFailed):
            backup.forget(where, txid)
    journal.discard(where, txid)


def _left(step: model.Step, reason: str) -> model.Keep:
    return model.Keep(worktree=step.worktree, path=step.path, reason=reason)
