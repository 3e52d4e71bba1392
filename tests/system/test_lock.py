"""One run at a time, and the other is told who works."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from s2s_tools import errors
from s2s_tools.system import files, lock

HOLDER = """
import sys
from s2s_tools.system import files, lock
with files.folder(sys.argv[1].encode()) as fd:
    with lock.hold(fd, b"lock", who="dedupe\\napply", where="x"):
        print("held", flush=True)
        sys.stdin.read()
"""


def test_the_second_is_told_who_holds_the_lock(tmp_path: Path) -> None:
    argv = [sys.executable, "-c", HOLDER, str(tmp_path)]
    with (
        subprocess.Popen(
            argv,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            cwd=Path(__file__).parents[2],
        ) as holder,
        files.folder(os.fsencode(tmp_path)) as fd,
    ):
        assert holder.stdout is not None
        assert holder.stdout.readline() == b"held\n"

        with (
            pytest.raises(errors.Locked) as caught,
            lock.hold(fd, b"lock", who="undo", where="the repository"),
        ):
            pass

        said = str(caught.value)
        assert f"process {holder.pid} (dedupe apply)" in said
        assert "\n" not in said
        assert caught.value.exit_code == 18
        holder.kill()
        holder.wait()
        with lock.hold(fd, b"lock", who="undo", where="the repository"):
            pass


def test_a_lock_is_free_again_after_its_block(tmp_path: Path) -> None:
    with files.folder(os.fsencode(tmp_path)) as fd:
        for _ in range(2):
            with lock.hold(fd, b"lock", who="x", where="here"):
                pass


def test_a_link_in_place_of_the_lock_is_not_followed(tmp_path: Path) -> None:
    (tmp_path / "precious").write_bytes(b"precious")
    (tmp_path / "lock").symlink_to("precious")

    with (
        files.folder(os.fsencode(tmp_path)) as fd,
        pytest.raises(OSError),
        lock.hold(fd, b"lock", who="x", where="here"),
    ):
        pass

    assert (tmp_path / "precious").read_bytes() == b"precious"
