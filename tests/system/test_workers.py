"""Work is spread over processes and comes back, whatever happens there."""

from __future__ import annotations

import os
import signal
import time

import pytest

from s2s_tools import errors
from s2s_tools.system import workers

BIG = 500_000  # bytes: more than a pipe holds


@pytest.mark.parametrize("processes", [1, 2, 5])
def test_every_job_is_answered_once(processes):
    found = dict(workers.run(lambda n: [n, b"x" * BIG], 20, processes=processes))

    assert found == {n: [n, b"x" * BIG] for n in range(20)}


def test_the_jobs_run_in_other_processes():
    found = {
        pid
        for _, pid in workers.run(
            lambda n: (time.sleep(0.05), os.getpid())[1], 8, processes=2
        )
    }

    assert os.getpid() not in found
    assert len(found) == 2


def test_an_expected_failure_is_raised_as_it_was():
    def work(number):
        if number == 3:
            raise errors.IndexCorrupt("the third is broken")
        return number

    with pytest.raises(errors.IndexCorrupt, match="the third is broken"):
        list(workers.run(work, 8, processes=2))


def test_a_bug_is_raised_with_its_traceback():
    with pytest.raises(RuntimeError, match="ZeroDivisionError"):
        list(workers.run(lambda number: 1 // 0, 8, processes=2))


def test_a_killed_worker_is_a_clear_error():
    def work(number):
        os.kill(os.getpid(), signal.SIGKILL)

    with pytest.raises(errors.S2SError, match="killed"):
        list(workers.run(work, 4, processes=2))


def test_no_process_is_left_when_the_reader_stops():
    for _ in workers.run(lambda number: b"x" * BIG, 50, processes=2):
        break

    with pytest.raises(ChildProcessError):
        os.waitpid(-1, os.WNOHANG)
