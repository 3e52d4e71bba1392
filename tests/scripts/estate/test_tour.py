"""The tour runs the real program, step by step."""

from __future__ import annotations

import os

import pytest

from s2s_tools import errors
from s2s_tools.scripts.estate import tour
from s2s_tools.scripts.estate.tour import Step

SHOW = Step("Which one is it?", ("--version",))
WRONG = Step("What is this?", ("no-such-command",))


def test_each_step_is_reported_as_soon_as_it_ended(estate):
    seen = []

    tour.run(estate.main.root, (SHOW, SHOW), seen.append, width=80)

    assert [done.step for done in seen] == [SHOW, SHOW]
    assert all(done.out.startswith("s2s ") and done.exit_code == 0 for done in seen)


def test_a_step_that_fails_is_shown_and_ends_the_tour(estate):
    seen = []

    with pytest.raises(errors.S2SError, match="s2s no-such-command ended with"):
        tour.run(estate.main.root, (WRONG, SHOW), seen.append, width=80)

    assert [done.exit_code for done in seen] == [2]


def test_the_program_never_imports_from_the_estate(estate):
    estate.main.write("click.py", "raise SystemExit(99)\n")
    seen = []

    tour.run(estate.main.root, (SHOW,), seen.append, width=80)

    assert seen[0].exit_code == 0


def test_the_digest_sees_bytes_modes_and_links_of_every_worktree(estate):
    def digest():
        return tour.digest(estate.description, estate.main.root)

    seen = {digest()}
    estate.worktrees["../lantern-mill"].write("lib/log.sh", "#")
    seen.add(digest())
    estate.main.file("lib/log.sh").chmod(0o755)
    seen.add(digest())
    os.symlink("log.sh", estate.main.file("lib/link.sh"))
    seen.add(digest())
    os.symlink("lib", estate.main.file("folder-link"))
    seen.add(digest())

    assert len(seen) == 5
    assert digest() in seen


def test_without_a_folder_the_estate_goes_to_a_temporary_one(
    shared_estate, tmp_path, monkeypatch
):
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))

    root = tour.prepare(shared_estate.description, None, fresh=False)

    assert os.fsdecode(root).startswith(str(tmp_path / "s2s-demo-"))


def test_fresh_replaces_an_estate_and_nothing_else(estate):
    folder = os.fsencode(estate.folder)
    estate.main.write("lib/log.sh", "changed")

    tour.prepare(estate.description, folder, fresh=True)
    assert estate.main.read("lib/log.sh") != b"changed"

    (estate.folder / "mine.txt").write_text("mine")
    with pytest.raises(errors.Refused, match="holds more than an earlier demo"):
        tour.prepare(estate.description, folder, fresh=True)
    assert (estate.folder / "mine.txt").read_text() == "mine"
