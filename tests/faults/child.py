"""What a trial runs in a process of its own: an action, with faults and bugs."""

from __future__ import annotations

import errno
import json
import os
import resource
import signal
import sys
from collections.abc import Callable
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import planted
import scene

from s2s_tools import errors
from s2s_tools.changes import apply, recover, undo
from s2s_tools.system import atomic

CALLS = (
    "write",
    "fsync",
    "fchmod",
    "symlink",
    "link",
    "rename",
    "unlink",
    "rmdir",
    "mkdir",
    "ftruncate",
    "pwrite",
)
ERRORS = {"EIO": errno.EIO, "ENOSPC": errno.ENOSPC}


@dataclass(frozen=True)
class Fault:
    """What goes wrong, and where.

    `point` is a failpoint; `call` the k-th call that alters the disk; `how` is
    "kill", "EIO" or "ENOSPC", or the name of an edit by somebody else.
    """

    how: str = "none"
    point: str = ""
    call: int = 0
    path: str = "tools/run.sh"
    limit: int = 0  # largest file that may be written, in bytes
    old_kernel: bool = False  # no renameat2
    bug: str = ""
    user: int = 0  # drop to this user's id first


@dataclass
class Told:
    """What the action said before its process ended; `ended` is False if killed."""

    ended: bool = False
    ok: bool = False
    error: str = ""
    message: str = ""
    notes: list[str] = field(default_factory=list)
    calls: int = 0
    points: list[str] = field(default_factory=list)


def run(folder: Path, action: str, fault: Fault) -> Told:
    """Run an action in a forked process."""
    read_end, write_end = os.pipe()
    process = os.fork()
    if process == 0:
        os.close(read_end)
        with suppress(BaseException):
            if fault.user:
                os.setgroups([])
                os.setgid(fault.user)
                os.setuid(fault.user)
            told = perform(scene.Scene(folder), action, fault)
            os.write(write_end, json.dumps(asdict(told)).encode())
        os._exit(0)
    os.close(write_end)
    with os.fdopen(read_end, "rb") as pipe:
        text = pipe.read()
    os.waitpid(process, 0)
    return Told(**json.loads(text)) if text else Told()


def perform(place: scene.Scene, action: str, fault: Fault) -> Told:
    """Run an action in this process, with the fault and the bug in place."""
    told = Told()
    repository, plan = place.repository(), None
    if action == "apply":
        plan = place.planned()
    counter = _Calls(fault)
    hook = _Hook(place, fault, told.points)
    if fault.old_kernel:
        atomic._renameat2 = lambda: None  # type: ignore[assignment]
    if fault.bug:
        planted.BUGS[fault.bug]()
    if fault.limit:
        resource.setrlimit(resource.RLIMIT_FSIZE, (fault.limit, fault.limit))
    counter.install()
    try:
        if plan is not None:
            told.notes += apply.apply(plan, repository, failpoint=hook).notes
        elif action == "undo":
            told.notes += undo.undo(repository, failpoint=hook).notes
        else:
            recover.recover(repository, failpoint=hook)
        told.ok = True
    except errors.S2SError as exc:
        told.error, told.message = type(exc).__name__, str(exc)
    except BaseException as exc:  # a bug of ours: the judge must see it
        told.error, told.message = type(exc).__name__, repr(exc)
    finally:
        counter.remove()
    told.ended, told.calls = True, counter.count
    return told


class _Calls:
    """Counts the calls that alter the disk, and lets one of them fail."""

    def __init__(self, fault: Fault) -> None:
        self.count = 0
        self._fault = fault
        self._real: dict[str, Any] = {}
        self._rename = atomic._renameat2

    def install(self) -> None:
        for name in CALLS:
            self._real[name] = getattr(os, name)
            setattr(os, name, self._wrap(self._real[name]))
        real_open = self._real["open"] = os.open

        def opened(path: Any, flags: int, *args: Any, **named: Any) -> int:
            if flags & os.O_CREAT:
                self._strike()
            return real_open(path, flags, *args, **named)

        os.open = opened
        call = self._rename()
        if call is not None:
            wrapped = self._wrap(call)
            atomic._renameat2 = lambda: wrapped  # type: ignore[assignment]

    def remove(self) -> None:
        for name, real in self._real.items():
            setattr(os, name, real)
        atomic._renameat2 = self._rename  # type: ignore[assignment]

    def _wrap(self, real: Callable[..., Any]) -> Callable[..., Any]:
        def call(*args: Any, **named: Any) -> Any:
            self._strike()
            return real(*args, **named)

        return call

    def _strike(self) -> None:
        self.count += 1
        if self.count != self._fault.call:
            return
        if self._fault.how == "kill":
            os.kill(os.getpid(), signal.SIGKILL)
        code = ERRORS[self._fault.how]
        raise OSError(code, os.strerror(code))


class _Hook:
    """The failpoint: kills, or edits a file as somebody else would."""

    def __init__(self, place: scene.Scene, fault: Fault, points: list[str]) -> None:
        self._place = place
        self._fault = fault
        self._points = points
        path = place.file(".", os.fsencode(fault.path))
        self._held = os.open(path, os.O_WRONLY) if fault.how == "held-open" else -1

    def __call__(self, name: str) -> None:
        self._points.append(name)
        if name != self._fault.point:
            return
        if self._fault.how == "kill":
            os.kill(os.getpid(), signal.SIGKILL)
        if self._fault.how == "held-open":
            os.ftruncate(self._held, 0)
            os.pwrite(self._held, EDIT, 0)
            return
        edit(self._place, self._fault.how, os.fsencode(self._fault.path))


EDIT = b"# somebody's work of this very moment\n"


def edit(place: scene.Scene, how: str, path: bytes) -> None:
    """What an editor, or git, does to a file while we are at work."""
    full = place.file(".", path)
    if how == "save":
        with open(full, "wb") as file:
            file.write(EDIT)
    elif how == "replace":
        with open(full + b"~", "wb") as file:
            file.write(EDIT)
        os.replace(full + b"~", full)
    elif how == "delete":
        with suppress(FileNotFoundError):
            os.unlink(full)
    elif how == "chmod":
        os.chmod(full, 0o711)
    elif how == "link":
        os.symlink(EDIT, full + b"~")
        os.replace(full + b"~", full)
    elif how == "folder":
        with suppress(FileNotFoundError):
            os.unlink(full)
        os.mkdir(full)
    elif how == "checkout":
        scene.git_output(place.root, "checkout", "-q", "-f", "other")


if __name__ == "__main__":
    _folder, _action, _fault = sys.argv[1:4]
    _told = perform(scene.Scene(Path(_folder)), _action, Fault(**json.loads(_fault)))
    print(json.dumps(asdict(_told)))
