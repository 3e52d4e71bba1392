"""SIGKILL and errors at each system call, by strace."""

from __future__ import annotations

import json
import re
import subprocess
from collections.abc import Iterator

import child
import judge
import scene
import trials
from child import Fault, Told

TRACED = (
    "write,pwrite64,fsync,fchmod,fchown,symlinkat,linkat,rename,renameat,renameat2,"
    "unlinkat,mkdirat,mkdir,ftruncate"
)


def at_syscalls(work: trials.Workshop, every: int = 1) -> Iterator[trials.Trial]:
    """SIGKILL, EIO, ENOSPC at the k-th system call of each name."""
    for action in ("apply", "undo"):
        for name, count in _recorded(work, action):
            for how in ("signal=SIGKILL", "error=EIO", "error=ENOSPC"):
                for k in range(1, count + 1, every):
                    kind = f"strace {how.partition('=')[2]}, {action}"
                    yield _traced(kind, action, name, k, how)


def _recorded(work: trials.Workshop, action: str) -> list[tuple[str, int]]:
    with work.fresh() as place:
        if action == "undo":
            child.run(place.folder, "apply", Fault())
        trace = work.folder / "trace"
        _strace(place, action, "-o", str(trace), "-e", f"trace={TRACED}")
        names = re.findall(r"^(\w+)\(", trace.read_text(errors="replace"), re.M)
    return sorted((name, names.count(name)) for name in set(names))


def _traced(kind: str, action: str, name: str, k: int, how: str) -> trials.Trial:
    def run(place: scene.Scene, known: judge.Truth) -> str:
        if action == "undo":
            child.run(place.folder, "apply", Fault())
        inject = f"inject={name}:{how}:when={k}"
        told = _strace(
            place, action, "-o", "/dev/null", "-e", f"trace={name}", "-e", inject
        )
        return trials.finish(place, known, action, told)

    return trials.Trial(kind, f"{name} {k}", run)


def _strace(place: scene.Scene, action: str, *options: str) -> Told:
    argv = ["strace", "-qq", *options, *trials.command(place, action, Fault())]
    return _heard(subprocess.run(argv, capture_output=True, check=False))


def _heard(done: subprocess.CompletedProcess[bytes]) -> Told:
    lines = done.stdout.splitlines()
    return Told(**json.loads(lines[-1])) if lines else Told()
