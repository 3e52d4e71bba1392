"""Where a repository stands: what was done, what waits, what was cut off."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from s2s_tools.changes import journal
from s2s_tools.changes.model import Plan
from s2s_tools.scripts.dedupe import service
from s2s_tools.scripts.inventory.model import Relation
from s2s_tools.scripts.inventory.survey import Progress
from s2s_tools.scripts.manifest import check, survey


class Status(NamedTuple):
    """The state of a repository.

    `duplicates` is the plan for the tree, `copies` counts the relations of files
    in other worktrees; `manifest` is the file's name, None where there is none,
    and `untrue` counts how often it disagrees with the scripts.
    """

    transactions: tuple[journal.Transaction, ...]
    duplicates: Plan
    copies: dict[Relation, int]
    manifest: str | None
    untrue: int

    @property
    def half_done(self) -> tuple[journal.Transaction, ...]:
        """Transactions that the next run finishes or takes back."""
        return tuple(
            found
            for found in self.transactions
            if found.state is journal.Progress.UNFINISHED
        )


def status(path: bytes, *, progress: Progress | None = None) -> Status:
    """The state of the repository that `path` is in; nothing is written."""
    found = survey.take(path, tolerant=True, progress=progress)
    planned = service.dedupe_of(found, path)
    record = found.record
    there = record.data is not None
    untrue = check.compare(record.manifest, survey.manifest(found)) if there else ()
    return Status(
        transactions=journal.transactions(planned.repository),
        duplicates=planned.plan,
        copies=_copies(found, planned.worktree),
        manifest=record.name if there else None,
        untrue=len(untrue),
    )


def recent(status: Status, count: int) -> Sequence[journal.Transaction]:
    """The last transactions, the newest first."""
    return status.transactions[::-1][:count]


def _copies(found: survey.Survey, here: str) -> dict[Relation, int]:
    counts = dict.fromkeys(
        (Relation.IDENTICAL, Relation.STALE, Relation.DIVERGED, Relation.UNKNOWN), 0
    )
    for family in found.scan.families:
        for member in family.members:
            if member.file.worktree != here and member.relation in counts:
                counts[member.relation] += 1
    return counts
