"""`s2s demo`."""

from __future__ import annotations

import json


def test_it_does_the_whole_job_and_takes_it_back(run_s2s, tmp_path):
    ran = run_s2s("demo", tmp_path / "new", "--undo")

    lines = ran.stdout.splitlines()
    assert ran.exit_code == 0, ran.stderr
    assert [line for line in lines if line.startswith("$ ")] == [
        "$ s2s scan",
        "$ s2s drift bin/lantern",
        "$ s2s dedupe plan --all-worktrees",
        "$ s2s dedupe prove --all-worktrees",
        "$ s2s dedupe apply --all-worktrees --yes",
        "$ s2s dedupe verify",
        "$ worktrees/harbour/report/totals.sh --help",
        "$ s2s which worktrees/harbour/report/totals.sh",
        "$ s2s dedupe undo --yes",
    ]
    assert "constructed" in lines[0]
    root = str(tmp_path)
    short = [line for line in lines if ": /" not in line and root not in line]
    assert max(map(len, short)) <= 80  # only absolute paths may be longer
    assert any(line.split() == ["scripts", "164", "133"] for line in lines)
    assert any(line.split() == ["families", "45", "45"] for line in lines)
    assert any(line.split() == ["bodies", "164", "99"] for line in lines)
    assert "usage: totals.sh" in lines
    assert lines[-2].startswith("Undone: ")


def test_its_folder_is_kept_and_fresh_replaces_it(run_s2s, estate):
    folder = estate.folder
    again = run_s2s("demo", folder)
    fresh = run_s2s("demo", folder, "--fresh", "--json")

    document = json.loads(fresh.stdout)
    assert again.exit_code == 1
    assert "is not empty" in again.stderr
    assert fresh.exit_code == 0
    assert document["root"] == str(folder / "lantern")
    assert document["before"]["families"] == 45
    assert document["after"]["bodies"] == 99
    assert document["as_before"] is False
    assert (folder / "lantern/.s2s/canonical/report/totals.sh").is_file()
    assert [step["exit_code"] for step in document["steps"]] == [0] * 8


def test_a_folder_with_something_in_it_is_refused(run_s2s, tmp_path):
    (tmp_path / "mine.txt").write_text("mine")

    for arguments in ([], ["--fresh"]):
        ran = run_s2s("demo", tmp_path, *arguments, "--json")

        assert ran.exit_code == 1
        assert ran.stdout == ""
        assert json.loads(ran.stderr)["error"] == "Refused"
    assert [path.name for path in tmp_path.iterdir()] == ["mine.txt"]
