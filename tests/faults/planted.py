"""Bugs that the harness must find, planted in a trial's own process."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Any

import scene

from s2s_tools.changes import journal, steps, transaction
from s2s_tools.system import atomic

assert scene.ROOT  # makes the package importable


def _unlink_before_link() -> None:
    def exchange(folder_fd: int, temp: bytes, name: bytes) -> None:
        atomic.move(folder_fd, name, temp + b".x")
        atomic.move(folder_fd, temp, name)
        atomic.move(folder_fd, temp + b".x", temp)

    atomic.exchange = exchange


def _no_recheck() -> None:
    real, check = steps.carry_out, steps.is_still

    def carry_out(*args: Any) -> None:
        steps.is_still = lambda *_: True
        try:
            real(*args)
        finally:
            steps.is_still = check

    steps.carry_out = carry_out


def _journal_after_rename() -> None:
    real = journal.Writer.begin

    class Late:
        def __init__(self, where: Any, begin: Any) -> None:
            self._begin = (where, begin)
            self._writer: Any = None

        def mark(self, name: str) -> None:
            if name == "commit":
                self._writer = real(*self._begin)
                self._writer.mark("staged")
                self._writer.mark("commit")

        def close(self) -> None:
            if self._writer is not None:
                self._writer.close()

    journal.Writer.begin = Late  # type: ignore[assignment]


def _no_full_write_loop() -> None:
    atomic.write_all = os.write  # type: ignore[assignment]


def _commit_record_before_verify() -> None:
    real, check = journal.Writer.begin, transaction.check
    writers: list[journal.Writer] = []

    def begin(*args: Any) -> journal.Writer:
        writers.append(real(*args))
        return writers[-1]

    def early(*args: Any) -> None:
        writers[-1].mark("commit")
        check(*args)

    journal.Writer.begin = begin  # type: ignore[assignment]
    transaction.check = early


BUGS: dict[str, Callable[[], None]] = {
    "unlink-before-link": _unlink_before_link,
    "no-recheck": _no_recheck,
    "journal-after-rename": _journal_after_rename,
    "no-full-write-loop": _no_full_write_loop,
    "commit-record-before-verify": _commit_record_before_verify,
}
