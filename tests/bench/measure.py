"""Runs programs and says what they cost."""

from __future__ import annotations

import os
import statistics
import subprocess
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Cost:
    """What one run took: wall and processor seconds, its children's included."""

    wall: float
    cpu: float


@dataclass(frozen=True, slots=True)
class Costs:
    """The medians over all runs of one program."""

    wall: float
    cpu: float
    runs: int


def once(command: Sequence[str], cwd: Path, out: Path | None = None) -> Cost:
    """Run a command to its end, stdout into `out`; fails where it fails."""
    with open(out or os.devnull, "wb") as stream:
        start = time.perf_counter()
        child = subprocess.Popen(
            command, cwd=cwd, stdout=stream, stderr=subprocess.DEVNULL
        )
        _, status, used = os.wait4(child.pid, 0)
        wall = time.perf_counter() - start
    child.returncode = os.waitstatus_to_exitcode(status)
    if child.returncode:
        raise SystemExit(f"{command[0]} ended with {child.returncode}")
    return Cost(wall, used.ru_utime + used.ru_stime)


def in_turn(
    commands: Mapping[str, Sequence[str]],
    cwd: Path,
    *,
    runs: int,
    before: Callable[[], None] = lambda: None,
    warm: bool = True,
) -> dict[str, Costs]:
    """Run all commands one after the other, `runs` times over; the medians."""
    found: dict[str, list[Cost]] = {name: [] for name in commands}
    if warm:
        for command in commands.values():
            once(command, cwd)
    for _ in range(runs):
        for name, command in commands.items():
            before()
            found[name].append(once(command, cwd))
    return {name: _median(costs) for name, costs in found.items()}


def _median(costs: Sequence[Cost]) -> Costs:
    return Costs(
        statistics.median(cost.wall for cost in costs),
        statistics.median(cost.cpu for cost in costs),
        len(costs),
    )


def peak(command: Sequence[str], cwd: Path) -> float:
    """The most memory, in MiB, that a command and its children held together.

    Shared pages are shared out (PSS), looked at every few milliseconds.
    """
    with tempfile.TemporaryFile() as stream:
        child = subprocess.Popen(
            command,
            cwd=cwd,
            stdout=stream,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        most = 0
        while child.poll() is None:
            most = max(most, sum(map(_pss, _session(child.pid))))
            time.sleep(0.004)
    return most / 1024


def _session(leader: int) -> list[int]:
    found = []
    for name in os.listdir("/proc"):
        if name.isdigit():
            try:
                if os.getsid(int(name)) == leader:
                    found.append(int(name))
            except OSError:
                continue
    return found


def _pss(process: int) -> int:
    try:
        text = Path(f"/proc/{process}/smaps_rollup").read_text()
    except OSError:
        return 0
    lines = (line.split() for line in text.splitlines())
    return next((int(words[1]) for words in lines if words[:1] == ["Pss:"]), 0)


def evict(folder: Path) -> None:
    """Drop the pages of every file below a folder, but those of git."""
    for path, names, files in os.walk(folder):
        if ".git" in names:
            names.remove(".git")
        for name in files:
            fd = os.open(os.path.join(path, name), os.O_RDONLY)
            os.posix_fadvise(fd, 0, 0, os.POSIX_FADV_DONTNEED)
            os.close(fd)
