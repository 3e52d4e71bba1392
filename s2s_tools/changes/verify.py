"""Whether what a transaction wrote is still there."""

from __future__ import annotations

from collections.abc import Iterable

from s2s_tools import model as repositories
from s2s_tools.changes import journal, model, steps


def verify(
    repository: repositories.Repository, *, txid: str | None = None
) -> tuple[model.Keep, ...]:
    """Paths that no longer hold what a transaction wrote; the last one's if not said.

    Empty where all is in place, and where there is no transaction.
    """
    known = journal.transactions(repository)
    chosen = [
        t
        for t in known
        if t.state is journal.Progress.COMMITTED
        and t.undoes is None
        and txid in (None, t.txid)
    ]
    if not chosen:
        return ()
    site = steps.site(chosen[-1].txid, repository.worktrees)
    return tuple(
        model.Keep(worktree=s.worktree, path=s.path, reason="it was changed since")
        for s in misplaced(site, chosen[-1].steps)
    )


def misplaced(site: steps.Site, wanted: Iterable[model.Step]) -> tuple[model.Step, ...]:
    """The steps whose path is not in the state they promise."""
    return tuple(step for step in wanted if not _is_done(site, step))


def _is_done(site: steps.Site, step: model.Step) -> bool:
    try:
        with steps.folder(site, step.worktree, step.path) as (fd, name):
            return steps.is_still(fd, name, step.after)
    except steps.Elsewhere:
        return step.after == model.ABSENT
