"""One trial on a small file system, in a mount namespace of its own."""

from __future__ import annotations

import shutil
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

import child
import judge
import scene
import trials


def main(folder: Path, size: int, crash: str) -> str:
    """Judge an apply on a tmpfs of `size` KiB; returns the side it ends on.

    With `crash`: judge the recovery from a kill there with no byte free.
    """
    small = folder / "small"
    small.mkdir()
    argv = ["mount", "-t", "tmpfs", "-o", "size=16m", "none", str(small)]
    subprocess.run(argv, check=True)
    place = scene.copy(scene.Scene(folder), small)
    known = judge.Truth(place.digest(), {}, place.git_facts())
    if crash:
        return _recover_when_full(place, known, small, crash)
    used = _used(small)
    _resize(small, f"{used + size - 220}k")
    told = child.run(small, "apply", child.Fault())
    now = place.digest()
    if told.ok == (now == known.before):
        raise judge.Wrong(f"it says ok={told.ok}: {told.message}")
    if not told.ok and told.error != "WriteFailed":
        raise judge.Wrong(f"it says {told.error}: {told.message}")
    judge.recovered(place)
    if place.digest() != now:
        raise judge.Wrong("there was something left to recover")
    _resize(small, "16m")
    if told.ok:
        child.run(small, "undo", child.Fault())
    if place.digest() != known.before:
        raise judge.Wrong("undo is not exact")
    judge.same_git(place, known)
    return "after" if told.ok else "before"


def _recover_when_full(
    place: scene.Scene, known: judge.Truth, small: Path, crash: str
) -> str:
    trials.crash_at(place, crash)
    with suppress(OSError), open(small / "ballast", "wb", buffering=0) as file:
        while True:
            file.write(b"x" * 4096)
    told = child.run(small, "recover", child.Fault())
    if not told.ok:
        raise judge.Wrong(f"it says {told.error}: {told.message}")
    now = place.digest()
    (small / "ballast").unlink()
    done = child.run(small, "undo", child.Fault())
    if place.digest() != known.before or done.ok == (now == known.before):
        raise judge.Wrong(f"undo is not exact: {done.error}: {done.message}")
    judge.same_git(place, known)
    return "after" if done.ok else "before"


def _used(folder: Path) -> int:
    return shutil.disk_usage(folder).used // 1024


def _resize(folder: Path, size: str) -> None:
    argv = ["mount", "-o", f"remount,size={size}", str(folder)]
    subprocess.run(argv, check=True)


if __name__ == "__main__":
    print(main(Path(sys.argv[1]), int(sys.argv[2]), sys.argv[3]))
