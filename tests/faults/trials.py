"""The trials: each is one run with one thing that goes wrong."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
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
TRACED = (
    "write,pwrite64,fsync,fchmod,fchown,symlinkat,linkat,rename,renameat,renameat2,"
    "unlinkat,mkdirat,mkdir,ftruncate"
)
CRASHES = ("staged:4", "all-staged", "moved:0", "moved:4", "all-moved", "committed")
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
    """Kill an apply at `crash`, then let something happen to the recovery too."""
    child.run(place.folder, "apply", Fault(how="kill", point=crash))
    return after_fault(place, known, "recover", fault)


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
            child.run(place.folder, "apply", Fault(how="kill", point=crash))
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
    for crash in CRASHES[1::2]:
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


# --- strace -------------------------------------------------------------------


def at_syscalls(work: Workshop, every: int = 1) -> Iterator[Trial]:
    """SIGKILL, EIO, ENOSPC at the k-th system call of each name."""
    for action in ("apply", "undo"):
        for name, count in _recorded(work, action):
            for how in ("signal=SIGKILL", "error=EIO", "error=ENOSPC"):
                for k in range(1, count + 1, every):
                    kind = f"strace {how.partition('=')[2]}, {action}"
                    yield _traced(kind, action, name, k, how)


def _recorded(work: Workshop, action: str) -> list[tuple[str, int]]:
    with work.fresh() as place:
        if action == "undo":
            child.run(place.folder, "apply", Fault())
        trace = work.folder / "trace"
        _strace(place, action, "-o", str(trace), "-e", f"trace={TRACED}")
        names = re.findall(r"^(\w+)\(", trace.read_text(errors="replace"), re.M)
    return sorted((name, names.count(name)) for name in set(names))


def _traced(kind: str, action: str, name: str, k: int, how: str) -> Trial:
    def run(place: scene.Scene, known: judge.Truth) -> str:
        if action == "undo":
            child.run(place.folder, "apply", Fault())
        inject = f"inject={name}:{how}:when={k}"
        told = _strace(
            place, action, "-o", "/dev/null", "-e", f"trace={name}", "-e", inject
        )
        return finish(place, known, action, told)

    return Trial(kind, f"{name} {k}", run)


def _strace(place: scene.Scene, action: str, *options: str) -> Told:
    argv = ["strace", "-qq", *options, *_python(place, action, Fault())]
    return _heard(subprocess.run(argv, capture_output=True, check=False))


def _python(place: scene.Scene, action: str, fault: Fault) -> list[str]:
    text = json.dumps(fault.__dict__)
    return [sys.executable, str(HERE / "child.py"), str(place.folder), action, text]


def _heard(done: subprocess.CompletedProcess[bytes]) -> Told:
    lines = done.stdout.splitlines()
    return Told(**json.loads(lines[-1])) if lines else Told()


# --- short writes and full disks ----------------------------------------------


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


def _on_tmpfs(place: scene.Scene, known: judge.Truth, size: int) -> str:
    """In a private mount namespace: fill a tmpfs, apply there, judge there."""
    argv = ["unshare", "-m", sys.executable, str(HERE / "tmpfs.py"), str(place.folder)]
    done = subprocess.run([*argv, str(size)], capture_output=True, check=False)
    if done.returncode:
        raise judge.Wrong(done.stderr.decode(errors="replace").strip()[-300:])
    return done.stdout.decode().strip()


# --- somebody else ------------------------------------------------------------


def edits(work: Workshop) -> Iterator[Trial]:
    """An editor works on a touched file while we do."""
    for how in EDITS:
        for point in EDITED:
            if how == "held-open" and point in ("backed-up", "begun"):
                continue
            yield edit_trial("an editor in between", how, point)


def edit_trial(kind: str, how: str, point: str, bug: str = "") -> Trial:
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

    return Trial(kind, f"{how} at {point}", run)


def checkouts(work: Workshop) -> Iterator[Trial]:
    """`git checkout` of another branch at each point, and before the apply."""
    for point in ("locked", "backed-up", "all-staged", "moved:3", "all-moved"):
        yield Trial(
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


def second_runs(work: Workshop) -> Iterator[Trial]:
    """Two runs at once: one works, the other says who works."""
    for number, point in enumerate(("locked", "backed-up", "moved:2", "verified")):
        yield Trial(
            "a second run at the same time",
            f"{number} at {point}",
            lambda s, t, p=point: _second(s, t, p),
        )
    for number in range(4):
        yield Trial(
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
    return finish(place, known, "apply", Told())


def _race(place: scene.Scene, known: judge.Truth) -> str:
    fault = Fault()
    place.save_plan()
    running = [
        subprocess.Popen(
            _python(place, "apply", fault),
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        )
        for _ in range(6)
    ]
    told = [Told(**json.loads(run.communicate()[0])) for run in running]
    said = [t.error for t in told if not t.ok]
    if sum(t.ok for t in told) != 1 or not {*said} <= {"Locked", "FileChanged"}:
        raise judge.Wrong(f"they say {said}")
    return finish(place, known, "apply", Told())


# --- planted bugs -------------------------------------------------------------


def hunters(bug: str) -> Iterator[tuple[Trial, Trial]]:
    """Trials that may catch a planted bug, each with the same on clean code."""
    for make in (_killed, _short, _edited, _held):
        yield from zip(make(bug), make(""), strict=True)


def _killed(bug: str) -> Iterator[Trial]:
    for point in ("begun", "all-staged", "moved:0", "moved:4", "all-moved", "verified"):
        fault = Fault(how="kill", point=point, bug=bug)
        kind = "kill at failpoint, apply"
        yield Trial(kind, point, lambda s, t, f=fault: after_fault(s, t, "apply", f))
    for k in range(40, 120):
        fault = Fault(how="kill", call=k, bug=bug)
        kind, name = "kill at call, apply", f"call {k}"
        yield Trial(kind, name, lambda s, t, f=fault: after_fault(s, t, "apply", f))


def _short(bug: str) -> Iterator[Trial]:
    for how, point in (("kill", "moved:0"), ("none", "")):
        fault = Fault(how=how, point=point, limit=30_000, bug=bug)
        kind = "short write (RLIMIT_FSIZE)"
        yield Trial(kind, how, lambda s, t, f=fault: after_fault(s, t, "apply", f))


def _edited(bug: str) -> Iterator[Trial]:
    for how in ("save", "replace"):
        for point in ("all-staged", "moved:0", "all-moved"):
            yield edit_trial("an editor in between", how, point, bug)


def _held(bug: str) -> Iterator[Trial]:
    yield edit_trial("an editor in between", "held-open", "all-staged", bug)
