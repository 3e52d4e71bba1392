"""Whether what a transaction wrote is still there."""

from __future__ import annotations

import os
from collections.abc import Iterable

from s2s_tools import model as repositories
from s2s_tools.changes import journal, model, steps


def verify(
    repository: repositories.Repository, *, txid: str | None = None
) -> tuple[model.Keep, ...]:
    """Paths that no longer hold what a transaction wrote; the last one's if not said.

    Empty where all is in place, and where there is no transaction. Paths of
    worktrees that are gone do not count.
    """
    chosen = _chosen(repository, txid)
    if chosen is None:
        return ()
    lost = gone(repository, txid=txid)
    site = steps.site(chosen.txid, repository.worktrees)
    there = (step for step in chosen.steps if step.worktree not in lost)
    return tuple(
        model.Keep(worktree=s.worktree, path=s.path, reason="it was changed since")
        for s in misplaced(site, there)
    )


def gone(
    repository: repositories.Repository, *, txid: str | None = None
) -> tuple[str, ...]:
    """The worktrees that a transaction wrote to and that are there no more."""
    chosen = _chosen(repository, txid)
    if chosen is None:
        return ()
    there = {t.name for t in repository.worktrees if os.path.isdir(t.path)}
    return tuple(sorted({step.worktree for step in chosen.steps} - there))


def _chosen(
    repository: repositories.Repository, txid: str | None
) -> journal.Transaction | None:
    known = journal.transactions(repository)
    chosen = [
        t
        for t in known
        if t.state is journal.Progress.COMMITTED
        and t.undoes is None
        and txid in (None, t.txid)
    ]
    return chosen[-1] if chosen else None


def misplaced(site: steps.Site, wanted: Iterable[model.Step]) -> tuple[model.Step, ...]:
    """The steps whose path is not in the state they promise."""
    return tuple(step for step in wanted if not _is_done(site, step))


def _is_done(site: steps.Site, step: model.Step) -> bool:
    try:
        with steps.folder(site, step.worktree, step.path) as (fd, name):
            return steps.is_still(fd, name, step.after)
    except steps.Elsewhere:
        return step.after == model.ABSENT
