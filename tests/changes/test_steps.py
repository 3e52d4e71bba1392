"""One step on the disk, while somebody flips its path to a link and back."""

from __future__ import annotations

import os
import threading
from pathlib import Path
from typing import Any

import pytest

from s2s_tools import errors
from s2s_tools.changes import model, state, steps

FLIPS = 10_000
OLD, NEW = b"#!/bin/sh\necho old\n", b"#!/bin/sh\necho new\n"
STEP = model.Step(
    number=0,
    worktree=".",
    path=b"tools/run.sh",
    before=state.file_state(OLD, 0o755),
    after=state.file_state(NEW, 0o755),
)


def flip_name(tree: Path, outside: Path) -> None:
    """The file becomes a link to its precious twin, then a file again."""
    for name, make in ((".a", True), (".b", False)):
        temp = tree / "tools" / name
        if make:
            temp.symlink_to(outside / "run.sh")
        else:
            temp.write_bytes(OLD)
            temp.chmod(0o755)
        os.replace(temp, tree / "tools/run.sh")


def flip_folder(tree: Path, outside: Path) -> None:
    """The folder becomes a link to a folder with the same names, and back."""
    os.rename(tree / "tools", tree / "aside")
    (tree / "tools").symlink_to(outside)
    (tree / "tools").unlink()
    os.rename(tree / "aside", tree / "tools")


@pytest.mark.parametrize("flip", [flip_name, flip_folder])
def test_a_flipped_link_never_leads_outside(tmp_path: Path, flip: Any) -> None:
    tree, outside = tmp_path / "tree", tmp_path / "outside"
    for folder in (tree / "tools", outside):
        folder.mkdir(parents=True)
        (folder / "run.sh").write_bytes(OLD)
        (folder / "run.sh").chmod(0o755)
    info = tree.stat()
    root = steps.Root(os.fsencode(tree), (info.st_dev, info.st_ino))
    site = steps.Site("000001-00000000", {".": root})
    ended = threading.Event()

    def flipping() -> None:
        try:
            for _ in range(FLIPS // 2):
                flip(tree, outside)
        finally:
            ended.set()

    thread = threading.Thread(target=flipping)
    thread.start()
    tried = 0
    while not ended.is_set():
        tried += attempt(site)
    thread.join()

    assert tried > 0
    assert os.listdir(outside) == ["run.sh"]
    assert (outside / "run.sh").read_bytes() == OLD
    assert (outside / "run.sh").stat().st_mode & 0o777 == 0o755
    assert (outside / "run.sh").stat().st_nlink == 1


def attempt(site: steps.Site) -> int:
    """Stage, exchange and take back once; what stops it is expected here."""
    stops = (errors.FileChanged, steps.Elsewhere, OSError)
    for action in (
        lambda: steps.stage(site, STEP, NEW),
        lambda: steps.carry_out(site, STEP),
        lambda: steps.take_back(site, STEP, lambda _: OLD),
        lambda: steps.unstage(site, STEP),
    ):
        try:
            action()
        except stops:
            continue
    return 1


def test_late_bytes_come_back_where_the_path_was_exchanged(tmp_path: Path) -> None:
    tree = tmp_path
    (tree / "tools").mkdir()
    (tree / "tools/run.sh").write_bytes(OLD)
    (tree / "tools/run.sh").chmod(0o755)
    info = tree.stat()
    root = steps.Root(os.fsencode(tree), (info.st_dev, info.st_ino))
    site = steps.Site("000001-00000000", {".": root})
    steps.stage(site, STEP, NEW)
    steps.carry_out(site, STEP)
    temp = tree / "tools" / os.fsdecode(steps.temp_name(site, STEP))
    temp.write_bytes(b"late\n")  # an editor that still had the old file open

    kept = steps.tidy(site, STEP)

    assert kept is not None
    assert temp.name in kept.reason
    assert temp.read_bytes() == b"late\n"


def test_a_worktree_that_is_another_folder_now_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "tree/tools").mkdir(parents=True)
    info = (tmp_path / "tree").stat()
    identity = (info.st_dev, info.st_ino)
    site = steps.Site(
        "000001-00000000",
        {".": steps.Root(os.fsencode(tmp_path / "tree"), identity)},
    )
    os.rename(tmp_path / "tree", tmp_path / "moved")
    (tmp_path / "tree/tools").mkdir(parents=True)

    with pytest.raises(steps.Elsewhere):
        steps.stage(site, STEP, NEW)

    assert os.listdir(tmp_path / "tree/tools") == []
