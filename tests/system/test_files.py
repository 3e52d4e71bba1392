"""Reading beneath a folder: no link is followed, nothing hangs."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from s2s_tools import errors
from s2s_tools.system import files


@pytest.fixture
def root(tmp_path: Path) -> Iterator[int]:
    with files.folder(os.fsencode(tmp_path)) as fd:
        yield fd


def test_a_file_and_a_link_are_read_as_what_they_are(tmp_path: Path, root: int) -> None:
    (tmp_path / "file").write_bytes(b"data")
    (tmp_path / "link").symlink_to("file")

    file, link = files.entry(root, b"file"), files.entry(root, b"link")

    assert file is not None
    assert link is not None
    assert (file.data, link.data) == (b"data", b"file")


@pytest.mark.parametrize("kind", ["folder", "pipe", "nothing"])
def test_other_kinds_have_no_bytes_and_do_not_block(
    tmp_path: Path, root: int, kind: str
) -> None:
    if kind == "folder":
        (tmp_path / "x").mkdir()
    if kind == "pipe":
        os.mkfifo(tmp_path / "x")

    found = files.entry(root, b"x")

    assert (found is None) == (kind == "nothing")
    assert found is None or found.data is None


def test_a_link_in_the_way_is_not_followed(tmp_path: Path, root: int) -> None:
    (tmp_path / "real/inner").mkdir(parents=True)
    (tmp_path / "link").symlink_to("real")

    with files.beneath(root, [b"real", b"inner"]):
        pass
    with pytest.raises(OSError), files.beneath(root, [b"link", b"inner"]):
        pass


def test_no_descriptor_is_left_open(tmp_path: Path, root: int) -> None:
    (tmp_path / "a/b").mkdir(parents=True)
    before = len(os.listdir("/proc/self/fd")) if os.path.isdir("/proc/self/fd") else 0

    for parts in ([b"a", b"b"], [b"a", b"none"], [b"a", b"b", b"c"]):
        try:
            with files.beneath(root, parts):
                pass
        except OSError:
            pass

    after = len(os.listdir("/proc/self/fd")) if before else 0
    assert after == before


def test_a_file_that_cannot_be_read_is_one_clear_line(tmp_path: Path) -> None:
    with pytest.raises(errors.FileUnreadable, match="none cannot be read: No such"):
        files.read(os.fsencode(tmp_path / "none"))
