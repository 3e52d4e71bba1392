"""Letting old backups and journals go."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from s2s_tools.changes import backup, journal, place

MAX_AGE: Final = 30 * 24 * 3600


def expire(
    places: Iterable[place.Place],
    known: Iterable[journal.Transaction],
    *,
    now: int,
) -> tuple[str, ...]:
    """Forget what is older than 30 days, never the last that could be undone."""
    known, places = tuple(known), tuple(places)
    gone = [t for t in known if t.txid in _old(known, now=now) and t.place in places]
    for transaction in gone:
        if transaction.undoes is None:
            backup.forget(transaction.place, transaction.txid)
        journal.discard(transaction.place, transaction.txid)
    ids = {t.txid for t in known}
    for where in places:
        for txid, when in backup.known(where):
            if txid not in ids and now - when > MAX_AGE:
                backup.forget(where, txid)
    return tuple(t.txid for t in gone)


def _old(known: Iterable[journal.Transaction], *, now: int) -> frozenset[str]:
    known = tuple(known)
    live = (journal.Progress.COMMITTED, journal.Progress.UNFINISHED)
    undoable = [t.txid for t in known if t.undoes is None and t.state in live]
    old = {
        t.txid
        for t in known
        if t.undoes is None
        and t.state is not journal.Progress.UNFINISHED
        and now - t.when > MAX_AGE
        and t.txid not in undoable[-1:]
    }
    # An undo goes with what it undid: without it that would count as done again.
    staying = {t.txid for t in known} - old
    return frozenset(old) | {
        t.txid for t in known if t.undoes is not None and t.undoes not in staying
    }
