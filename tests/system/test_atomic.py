"""Writing primitives: whole, exact, never through a link."""

from __future__ import annotations

import os
import resource
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from s2s_tools.system import atomic


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[int]:
    fd = os.open(tmp_path, os.O_RDONLY | os.O_DIRECTORY)
    yield fd
    os.close(fd)


def test_a_new_file_has_its_bytes_and_its_mode(tmp_path: Path, folder: int) -> None:
    old = os.umask(0o077)
    try:
        atomic.create(folder, b"x", b"data", mode=0o754)
    finally:
        os.umask(old)

    assert (tmp_path / "x").read_bytes() == b"data"
    assert (tmp_path / "x").stat().st_mode & 0o7777 == 0o754


def test_create_never_follows_or_replaces(tmp_path: Path, folder: int) -> None:
    (tmp_path / "outside").write_bytes(b"precious")
    (tmp_path / "x").symlink_to("outside")

    for name in (b"x", b"outside"):
        with pytest.raises(FileExistsError):
            atomic.create(folder, name, b"data", mode=0o644)

    assert (tmp_path / "outside").read_bytes() == b"precious"


def test_exchange_swaps_a_file_and_a_link(tmp_path: Path, folder: int) -> None:
    (tmp_path / "one").write_bytes(b"one")
    (tmp_path / "two").symlink_to("somewhere")

    atomic.exchange(folder, b"two", b"one")

    assert os.readlink(tmp_path / "one") == "somewhere"
    assert (tmp_path / "two").read_bytes() == b"one"
    assert sorted(os.listdir(tmp_path)) == ["one", "two"]


def test_place_does_not_replace(tmp_path: Path, folder: int) -> None:
    (tmp_path / "one").write_bytes(b"one")
    (tmp_path / "two").write_bytes(b"two")

    with pytest.raises(FileExistsError):
        atomic.place(folder, b"one", b"two")
    atomic.place(folder, b"one", b"three")

    assert (tmp_path / "two").read_bytes() == b"two"
    assert (tmp_path / "three").read_bytes() == b"one"
    assert not (tmp_path / "one").exists()


def test_mend_finishes_or_takes_back_half_an_exchange(
    tmp_path: Path, folder: int
) -> None:
    (tmp_path / "t.old").write_bytes(b"old")
    atomic.mend(folder, b"t")
    assert (tmp_path / "t").read_bytes() == b"old"

    (tmp_path / "t.old").write_bytes(b"old")
    (tmp_path / "t").write_bytes(b"new")
    atomic.mend(folder, b"t")
    assert (tmp_path / "t").read_bytes() == b"new"
    assert os.listdir(tmp_path) == ["t"]


def test_replace_is_whole_or_nothing(tmp_path: Path) -> None:
    target = tmp_path / "store"
    atomic.replace(os.fsencode(target), b"first", mode=0o600)
    script = (
        "import resource, sys\n"
        "from s2s_tools.system import atomic\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (10, 10))\n"
        "try:\n"
        "    atomic.replace(sys.argv[1].encode(), b'x' * 100)\n"
        "except OSError as exc:\n"
        "    print(exc.strerror)\n"
    )
    argv = [sys.executable, "-c", script, str(target)]

    out = subprocess.check_output(argv, text=True, cwd=Path(__file__).parents[2])

    assert out == "File too large\n"
    assert target.read_bytes() == b"first"
    assert os.listdir(tmp_path) == ["store"]
    assert resource.getrlimit(resource.RLIMIT_FSIZE)[0] == resource.RLIM_INFINITY


def test_a_log_grows_line_by_line_and_can_be_cut(tmp_path: Path, folder: int) -> None:
    log = atomic.Log(folder, b"log", new=True)
    log.append(b"one\n")
    log.append(b"two\n")
    log.cut(4)
    log.append(b"three\n")
    log.close()

    assert (tmp_path / "log").read_bytes() == b"one\nthree\n"
    assert (tmp_path / "log").stat().st_mode & 0o777 == 0o600


def test_only_an_empty_folder_is_removed(tmp_path: Path, folder: int) -> None:
    atomic.make_folder(folder, b"empty")
    atomic.make_folder(folder, b"full")
    (tmp_path / "full/x").write_bytes(b"")
    (tmp_path / "link").symlink_to("empty")

    assert atomic.remove_folder(folder, b"empty")
    assert not atomic.remove_folder(folder, b"full")
    assert not atomic.remove_folder(folder, b"missing")
    assert not atomic.remove_folder(folder, b"link")
