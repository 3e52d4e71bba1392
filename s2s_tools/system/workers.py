"""Spreads work that only reads over forked processes, one for each processor."""

from __future__ import annotations

import marshal
import os
import sys
from collections.abc import Callable, Iterator
from typing import Any

from s2s_tools import errors

Work = Callable[[int], Any]

_BUG = "bug"
_MOST_JOBS = 10_000  # their numbers fit into a pipe
_NUMBER = 4  # bytes of a job's number, and of a frame's length


def count() -> int:
    """How many processes can work at once here."""
    threading = sys.modules.get("threading")
    if not hasattr(os, "fork") or (threading and threading.active_count() > 1):
        return 1  # a child forked from a process with threads may hang
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def run(work: Work, jobs: int, *, processes: int) -> Iterator[tuple[int, Any]]:
    """Each job's number and what `work` gives for it, in the order of finishing.

    What `work` gives must be plain data (marshal's kinds). An errors.S2SError is
    raised here as it was there.
    """
    if processes < 2 or not 1 < jobs < _MOST_JOBS:
        for number in range(jobs):
            yield number, work(number)
        return
    pool = _Pool(work, jobs, min(processes, jobs))
    try:
        yield from pool.results()
    finally:
        pool.close()


class _Pool:
    """Children that take job numbers from one pipe and answer each on its own."""

    def __init__(self, work: Work, jobs: int, processes: int) -> None:
        self._jobs = jobs
        self._children: dict[int, int] = {}  # where answers come from -> process id
        source, feed = os.pipe()
        try:
            for _ in range(processes):
                self._start(work, source, feed)
            numbers = range(jobs)
            os.write(feed, b"".join(n.to_bytes(_NUMBER, "big") for n in numbers))
        finally:
            os.close(source)
            os.close(feed)

    def results(self) -> Iterator[tuple[int, Any]]:
        import select

        poll = select.poll()
        for answers in self._children:
            poll.register(answers, select.POLLIN)
        left, ended = self._jobs, 0
        while left:
            for answers, _ in poll.poll():
                frame = _receive(answers)
                if frame is not None:
                    yield _opened(frame)
                    left -= 1
                    continue
                poll.unregister(answers)
                ended += 1
                if ended == len(self._children) and left:
                    raise errors.S2SError("a worker was killed; run it again")

    def close(self) -> None:
        for answers, child in self._children.items():
            os.close(answers)
            os.waitpid(child, 0)
        self._children = {}

    def _start(self, work: Work, source: int, feed: int) -> None:
        answers, out = os.pipe()
        child = os.fork()
        if child:
            os.close(out)
            self._children[answers] = child
            return
        try:
            for unused in (feed, answers, *self._children):
                os.close(unused)  # or the others' pipes never break
            _serve(work, source, out)
        finally:
            os._exit(0)


def _serve(work: Work, source: int, out: int) -> None:
    """A child's life: take a number, answer it, until there are no more."""
    while taken := os.read(source, _NUMBER):
        number = int.from_bytes(taken, "big")
        try:
            told = (number, "", work(number))
        except errors.S2SError as exc:
            told = (number, type(exc).__name__, str(exc))
        except BaseException:
            import traceback

            told = (number, _BUG, traceback.format_exc())
        _send(out, marshal.dumps(told))


def _opened(frame: bytes) -> tuple[int, Any]:
    number, failure, value = marshal.loads(frame)
    if failure == _BUG:
        raise RuntimeError(f"a worker failed: {value}")
    if failure:
        raise getattr(errors, failure, errors.S2SError)(value)
    return number, value


def _send(out: int, frame: bytes) -> None:
    data = memoryview(len(frame).to_bytes(_NUMBER, "big") + frame)
    while data:
        data = data[os.write(out, data) :]


def _receive(answers: int) -> bytes | None:
    """The next frame; None where the child has ended."""
    length = os.read(answers, _NUMBER)
    if not length:
        return None
    left = int.from_bytes(length, "big")
    parts = []
    while left:
        part = os.read(answers, left)
        if not part:
            return None
        parts.append(part)
        left -= len(part)
    return b"".join(parts)
