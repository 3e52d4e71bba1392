"""Throw-away folders: whatever is in them, they can be compared and removed."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from s2s_tools.system import scratch


def test_a_scratch_folder_is_private_and_gone_at_the_end() -> None:
    with scratch.folder("s2s-test") as path:
        assert os.stat(path).st_mode & 0o777 == 0o700
        scratch.put(os.path.join(path, b"a/b"), b"x", mode=0o644)

    assert not os.path.lexists(path)


def test_each_kind_of_change_leaves_another_mark(tmp_path: Path) -> None:
    top = os.fsencode(tmp_path)
    for name in (b"same", b"bytes", b"mode", b"gone"):
        scratch.put(os.path.join(top, name), b"1", mode=0o644)
    scratch.put_link(os.path.join(top, b"link"), b"same")
    before = scratch.marks(top)

    (tmp_path / "bytes").write_bytes(b"2")
    (tmp_path / "mode").chmod(0o755)
    (tmp_path / "gone").unlink()
    scratch.put_link(os.path.join(top, b"link"), b"gone")
    (tmp_path / "new").mkdir()
    after = scratch.marks(top)

    changed = {p for p in {*before, *after} if before.get(p) != after.get(p)}
    assert changed == {b"bytes", b"mode", b"gone", b"link", b"new"}


def test_nothing_is_written_through_a_link(tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    top = tmp_path / "top"
    top.mkdir()
    (top / "folder").symlink_to(outside)

    scratch.clear_way(os.fsencode(top), b"folder/file")
    scratch.put(os.fsencode(top / "folder/file"), b"x", mode=0o644)

    assert list(outside.iterdir()) == []
    assert (top / "folder/file").read_bytes() == b"x"


def test_a_copy_of_a_tree_is_the_same_tree(tmp_path: Path) -> None:
    source = os.fsencode(tmp_path / "source")
    scratch.put(source + b"/a/b\xff", b"1", mode=0o755)
    scratch.put_link(source + b"/a/link", b"nowhere")
    scratch.make_folder(source + b"/empty")

    scratch.copy_all(source, os.fsencode(tmp_path / "target"))

    assert (tmp_path / "target/a").is_dir()
    assert os.readlink(os.fsencode(tmp_path / "target/a/link")) == b"nowhere"
    assert os.stat(os.fsencode(tmp_path) + b"/target/a/b\xff").st_mode & 0o777 == 0o755
    assert list((tmp_path / "target/empty").iterdir()) == []


@pytest.mark.parametrize("depth", [10, 1500])
def test_locked_and_deep_trees_can_be_removed(depth: int, tmp_path: Path) -> None:
    top = tmp_path / "top"
    top.mkdir()
    here = os.getcwd()
    os.chdir(top)
    try:
        for _ in range(depth):
            os.mkdir("deep")
            os.chdir("deep")
        os.chmod(".", 0)
    finally:
        os.chdir(here)

    assert len(list(scratch.walk(os.fsencode(top)))) <= depth
    scratch.discard(os.fsencode(top))

    assert not top.exists()
