"""Saved plans: read back the same, never written over anything else."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from s2s_tools import errors
from s2s_tools.changes import planfile
from s2s_tools.changes import state as states
from s2s_tools.changes.model import Expect, Keep, Plan, Write

PLAN = Plan(
    repository=b"/r/.git",
    command="s2s dedupe apply",
    writes=(
        Write(
            worktree=".",
            path=b"a\n\xff.sh",
            before=states.file_state(b"x", 0o755),
            after=states.link_state(b"b.sh"),
            data=b"b.sh",
            reason="why",
            named=True,
        ),
    ),
    keeps=(Keep(worktree="wt", path=b"c.sh", reason="why not"),),
    notes=("a note",),
    expects=(Expect(worktree=".", path=b"b.sh", state=states.file_state(b"x", 0o755)),),
)


def test_a_saved_plan_reads_back_the_same(tmp_path: Path) -> None:
    file = os.fsencode(tmp_path / "p.json")

    planfile.save(PLAN, file)
    planfile.save(PLAN, file)

    assert planfile.load(file) == PLAN


@pytest.mark.parametrize("kind", ["file", "link to a plan", "folder"])
def test_what_is_no_plan_is_not_replaced(tmp_path: Path, kind: str) -> None:
    file = tmp_path / "p.json"
    if kind == "file":
        file.write_text("#!/bin/sh\n")
    elif kind == "folder":
        file.mkdir()
    else:
        planfile.save(PLAN, os.fsencode(tmp_path / "real.json"))
        file.symlink_to("real.json")

    with pytest.raises(errors.Refused, match="no plan"):
        planfile.save(PLAN, os.fsencode(file))

    assert file.is_dir() or file.is_symlink() or file.read_text() == "#!/bin/sh\n"


def test_a_folder_that_is_not_there_is_one_clear_error(tmp_path: Path) -> None:
    with pytest.raises(errors.WriteFailed, match="cannot be written"):
        planfile.save(PLAN, os.fsencode(tmp_path / "no/p.json"))


def test_an_error_names_the_file(tmp_path: Path) -> None:
    file = tmp_path / "p.json"
    file.write_text("nonsense")

    with pytest.raises(errors.InvalidDocument, match=r"p\.json"):
        planfile.load(os.fsencode(file))
