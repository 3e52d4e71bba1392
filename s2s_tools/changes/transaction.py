"""Carrying out prepared images as one transaction: all of them or none."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from s2s_tools import errors
from s2s_tools import model as repositories
from s2s_tools.changes import (
    backup,
    journal,
    journal_codec,
    laws,
    model,
    place,
    recover,
    steps,
    verify,
)
from s2s_tools.system import atomic

Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What was left to the user while tidying up, and what the user should know."""

    kept: tuple[model.Keep, ...] = ()
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Work:
    """All that a transaction needs; `places` are locked, the first is written to."""

    repository: repositories.Repository
    places: tuple[place.Place, ...]
    begin: journal_codec.Begin
    images: tuple[backup.Image, ...]
    failpoint: recover.Failpoint = recover.no_failpoint
    progress: Progress | None = None

    @property
    def steps(self) -> tuple[model.Step, ...]:
        """The steps, without their bytes."""
        return self.begin.steps


def new_id(known: Iterable[journal.Transaction]) -> str:
    """The next transaction's id: ordered by its number, unique by the rest."""
    last = max((journal.sequence(t.txid) for t in known), default=0)
    return f"{last + 1:06d}-{os.urandom(4).hex()}"


def run(work: Work) -> Outcome:
    """Do it: every path is changed, or none is and an error says why.

    Raises errors.FileChanged, errors.WriteFailed.
    """
    try:
        _until_commit(work)
    except atomic.Unsure as exc:
        raise errors.WriteFailed(
            f"{recover.describe(exc)}; whether transaction {work.begin.txid} is done "
            "is not known: put the cause right, the next run brings it to an end"
        ) from exc
    except OSError as exc:
        _settle(work)
        raise errors.WriteFailed(
            f"{recover.describe(exc)}; what had been done was taken back"
        ) from exc
    except steps.Elsewhere as exc:
        _settle(work)
        raise errors.FileChanged(f"{exc}; make the plan anew") from exc
    except BaseException:
        _settle(work)
        raise
    work.failpoint("committed")
    try:
        return Outcome(kept=_settle(work))
    except errors.WriteFailed as exc:
        return Outcome(notes=(f"all is done, but tidying up failed: {exc}",))


def _until_commit(work: Work) -> None:
    site = steps.site(work.begin.txid, work.repository.worktrees)
    writer = journal.Writer.begin(work.places[0], work.begin)
    try:
        work.failpoint("begun")
        _make_folders(site, work.begin.folders)
        for image in work.images:
            steps.stage(site, image.step, image.after)
            work.failpoint(f"staged:{image.step.number}")
        writer.mark("staged")
        work.failpoint("all-staged")
        _carry_out(work, site)
        steps.sync(site, work.steps)
        work.failpoint("all-moved")
        check(site, work.steps)
        work.failpoint("verified")
        writer.mark("commit")
    finally:
        writer.close()


def _carry_out(work: Work, site: steps.Site) -> None:
    for done, step in enumerate(work.steps, 1):
        steps.carry_out(site, step)
        work.failpoint(f"moved:{step.number}")
        if work.progress is not None:
            work.progress(done, len(work.steps))


def check(site: steps.Site, done: Iterable[model.Step]) -> None:
    """Read every path again; raises errors.FileChanged where one is not as promised."""
    for step in verify.misplaced(site, done):
        raise steps.changed(step.worktree, step.path)


def _make_folders(site: steps.Site, folders: Sequence[tuple[str, bytes]]) -> None:
    for worktree, path in folders:
        with steps.folder(site, worktree, path) as (fd, name):
            try:
                atomic.make_folder(fd, name)
            except FileExistsError as exc:
                raise errors.FileChanged(
                    f"{laws.show(worktree, path)} has appeared; make the plan anew"
                ) from exc


def _settle(work: Work) -> tuple[model.Keep, ...]:
    """End the transaction as its journal on the disk says, forward or backward."""
    known = journal.read(work.places)
    for transaction in known:
        if transaction.txid == work.begin.txid:
            return recover.settle(
                work.repository, known, transaction, failpoint=work.failpoint
            )
    recover.forget(work.places[0], work.begin.txid, ref=work.begin.undoes is None)
    return ()
