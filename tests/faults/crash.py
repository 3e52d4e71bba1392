"""The crash harness: `python tests/faults/crash.py [--quick] [--bug NAME] [--json]`.

Shows safety against crashes of processes: SIGKILL, failing calls, full disks,
others at work. Not against loss of power: what the kernel holds survives here.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import bugs
import judge
import others
import planted
import rights
import scene
import syscalls
import trials
from trials import Trial, Workshop


@dataclass
class Count:
    """One row of the table."""

    trials: int = 0
    before: int = 0
    after: int = 0
    seconds: float = 0.0
    failures: list[str] = field(default_factory=list)


def main() -> int:
    """Run the trials, print the table; 1 where a promise was broken."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="a sample of the trials")
    parser.add_argument("--json", action="store_true", help="the table as JSON")
    parser.add_argument("--kind", default="", help="only kinds that contain this")
    parser.add_argument("--bug", choices=sorted(planted.BUGS), help="plant this bug")
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="s2s-crash-", dir=_memory()) as name:
        folder = Path(name)
        folder.chmod(0o755)
        _isolate(folder)
        template = scene.build(folder / "template")
        known = judge.truth(scene.copy(template, folder / "learned"))
        work = Workshop(template, known, folder)
        if chosen.bug:
            return _hunt(work, chosen.bug)
        table = run(work, quick=chosen.quick, kind=chosen.kind)
    print(
        json.dumps({k: vars(c) for k, c in table.items()})
        if chosen.json
        else _text(table)
    )
    return 1 if any(count.failures for count in table.values()) else 0


def _memory() -> str | None:
    """A file system in memory: killing a process leaves the same there, sooner."""
    shm = "/dev/shm"
    return shm if os.path.isdir(shm) and os.access(shm, os.W_OK) else None


def _isolate(folder: Path) -> None:
    for name in [n for n in os.environ if n.startswith(("GIT_", "XDG_"))]:
        del os.environ[name]
    os.environ["HOME"] = str(folder)
    config = folder / "gitconfig"  # we look at what belongs to others, too
    config.write_text("[safe]\n\tdirectory = *\n")
    config.chmod(0o644)
    os.environ["GIT_CONFIG_GLOBAL"] = str(config)
    os.environ["PYTHONDONTWRITEBYTECODE"] = "1"


def run(work: Workshop, *, quick: bool, kind: str = "") -> dict[str, Count]:
    """All trials whose kind is wanted; the counts by kind."""
    table: dict[str, Count] = {}
    for trial in every(work, quick=quick):
        if kind not in trial.kind:
            continue
        row = table.setdefault(trial.kind, Count())
        row.trials += 1
        started = time.monotonic()
        with work.fresh() as place:
            try:
                side = trial.run(place, work.known)
            except Exception as exc:
                side = ""
                row.failures.append(f"{trial.name}: {type(exc).__name__}: {exc}")
        row.seconds += time.monotonic() - started
        row.before += side == "before"
        row.after += side == "after"
    return table


def every(work: Workshop, *, quick: bool) -> Iterator[Trial]:
    """The trials; a sample of each kind where `quick`."""
    step = 11 if quick else 1
    groups = [
        trials.at_failpoints(work),
        trials.at_calls(work, step),
        trials.without_renameat2(work, step),
        trials.short_writes(work),
        others.edits(work),
        others.checkouts(work),
        others.second_runs(work),
        others.after_kills(work),
        others.next_runs(work),
        rights.permissions(work),
        rights.flips(work, 600 if quick else 10_000),
    ]
    if shutil.which("strace"):
        groups.append(syscalls.at_syscalls(work, 60 if quick else 2))
    if shutil.which("unshare") and os.geteuid() == 0:
        groups.append(trials.small_disks(work))
    for group in groups:
        yield from _sample(group) if quick else group


def _sample(group: Iterator[Trial]) -> Iterator[Trial]:
    """Every fourth trial of a large group, all of a small one."""
    found = list(group)
    yield from found[::5] if len(found) > 8 else found


def _hunt(work: Workshop, bug: str) -> int:
    """Which trial catches a planted bug; 0 if one does and clean code passes it."""
    for trial, clean in bugs.hunters(bug):
        with work.fresh() as place:
            try:
                trial.run(place, work.known)
                continue
            except judge.Wrong as exc:
                caught = str(exc)
        with work.fresh() as place:
            clean.run(place, work.known)
        print(f"{bug}: caught by {trial.kind}, {trial.name}: {caught}")
        return 0
    print(f"{bug}: not caught")
    return 1


def _text(table: dict[str, Count]) -> str:
    width = max(len(kind) for kind in table)
    lines = [f"{'kind':{width}}  trials  before   after  failures  seconds"]
    total = Count()
    for kind, row in table.items():
        lines.append(_line(kind, row, width))
        total.trials += row.trials
        total.before += row.before
        total.after += row.after
        total.failures += row.failures
        total.seconds += row.seconds
    lines.append(_line("total", total, width))
    lines += [f"FAILED {kind}: {f}" for kind, r in table.items() for f in r.failures]
    return "\n".join(lines)


def _line(kind: str, row: Count, width: int) -> str:
    figures = f"{row.trials:6}  {row.before:6}  {row.after:6}  {len(row.failures):8}"
    figures += f"  {row.seconds:7.1f}"
    return f"{kind:{width}}  {figures}"


if __name__ == "__main__":
    sys.exit(main())
