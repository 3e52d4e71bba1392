"""An estate whose scripts name their author's folder runs from any other one."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

AUTHOR = ("/home/robin/dev/lantern", "/Users/robin/dev/lantern")
PREFIXES = [word for root in AUTHOR for word in ("--prefix", root)]
TREES = {"worktrees/harbour": "harbour", "worktrees/lighthouse": "lighthouse"}
CALLS = {
    "scripts/start.sh": "started shop; its log is {}/var/log/shop.log",
    "queue/show.sh": "no job waits in {}",
    "backup/verify.sh": "bad archives in {}/var/backup: 0",
}

pytestmark = pytest.mark.needs("bash")


def fix_and_commit(estate: Any, run_s2s: Callable[..., Any]) -> None:
    paths = [tree.path for tree in estate.worktrees.values()]
    ran = run_s2s(
        "fix-paths", *paths, *PREFIXES, "--apply", "--yes", cwd=estate.main.path
    )
    assert ran.exit_code == 0, ran.stderr
    for tree in estate.worktrees.values():
        tree.git("commit", "-q", "-a", "-m", "portable paths")


def clone(estate: Any, target: Path) -> Path:
    estate.main.git("clone", "-q", estate.main.path, target)
    for folder, branch in TREES.items():
        git = ["git", "-C", str(target), "worktree", "add", "-q", folder, branch]
        subprocess.run(git, check=True, capture_output=True)
    return target


def last_line(script: Path) -> str:
    """What a script says at its end, called from elsewhere without a HOME."""
    done = subprocess.run(
        ["bash", str(script)],
        cwd="/",
        env={"PATH": "/usr/bin:/bin"},
        capture_output=True,
        text=True,
        check=False,
    )
    return (done.stdout + done.stderr).splitlines()[-1]


@pytest.mark.parametrize("name", ["moved", 'moved to a *[place]\'s $HOME & "more"'])
def test_every_tree_of_a_moved_clone_uses_the_clone_s_main_tree(
    name: str, estate: Any, run_s2s: Callable[..., Any], tmp_path: Path
) -> None:
    fix_and_commit(estate, run_s2s)
    moved = clone(estate, tmp_path / name)
    root = os.path.realpath(moved)

    said = {
        (tree, script): last_line(moved / tree / script)
        for tree in (".", *TREES)
        for script in CALLS
    }

    assert said == {
        (tree, script): line.format(root)
        for tree in (".", *TREES)
        for script, line in CALLS.items()
    }
    assert not Path("/home/robin").exists()


def test_before_the_fix_the_clone_speaks_of_the_author_s_folder(
    estate: Any, tmp_path: Path
) -> None:
    moved = clone(estate, tmp_path / "moved")

    said = last_line(moved / "scripts/start.sh")

    assert said == CALLS["scripts/start.sh"].format(AUTHOR[0])


def test_afterwards_only_what_needs_a_person_is_left(
    estate: Any, run_s2s: Callable[..., Any]
) -> None:
    fix_and_commit(estate, run_s2s)

    ran = run_s2s("fix-paths", *PREFIXES, "--apply", "--yes", cwd=estate.main.path)

    assert ran.exit_code == 0
    assert "report/mail.sh:16 (quoted heredoc)" in ran.stdout
    assert "auto" not in ran.stdout
    assert "Nothing was changed" in ran.stdout


def test_undo_gives_every_script_back(estate: Any, run_s2s: Callable[..., Any]) -> None:
    paths = [tree.path for tree in estate.worktrees.values()]
    before = [tree.git("status", "--porcelain") for tree in estate.worktrees.values()]

    run_s2s("fix-paths", *paths, *PREFIXES, "--apply", "--yes", cwd=estate.main.path)
    changed = estate.main.git("status", "--porcelain") != before[0]
    run_s2s("dedupe", "undo", "--yes", cwd=estate.main.path)

    assert changed
    assert before == [
        tree.git("status", "--porcelain") for tree in estate.worktrees.values()
    ]
