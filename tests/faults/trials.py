"""The trials: each is one run with one thing that goes wrong."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
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
    """Kill an apply or undo at `crash`, then let something happen to recovery."""
    _crash_at(place, crash)
    return after_fault(place, known, "recover", fault)


def _crash_at(place: scene.Scene, crash: str) -> None:
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
            _crash_at(place, crash)
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


def after_kills(work: Workshop) -> Iterator[Trial]:
    """Between a kill and the next run somebody cleans up, or edits."""
    for crash in CRASHES:
        yield Trial(
            "git clean after a kill",
            crash,
            lambda s, t, c=crash: _cleaned(s, t, c),
        )
        for how in ("save", "delete", "link"):
            yield Trial(
                "an edit after a kill",
                f"{how} after {crash}",
                lambda s, t, c=crash, h=how: _edited_after(s, t, c, h),
            )


def next_runs(work: Workshop) -> Iterator[Trial]:
    """The next run after a kill is an apply or an undo, not a recovery."""
    for crash in CRASHES:
        for action in ("apply", "undo"):
            yield Trial(
                "the next run is not a recovery",
                f"{action} after {crash}",
                lambda s, t, c=crash, a=action: _next(s, t, c, a),
            )


def _next(place: scene.Scene, known: judge.Truth, crash: str, action: str) -> str:
    place.save_plan()
    _crash_at(place, crash)
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
    _crash_at(place, crash)
    for folder, _, files in os.walk(place.root):
        for name in files:
            if name.startswith(".s2s-"):
                os.unlink(os.path.join(folder, name))
    return after_fault(place, known, "recover", Fault())


def _edited_after(place: scene.Scene, known: judge.Truth, crash: str, how: str) -> str:
    _crash_at(place, crash)
    fault = Fault(how=how)
    child.edit(place, how, os.fsencode(fault.path))
    judge.recovered(place)
    return judge.edit_survives(place, known, fault)


# --- permissions ----------------------------------------------------------------

NOBODY = 65534


def permissions(work: Workshop) -> Iterator[Trial]:
    """What cannot be written or belongs to others; without the rights of root."""
    yield Trial("permissions", "a folder is read-only", _read_only_folder)
    yield Trial("permissions", "the repository is read-only", _read_only_git)
    yield Trial("permissions", "no place for a journal", _no_place)
    yield Trial("permissions", "a file cannot be read", _unreadable)
    if os.geteuid() == 0:
        yield Trial("permissions", "a file of another user", _foreign)
        yield Trial("permissions", "another user's repository", _foreign_git)


def _given(place: scene.Scene) -> int:
    """Give the whole scene to nobody, where we are root; the user to become."""
    place.save_plan()
    if os.geteuid() != 0:
        return 0
    for folder, folders, files in os.walk(place.folder):
        for name in [*folders, *files]:
            os.chown(os.path.join(folder, name), NOBODY, NOBODY, follow_symlinks=False)
    os.chown(place.folder, NOBODY, NOBODY)
    home = place.folder.parent / "home"
    shutil.rmtree(home, ignore_errors=True)
    home.mkdir()
    os.chown(home, NOBODY, NOBODY)
    os.environ["XDG_STATE_HOME"] = str(home)
    return NOBODY


def _expect(
    place: scene.Scene, known: judge.Truth, user: int, error: str, text: str
) -> str:
    before = place.digest()
    told = child.run(place.folder, "apply", Fault(user=user))
    if told.error != error or text not in told.message:
        raise judge.Wrong(f"it says {told.error}: {told.message}")
    if place.digest() != before:
        raise judge.Wrong("something was changed")
    judge.same_git(place, known)
    return "before"


def _read_only_folder(place: scene.Scene, known: judge.Truth) -> str:
    user = _given(place)
    os.chmod(place.root / "tools", 0o555)
    return _expect(place, known, user, "Refused", "(guard writable)")


def _read_only_git(place: scene.Scene, known: judge.Truth) -> str:
    user = _given(place)
    for folder, _, _ in os.walk(place.root / ".git"):
        os.chmod(folder, 0o555)
    told = child.run(place.folder, "apply", Fault(user=user))
    if not told.ok or place.digest() != known.after:
        raise judge.Wrong(f"it says {told.error}: {told.message}")
    if not any("the backup is in" in note for note in told.notes):
        raise judge.Wrong("it does not say where the backup is")
    if (place.root / ".git/s2s").exists():
        raise judge.Wrong("the repository was written to")
    killed = Fault(user=user, how="kill", point="moved:4")
    child.run(place.folder, "undo", killed)
    judge.each_path_is_whole(place, known)
    undone = child.run(place.folder, "undo", Fault(user=user))
    if not undone.ok or place.digest() != known.before:
        raise judge.Wrong(f"undo says {undone.error}: {undone.message}")
    judge.same_git(place, known)
    return "before"


def _no_place(place: scene.Scene, known: judge.Truth) -> str:
    user = _given(place)
    os.chmod(place.root / ".git", 0o555)
    os.environ["XDG_STATE_HOME"] = "/proc"
    return _expect(place, known, user, "WriteFailed", "a journal needs a place")


def _unreadable(place: scene.Scene, known: judge.Truth) -> str:
    user = _given(place)
    os.chmod(place.root / "keep.sh", 0)  # not touched: no obstacle
    os.chmod(place.root / "old.sh", 0)
    return _expect(place, known, user, "FileUnreadable", "old.sh cannot be read")


def _foreign(place: scene.Scene, known: judge.Truth) -> str:
    user = _given(place)
    os.chown(place.root / "old.sh", 0, 0)
    return _expect(place, known, user, "Refused", "(guard owner)")


def _foreign_git(place: scene.Scene, known: judge.Truth) -> str:
    user = _given(place)
    os.chown(place.root, 1234, 1234)
    os.chown(place.root / ".git", 1234, 1234)
    before = place.digest()
    trusting = os.environ["GIT_CONFIG_GLOBAL"]
    os.environ["GIT_CONFIG_GLOBAL"] = "/dev/null"
    told = child.run(place.folder, "apply", Fault(user=user))
    os.environ["GIT_CONFIG_GLOBAL"] = trusting
    if told.ok or told.error in ("", "PermissionError", "OSError"):
        raise judge.Wrong(f"it says {told.error}: {told.message}")
    if place.digest() != before:
        raise judge.Wrong("something was changed")
    return "before"


# --- a link flipped between check and write ---------------------------------------


def flips(work: Workshop, count: int) -> Iterator[Trial]:
    """A name, or a folder, is a link to something precious every other moment."""
    for name, flip in (("the file itself", _flip_name), ("its folder", _flip_folder)):
        yield Trial(
            "a symbolic link flipped",
            f"{name}, {count} times",
            lambda s, t, f=flip: _flipped(s, t, f, count),
        )


def _flipped(
    place: scene.Scene,
    known: judge.Truth,
    flip: Callable[[Path, Path], None],
    count: int,
) -> str:
    outside = place.folder / "outside"
    outside.mkdir()
    for name in ("run.sh", "copy.sh"):
        shutil.copy2(place.root / "tools" / name, outside / name)
    precious = _listing(outside)
    place.save_plan()
    process = os.fork()
    if process == 0:
        for _ in range(count // 2):
            flip(place.root / "tools", outside)
        os._exit(0)
    said = set()
    while os.waitpid(process, os.WNOHANG) == (0, 0):
        told = child.run(place.folder, "apply", Fault())
        said.add(told.error)
        if told.ok:
            child.run(place.folder, "undo", Fault())
        if _listing(outside) != precious:
            raise judge.Wrong("what lies outside was changed")
    strange = said - {"", "Refused", "FileChanged", "WriteFailed", "FileUnreadable"}
    if strange:
        raise judge.Wrong(f"it says {strange}")
    judge.recovered(place)
    judge.same_git(place, known)
    if _listing(outside) != precious:
        raise judge.Wrong("what lies outside was changed")
    return "before"


def _listing(folder: Path) -> list[tuple[str, scene.Entry]]:
    found = sorted(os.listdir(folder))
    return [(name, scene.entry(os.fsencode(folder / name))) for name in found]


def _flip_name(folder: Path, outside: Path) -> None:
    path, aside = folder / "run.sh", folder / "aside"
    with suppress(OSError):  # we are fighting over the name
        os.rename(path, aside)
        path.symlink_to(outside / "run.sh")
        time.sleep(0.001)
        os.rename(aside, path)
        time.sleep(0.001)


def _flip_folder(folder: Path, outside: Path) -> None:
    aside = folder.with_name("aside")
    os.rename(folder, aside)
    folder.symlink_to(outside)
    time.sleep(0.001)
    folder.unlink()
    os.rename(aside, folder)
    time.sleep(0.001)


# --- planted bugs -------------------------------------------------------------


def hunters(bug: str) -> Iterator[tuple[Trial, Trial]]:
    """Trials that may catch a planted bug, each with the same on clean code."""
    makers = (_killed, _short, _edited, _held)
    likely = {"no-full-write-loop": _short, "no-recheck": _edited}
    likely["commit-record-before-verify"] = _edited
    for make in sorted(makers, key=lambda maker: maker is not likely.get(bug)):
        yield from zip(make(bug), make(""), strict=True)


def _killed(bug: str) -> Iterator[Trial]:
    for point in ("begun", "all-staged", "moved:0", "moved:4", "all-moved", "verified"):
        fault = Fault(how="kill", point=point, bug=bug)
        kind = "kill at failpoint, apply"
        yield Trial(kind, point, lambda s, t, f=fault: after_fault(s, t, "apply", f))
    for k in range(60, 120):
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
