"""What may not be written, belongs to others, or is a link now and then."""

from __future__ import annotations

import os
import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import child
import judge
import scene
import trials
from child import Fault

NOBODY = 65534


def permissions(work: trials.Workshop) -> Iterator[trials.Trial]:
    """What cannot be written or belongs to others; without the rights of root."""
    yield trials.Trial("permissions", "a folder is read-only", _read_only_folder)
    yield trials.Trial("permissions", "the repository is read-only", _read_only_git)
    yield trials.Trial("permissions", "no place for a journal", _no_place)
    yield trials.Trial("permissions", "a file cannot be read", _unreadable)
    if os.geteuid() == 0:
        yield trials.Trial("permissions", "a file of another user", _foreign)
        yield trials.Trial("permissions", "another user's repository", _foreign_git)


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
    return _expect(place, known, user, "Refused", "its folder cannot be written")


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
    return _expect(place, known, user, "Refused", "belongs to another user")


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


def flips(work: trials.Workshop, count: int) -> Iterator[trials.Trial]:
    """A name, or a folder, is a link to something precious every other moment."""
    for name, flip in (("the file itself", _flip_name), ("its folder", _flip_folder)):
        yield trials.Trial(
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
