"""Whether a deduplication still stands: nothing left to do, nothing undone by hand."""

from __future__ import annotations

from typing import NamedTuple

from s2s_tools.changes import journal
from s2s_tools.changes import verify as changes
from s2s_tools.changes.model import Keep, Write
from s2s_tools.model import Repository
from s2s_tools.scripts.dedupe import service
from s2s_tools.scripts.inventory.survey import Progress

COMMAND = "s2s dedupe"


class Verdict(NamedTuple):
    """What planning again would write, and what is no longer as it was left.

    `txid` is the last deduplication or refresh; None where there was none.
    """

    pending: tuple[Write, ...]
    changed: tuple[Keep, ...]
    txid: str | None

    @property
    def stands(self) -> bool:
        """Nothing to do and nothing changed."""
        return not self.pending and not self.changed


def verify(path: bytes, *, progress: Progress | None = None) -> Verdict:
    """The verdict on the tree that `path` is in."""
    planned = service.dedupe(path, progress=progress)
    txid = last(planned.repository)
    changed = () if txid is None else changes.verify(planned.repository, txid=txid)
    return Verdict(planned.plan.writes, changed, txid)


def last(repository: Repository) -> str | None:
    """The last transaction of a deduplication that was not taken back."""
    for found in reversed(journal.transactions(repository)):
        done = found.state is journal.Progress.COMMITTED and found.undoes is None
        if done and found.command.startswith(COMMAND):
            return found.txid
    return None
