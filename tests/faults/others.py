"""Somebody else is at work: editors, git, other runs of ours."""

from __future__ import annotations

import json
import os
import signal
import subprocess
from collections.abc import Iterator

import child
import judge
import scene
import trials
from child import Fault, Told

EDITS = ("save", "replace", "delete", "chmod", "link", "folder", "held-open")
EDITED = (
    "backed-up",
    "begun",
    "all-staged",
    "moved:0",
    "all-moved",
    "verified",
    "committed",
)


def edits(work: trials.Workshop) -> Iterator[trials.Trial]:
    """An editor works on a touched file while we do."""
    for how in EDITS:
        for point in EDITED:
            if how == "held-open" and point in ("backed-up", "begun"):
                continue
            yield edit_trial("an editor in between", how, point)


def edit_trial(kind: str, how: str, point: str, bug: str = "") -> trials.Trial:
    fault = Fault(how=how, point=point, bug=bug)

    def run(place: scene.Scene, known: judge.Truth) -> str:
        told = child.run(place.folder, "apply", fault)
        if not told.ended:
            raise judge.Wrong("the run died")
        if told.error not in ("", "FileChanged"):
            raise judge.Wrong(f"it says {told.error}: {told.message}")
        judge.recovered(place)
        side = judge.edit_survives(place, known, fault)
        if told.ok != (side == "after"):
            raise judge.Wrong(f"it says ok={told.ok}, but the rest is {side}")
        return side

    return trials.Trial(kind, f"{how} at {point}", run)


def checkouts(work: trials.Workshop) -> Iterator[trials.Trial]:
    """`git checkout` of another branch at each point, and before the apply."""
    for point in ("locked", "backed-up", "all-staged", "moved:3", "all-moved"):
        yield trials.Trial(
            "git checkout in between",
            point,
            lambda s, t, p=point: _checkout(s, t, p),
        )


def _checkout(place: scene.Scene, known: judge.Truth, point: str) -> str:
    git = scene.git_output
    git(place.root, "checkout", "-q", "-b", "other")
    for path in (b"mode.sh", b"tools/run.sh"):
        with open(place.file(".", path), "ab") as file:
            file.write(b"# other\n")
    git(place.root, "commit", "-q", "-a", "-m", "other")
    other = {
        p: e for p, e in place.digest().items() if p in (b"mode.sh", b"tools/run.sh")
    }
    git(place.root, "checkout", "-q", "main")
    told = child.run(place.folder, "apply", Fault(how="checkout", point=point))
    if told.error not in ("FileChanged", "Refused"):
        raise judge.Wrong(f"it says {told.error or 'done'}: {told.message}")
    judge.recovered(place)
    now = place.digest()
    if any(now.get(path) != found for path, found in other.items()):
        raise judge.Wrong("what the checkout brought is lost")
    side = {p: e for p, e in now.items() if p.startswith(scene.SIDE.encode())}
    if side != {p: e for p, e in known.before.items() if p in side}:
        raise judge.Wrong("the other worktree was changed")
    return "before"


def second_runs(work: trials.Workshop) -> Iterator[trials.Trial]:
    """Two runs at once: one works, the other says who works."""
    for number, point in enumerate(("locked", "backed-up", "moved:2", "verified")):
        yield trials.Trial(
            "a second run at the same time",
            f"{number} at {point}",
            lambda s, t, p=point: _second(s, t, p),
        )
    for number in range(4):
        yield trials.Trial(
            "six runs at once",
            str(number),
            _race,
        )


def _second(place: scene.Scene, known: judge.Truth, point: str) -> str:
    place.save_plan()
    process = os.fork()
    if process == 0:
        fault = Fault(how="stop", point=point)
        os.setpgid(0, 0)
        child.edit = lambda *_: os.kill(os.getpid(), signal.SIGSTOP)
        child.perform(place, "apply", fault)
        os._exit(0)
    os.waitpid(process, os.WUNTRACED)
    told = child.run(place.folder, "apply", Fault())
    undone = child.run(place.folder, "undo", Fault())
    os.kill(process, signal.SIGCONT)
    os.waitpid(process, 0)
    for late in (told, undone):
        if late.error != "Locked" or str(process) not in late.message:
            raise judge.Wrong(f"it says {late.error}: {late.message}")
    return trials.finish(place, known, "apply", Told())


def _race(place: scene.Scene, known: judge.Truth) -> str:
    fault = Fault()
    place.save_plan()
    running = [
        subprocess.Popen(
            trials.command(place, "apply", fault),
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        )
        for _ in range(6)
    ]
    told = [Told(**json.loads(run.communicate()[0])) for run in running]
    said = [t.error for t in told if not t.ok]
    if sum(t.ok for t in told) != 1 or not {*said} <= {"Locked", "FileChanged"}:
        raise judge.Wrong(f"they say {said}")
    return trials.finish(place, known, "apply", Told())


def after_kills(work: trials.Workshop) -> Iterator[trials.Trial]:
    """Between a kill and the next run somebody cleans up, or edits."""
    for crash in trials.CRASHES:
        yield trials.Trial(
            "git clean after a kill",
            crash,
            lambda s, t, c=crash: _cleaned(s, t, c),
        )
        for how in ("save", "delete", "link"):
            yield trials.Trial(
                "an edit after a kill",
                f"{how} after {crash}",
                lambda s, t, c=crash, h=how: _edited_after(s, t, c, h),
            )


def next_runs(work: trials.Workshop) -> Iterator[trials.Trial]:
    """The next run after a kill is an apply or an undo, not a recovery."""
    for crash in trials.CRASHES:
        for action in ("apply", "undo"):
            yield trials.Trial(
                "the next run is not a recovery",
                f"{action} after {crash}",
                lambda s, t, c=crash, a=action: _next(s, t, c, a),
            )


def _next(place: scene.Scene, known: judge.Truth, crash: str, action: str) -> str:
    place.save_plan()
    trials.crash_at(place, crash)
    told = child.run(place.folder, action, Fault())
    done = crash in ("apply committed", "undo moved:4")
    expected = {
        ("apply", True): ("FileChanged", known.after),
        ("apply", False): ("", known.after),
        ("undo", True): ("", known.before),
        ("undo", False): ("NothingToUndo", known.before),
    }
    error, digest = expected[action, done]
    if told.error != error or place.digest() != digest:
        raise judge.Wrong(f"it says {told.error}: {told.message}")
    judge.recovered(place)
    side = judge.settled(place, known, told)
    judge.there_and_back(place, known, side)
    return side


def _cleaned(place: scene.Scene, known: judge.Truth, crash: str) -> str:
    trials.crash_at(place, crash)
    for folder, _, files in os.walk(place.root):
        for name in files:
            if name.startswith(".s2s-"):
                os.unlink(os.path.join(folder, name))
    return trials.after_fault(place, known, "recover", Fault())


def _edited_after(place: scene.Scene, known: judge.Truth, crash: str, how: str) -> str:
    trials.crash_at(place, crash)
    fault = Fault(how=how)
    child.edit(place, how, os.fsencode(fault.path))
    judge.recovered(place)
    return judge.edit_survives(place, known, fault)
