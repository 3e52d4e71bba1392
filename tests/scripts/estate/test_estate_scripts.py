"""The fixture estate's scripts really run, and keep to their own tree."""

from __future__ import annotations

import os
import subprocess

import pytest

from s2s_tools.scripts.estate import build

DESCRIPTION = build.load()
SCRIPTS = sorted(DESCRIPTION.traits)
ONLY_HERE = {
    b"desk/stocktake.sh": "worktrees/harbour",
    b"desk/night-watch.sh": "worktrees/lighthouse",
}


def run(cwd, *argv) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(
        argv, cwd=cwd, capture_output=True, stdin=subprocess.DEVNULL, check=False
    )


def tree(shared_estate, path):
    return shared_estate.worktrees[ONLY_HERE.get(path, ".")]


@pytest.mark.parametrize("path", [*SCRIPTS, *ONLY_HERE], ids=ascii)
def test_a_script_tells_what_it_is_for(shared_estate, path):
    repo = tree(shared_estate, path)
    target = os.path.join(repo.root, path)
    starter = [] if os.access(target, os.X_OK) else ["bash"]

    told = run(repo.path, *starter, target, "--help")

    assert told.returncode == 0
    assert told.stdout.count(b"\n") >= 1
    assert told.stderr == b""
    assert b"usage: " in told.stdout or b"source this file" in told.stdout


def test_every_script_runs_and_changes_nothing_outside_its_own_tree(estate, git_env):
    before = [p for p in estate.folder.rglob("*") if "var" not in p.parts]
    failed = []

    for path in [*SCRIPTS, *ONLY_HERE]:
        repo = tree(estate, path)
        target = os.path.join(repo.root, path)
        done = run(repo.path, "bash", target)
        if done.returncode or done.stderr:
            failed.append((path, done))

    assert failed == []
    assert list(git_env.iterdir()) == []
    assert [p for p in estate.folder.rglob("*") if "var" not in p.parts] == before
    for repo in estate.worktrees.values():
        assert repo.git("status", "--porcelain", "--untracked-files=no") == b""


def test_a_self_locating_tool_works_from_another_folder(estate, tmp_path):
    lantern = estate.worktrees["worktrees/harbour"].file("bin/lantern")

    where = run(tmp_path, lantern, "where")
    listed = run(tmp_path, lantern, "list")
    added = run(tmp_path, lantern, "queue", "add", "tea")

    assert where.stdout.decode().strip() == str(lantern.parents[1])
    assert b"backup rotate\n" in listed.stdout
    assert added.stdout == b"queued tea\n"
    assert (lantern.parents[1] / "var/queue/jobs").read_text() == "tea\n"


def test_every_text_is_accepted_by_bash_and_shellcheck(require_tool, shared_estate):
    shellcheck = require_tool("shellcheck")
    paths = [
        os.path.join(repo.root, path)
        for name, repo in shared_estate.worktrees.items()
        for path in repo.git("ls-files", "-z").split(b"\0")
        if path.endswith((b".sh", b".bash", b"bin/lantern", b"-status"))
        # A CRLF text is no program; that is the disease it stands for.
        and (name, path) != ("worktrees/lighthouse", b"report/weekly.sh")
    ]

    checked = run("/", shellcheck, "--severity=error", "--", *paths)

    assert len(paths) == 163
    assert checked.stdout == b""
    for path in paths:
        assert run("/", "bash", "-n", path).stderr == b""
