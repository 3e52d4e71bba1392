"""The trials: each is one run with one thing that goes wrong."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import child
import judge
import scene
from child import Fault, Told

HERE = Path(__file__).resolve().parent
CRASHES = (
    "apply staged:4",
    "apply all-staged",
    "undo moved:4",
    "apply moved:0",
    "apply all-moved",
    "apply moved:4",
    "apply committed",
    "undo committed",
)


@dataclass(frozen=True)
class Trial:
    """A kind and a name, and what to do in a fresh scene; returns the side."""

    kind: str
    name: str
    run: Callable[[scene.Scene, judge.Truth], str]


@dataclass(frozen=True)
class Workshop:
    """The template scene and the folder of its copies."""

    template: scene.Scene
    known: judge.Truth
    folder: Path

    @contextmanager
    def fresh(self) -> Iterator[scene.Scene]:
        """A copy of the template, removed afterwards."""
        place = scene.copy(self.template, self.folder / "trial")
        try:
            yield place
        finally:
            shutil.rmtree(self.folder / "trial", ignore_errors=True)


def after_fault(
    place: scene.Scene, known: judge.Truth, action: str, fault: Fault
) -> str:
    """Run an action with a fault, then let the next run come, then go on and back."""
    if action == "undo":
        child.run(place.folder, "apply", Fault())
    return finish(place, known, action, child.run(place.folder, action, fault))


def finish(place: scene.Scene, known: judge.Truth, action: str, told: Told) -> str:
    judge.each_path_is_whole(place, known)
    said_back = "taken back" in told.message or "nothing was changed" in told.message
    start = known.after if action == "undo" else known.before
    if told.ended and said_back and place.digest() != start:
        raise judge.Wrong(f"it says all is as it was, but it is not: {told.message}")
    goal = known.before if action == "undo" else known.after
    if told.ok and action != "recover":
        judge.is_done(place, goal, told)
    judge.recovered(place)
    side = judge.settled(place, known, told)
    judge.there_and_back(place, known, side)
    return side


def after_crash(
    place: scene.Scene, known: judge.Truth, crash: str, fault: Fault
) -> str:
    """Kill an apply or undo at `crash`, then let something happen to recovery."""
    crash_at(place, crash)
    return after_fault(place, known, "recover", fault)


def crash_at(place: scene.Scene, crash: str) -> None:
    action, _, point = crash.partition(" ")
    if action == "undo":
        child.run(place.folder, "apply", Fault())
    child.run(place.folder, action, Fault(how="kill", point=point))


def points(work: Workshop, action: str, crash: str = "") -> list[str]:
    """The failpoints that an undisturbed run passes."""
    return told(work, action, crash).points


def calls(work: Workshop, action: str, crash: str = "") -> int:
    """How many calls of an undisturbed run alter the disk."""
    return told(work, action, crash).calls


def told(work: Workshop, action: str, crash: str) -> Told:
    with work.fresh() as place:
        if action == "undo":
            child.run(place.folder, "apply", Fault())
        if crash:
            crash_at(place, crash)
        return child.run(place.folder, action, Fault())


def at_failpoints(work: Workshop) -> Iterator[Trial]:
    for action in ("apply", "undo"):
        for point in points(work, action):
            yield _fault(f"kill at failpoint, {action}", point, action, point=point)
    for crash in CRASHES:
        for point in points(work, "recover", crash):
            fault = Fault(how="kill", point=point)
            yield _crash("kill at failpoint, recovery", crash, point, fault)


def at_calls(work: Workshop, every: int = 1) -> Iterator[Trial]:
    """The k-th call that alters the disk fails, or is the last."""
    for action in ("apply", "undo"):
        for how in ("kill", "EIO", "ENOSPC"):
            for k in range(1, calls(work, action) + 1, every):
                name = f"call {k}"
                yield _fault(f"{how} at call, {action}", name, action, how=how, call=k)
    for crash in (CRASHES[2], *CRASHES[5:]):
        for how in ("kill", "EIO", "ENOSPC"):
            for k in range(1, calls(work, "recover", crash) + 1, every):
                fault = Fault(how=how, call=k)
                yield _crash(f"{how} at call, recovery", crash, f"call {k}", fault)


def without_renameat2(work: Workshop, every: int = 1) -> Iterator[Trial]:
    """The same where the kernel cannot exchange two names in one step."""
    with work.fresh() as place:
        count = child.run(place.folder, "apply", Fault(old_kernel=True)).calls
    for k in range(1, count + 1, every):
        yield _fault(
            "kill at call, no renameat2", f"call {k}", "apply", call=k, old_kernel=True
        )


def _fault(
    kind: str,
    name: str,
    action: str,
    *,
    how: str = "kill",
    point: str = "",
    call: int = 0,
    old_kernel: bool = False,
) -> Trial:
    fault = Fault(how=how, point=point, call=call, old_kernel=old_kernel)
    return Trial(kind, name, lambda s, t: after_fault(s, t, action, fault))


def _crash(kind: str, crash: str, name: str, fault: Fault) -> Trial:
    what = f"{name} after {crash}"
    return Trial(kind, what, lambda s, t: after_crash(s, t, crash, fault))


def short_writes(
    work: Workshop, limits: range = range(0, 72_000, 3000)
) -> Iterator[Trial]:
    """No file may grow beyond a limit; and a kill where a path has just moved."""
    for limit in limits:
        fault = Fault(limit=limit or 1)
        yield Trial(
            "short write (RLIMIT_FSIZE)",
            f"{limit} bytes",
            lambda s, t, f=fault: after_fault(s, t, "apply", f),
        )
        killed = replace(fault, how="kill", point="moved:0")
        yield Trial(
            "short write (RLIMIT_FSIZE) and kill",
            f"{limit} bytes",
            lambda s, t, f=killed: after_fault(s, t, "apply", f),
        )


def small_disks(work: Workshop, sizes: range = range(220, 480, 10)) -> Iterator[Trial]:
    """The whole repository on a file system that is nearly full."""
    for size in sizes:
        yield Trial(
            "full disk (small tmpfs)",
            f"{size} KiB",
            lambda s, t, n=size: _on_tmpfs(s, t, n),
        )
    for crash in CRASHES:
        yield Trial(
            "recovery with no byte free",
            crash,
            lambda s, t, c=crash: _on_tmpfs(s, t, 0, c),
        )


def _on_tmpfs(
    place: scene.Scene, known: judge.Truth, size: int, crash: str = ""
) -> str:
    """In a private mount namespace: fill a tmpfs, apply there, judge there."""
    argv = ["unshare", "-m", sys.executable, str(HERE / "tmpfs.py"), str(place.folder)]
    done = subprocess.run([*argv, str(size), crash], capture_output=True, check=False)
    if done.returncode:
        raise judge.Wrong(done.stderr.decode(errors="replace").strip()[-300:])
    return done.stdout.decode().strip()


def command(place: scene.Scene, action: str, fault: Fault) -> list[str]:
    """How to run an action as a program of its own."""
    text = json.dumps(fault.__dict__)
    return [sys.executable, str(HERE / "child.py"), str(place.folder), action, text]
