"""Programs that nobody trusts end when they must, with all that they started."""

from __future__ import annotations

import time
from pathlib import Path

from s2s_tools.system import process

ENV = {"PATH": "/usr/bin:/bin"}


def sh(script: str, **options: object) -> process.Bounded:
    settings: dict[str, object] = {"timeout": 5.0, "most": 1000, **options}
    return process.bounded(["sh", "-c", script], env=ENV, cwd=b"/", **settings)  # type: ignore[arg-type]


def is_over(pid: int) -> bool:
    """Whether a process has ended, though nobody may have asked how."""
    try:
        status = Path(f"/proc/{pid}/stat").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return True
    return status.rpartition(")")[2].split()[0] in "ZX"


def test_output_and_exit_code_come_back_apart() -> None:
    done = sh("echo out; echo err >&2; exit 3")

    assert done == process.Bounded(3, b"out\n", b"err\n", "")


def test_there_is_nothing_to_read() -> None:
    assert sh("cat").out == b""


def test_it_is_ended_when_its_time_is_over() -> None:
    start = time.monotonic()
    done = sh("echo begun; while :; do :; done", timeout=0.3)

    assert done.stopped == "it did not finish in 0.3 s"
    assert done.out == b"begun\n"
    assert time.monotonic() - start < 3


def test_it_is_ended_when_it_prints_too_much() -> None:
    done = sh("yes")

    assert "more than 1000 bytes" in done.stopped
    assert len(done.out) == 1000


def test_it_is_ended_when_the_watch_says_so() -> None:
    assert sh("sleep 60", watch=lambda: "enough").stopped == "enough"


def test_a_child_that_keeps_the_output_open_does_not_hold_it_up() -> None:
    start = time.monotonic()
    done = sh("sleep 60 & echo $!; exit 4")

    assert (done.code, done.stopped) == (4, "")
    assert time.monotonic() - start < 3
    time.sleep(0.1)
    assert is_over(int(done.out))


def test_closing_the_output_early_is_no_end() -> None:
    done = sh("exec >&- 2>&-; sleep 0.2; exit 5")

    assert (done.code, done.stopped) == (5, "")
