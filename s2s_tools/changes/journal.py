"""The journals of a repository: one append-only file for each transaction."""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from enum import StrEnum

from s2s_tools import constants, errors
from s2s_tools import model as repositories
from s2s_tools.changes import journal_codec, laws, model, place
from s2s_tools.system import atomic, files

_SUFFIX = b".journal"
_TXID = re.compile(r"(\d{6,})-[0-9a-f]{8}\Z")


class Progress(StrEnum):
    """How far a transaction has come."""

    UNFINISHED = "unfinished"
    COMMITTED = "committed"
    UNDONE = "undone"
    ROLLED_BACK = "rolled back"


@dataclass(frozen=True, slots=True, kw_only=True)
class Transaction:
    """One transaction as its journal tells it.

    `kept` are paths that were left to the user; `undoes` is the transaction that
    this one took back, None for an apply.
    """

    txid: str
    when: int
    command: str
    state: Progress
    undoes: str | None
    steps: tuple[model.Step, ...]
    kept: tuple[model.Keep, ...]
    place: place.Place
    journal: journal_codec.Journal

    @property
    def writes(self) -> int:
        """How many paths it changes."""
        return len(self.steps)

    @property
    def backup_ref(self) -> str:
        """The ref whose tree holds the bytes before and after."""
        return f"{constants.BACKUP_REFS}/{self.undoes or self.txid}"


def transactions(repository: repositories.Repository) -> tuple[Transaction, ...]:
    """All known transactions, the oldest first; raises errors.JournalCorrupt."""
    return read(place.existing(repository.common_dir))


def read(places: Iterable[place.Place]) -> tuple[Transaction, ...]:
    """The transactions in these places, the oldest first.

    Raises errors.JournalCorrupt, errors.FileUnreadable.
    """
    found = [t for where in places for t in _in(where)]
    undone = {t.undoes for t in found if t.state is Progress.COMMITTED}
    found = [
        replace(t, state=Progress.UNDONE)
        if t.txid in undone and t.state is Progress.COMMITTED
        else t
        for t in found
    ]
    return tuple(sorted(found, key=lambda t: (sequence(t.txid), t.txid)))


def sequence(txid: str) -> int:
    """The number by which transactions are ordered, whatever the clock does."""
    return int(txid.partition("-")[0])


def is_txid(text: str) -> bool:
    """Whether this can be the id of a transaction."""
    return _TXID.match(text) is not None


def discard(where: place.Place, txid: str) -> None:
    """Forget a transaction that changed nothing, or that is long past."""
    with files.folder(where.path) as fd:
        atomic.remove(fd, _name(txid))
        atomic.sync(fd)


def unbegun(where: place.Place) -> tuple[str, ...]:
    """Transactions that were cut off before their first line was whole."""
    with _readable(where) as fd:
        return tuple(txid for txid in _txids(fd) if _load(where, fd, txid) is None)


class Writer:
    """An open journal; each mark is on the disk when its call returns."""

    def __init__(self, log: atomic.Log, checksum: str) -> None:
        self._log = log
        self._checksum = checksum

    @classmethod
    def begin(cls, where: place.Place, begin: journal_codec.Begin) -> Writer:
        """Start a journal with its first record."""
        with files.folder(where.path) as fd:
            writer = cls(atomic.Log(fd, _name(begin.txid), new=True), "")
        try:
            writer._append(journal_codec.begin_record(begin))
        except BaseException:
            writer.close()
            raise
        return writer

    @classmethod
    def resume(cls, transaction: Transaction) -> Writer:
        """Continue a journal after its last whole line."""
        with files.folder(transaction.place.path) as fd:
            log = atomic.Log(fd, _name(transaction.txid), new=False)
        try:
            log.cut(transaction.journal.size)
        except BaseException:
            log.close()
            raise
        return cls(log, transaction.journal.checksum)

    def mark(self, name: str) -> None:
        """Record that the transaction has come this far."""
        self._append(journal_codec.mark_record(name))

    def end(self, name: str, kept: tuple[model.Keep, ...]) -> None:
        """Record the end, with what was left to the user."""
        self._append(journal_codec.ended_record(name, kept))

    def close(self) -> None:
        """Let go of the file."""
        self._log.close()

    def _append(self, record: dict[str, object]) -> None:
        line, checksum = journal_codec.line(self._checksum, record)
        self._log.append(line)
        self._checksum = checksum


def _in(where: place.Place) -> list[Transaction]:
    with _readable(where) as fd:
        loaded = [_load(where, fd, txid) for txid in _txids(fd)]
    return [transaction for transaction in loaded if transaction is not None]


@contextmanager
def _readable(where: place.Place) -> Iterator[int]:
    try:
        with files.folder(where.path) as fd:
            yield fd
    except OSError as exc:
        raise errors.FileUnreadable(
            f"the journals in {os.fsdecode(where.path)} cannot be read: "
            f"{exc.strerror or exc}; run as their owner or make them readable"
        ) from exc


def _txids(folder_fd: int) -> list[str]:
    names = (os.fsencode(name) for name in os.listdir(folder_fd))
    found = (n[: -len(_SUFFIX)] for n in names if n.endswith(_SUFFIX))
    return sorted(t for n in found if is_txid(t := os.fsdecode(n)))


def _name(txid: str) -> bytes:
    return txid.encode() + _SUFFIX


def _load(where: place.Place, folder_fd: int, txid: str) -> Transaction | None:
    entry = files.entry(folder_fd, _name(txid))
    try:
        if entry is None:
            return None
        if entry.data is None or stat.S_ISLNK(entry.stat.st_mode):
            raise journal_codec.Damaged("it is no regular file")
        journal = journal_codec.read(entry.data)
        if journal is None:
            return None
        _check(journal.begin, txid)
    except journal_codec.Damaged as exc:
        path = os.fsdecode(os.path.join(where.path, _name(txid)))
        raise errors.JournalCorrupt(
            f"{path} is damaged: {exc}; nothing was changed. Its backup is "
            f"{constants.BACKUP_REFS}/{txid}: compare the files with that, then "
            "move the journal elsewhere"
        ) from exc
    begin = journal.begin
    return Transaction(
        txid=txid,
        when=begin.when,
        command=begin.command,
        state=_state(journal.marks),
        undoes=begin.undoes,
        steps=begin.steps,
        kept=journal.kept,
        place=where,
        journal=journal,
    )


def _check(begin: journal_codec.Begin, txid: str) -> None:
    if begin.txid != txid or not is_txid(begin.undoes or txid):
        raise journal_codec.Damaged("its id is not that of its name")
    paths = [step.path for step in begin.steps] + [path for _, path in begin.folders]
    for path in paths:
        if problem := laws.path_flaw(path):
            raise journal_codec.Damaged(problem)


def _state(marks: frozenset[str]) -> Progress:
    if "commit" in marks:
        return Progress.COMMITTED
    if "rolled-back" in marks:
        return Progress.ROLLED_BACK
    return Progress.UNFINISHED
