"""Paths are fixed before and after one body stands for all worktrees."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable
from typing import Any

import pytest

OLD = "/srv/old/place"
FREE = f'#!/usr/bin/env bash\necho "{OLD}/free"\n'
PLACED = f'#!/usr/bin/env bash\ncd "$(dirname "$0")" || exit\necho "{OLD}/placed"\n'


@pytest.fixture
def repo(make_repo: Callable[..., Any]) -> Any:
    made = make_repo({"bin/free.sh": FREE, "bin/placed.sh": PLACED, "one.sh": FREE})
    made.worktree("trees/app", branch="app")
    return made


def fix(run_s2s: Callable[..., Any], repo: Any) -> Any:
    return run_s2s(
        *("fix-paths", ".", "trees/app", "--prefix", OLD, "--apply", "--yes"),
        cwd=repo.path,
    )


def commit_all(repo: Any) -> None:
    for folder in (repo.path, repo.path / "trees/app"):
        subprocess.run(["git", "add", "-u"], cwd=folder, check=True)
        subprocess.run(
            ["git", "commit", "-qm", "x", "--allow-empty"], cwd=folder, check=True
        )


def dedupe(run_s2s: Callable[..., Any], repo: Any) -> Any:
    return run_s2s(
        "dedupe", "apply", "--all-worktrees", "--commit", "--yes", cwd=repo.path
    )


def said(repo: Any) -> dict[str, str]:
    found = {}
    for tree in (".", "trees/app"):
        for name in ("bin/free.sh", "bin/placed.sh", "one.sh"):
            done = subprocess.run(
                [repo.path / tree / name],
                cwd="/",
                env={"PATH": os.environ["PATH"]},
                capture_output=True,
                text=True,
                check=False,
            )
            found[f"{tree}/{name}"] = done.stdout.strip() or done.stderr
    return found


def wanted(repo: Any) -> dict[str, str]:
    root = os.path.realpath(repo.path)
    return {
        f"{tree}/{name}": f"{root}/{end}"
        for tree in (".", "trees/app")
        for name, end in (
            ("bin/free.sh", "free"),
            ("bin/placed.sh", "placed"),
            ("one.sh", "free"),
        )
    }


def test_fixed_scripts_get_the_stand_ins_that_they_would_have_got(
    repo: Any, run_s2s: Any
) -> None:
    before = run_s2s("dedupe", "plan", "--all-worktrees", cwd=repo.path).stdout
    fix(run_s2s, repo)
    commit_all(repo)

    after = run_s2s("dedupe", "plan", "--all-worktrees", cwd=repo.path).stdout

    assert after == before


def test_fixed_first_then_deduplicated_all_run(repo: Any, run_s2s: Any) -> None:
    fix(run_s2s, repo)
    commit_all(repo)

    done = dedupe(run_s2s, repo)

    assert done.exit_code == 0, done.stderr
    assert said(repo) == wanted(repo)


def test_deduplicated_first_then_fixed_all_run(repo: Any, run_s2s: Any) -> None:
    dedupe(run_s2s, repo)

    done = fix(run_s2s, repo)
    commit_all(repo)
    run_s2s("dedupe", "sync", "--yes", cwd=repo.path)

    assert done.exit_code == 0, done.stderr
    assert "s2s dedupe sync" in done.stdout
    assert said(repo) == wanted(repo)


def test_fixing_a_linked_worktree_warns_about_stale_copies(
    repo: Any, run_s2s: Any
) -> None:
    alone = run_s2s("fix-paths", "--prefix", OLD, cwd=repo.path)
    both = run_s2s("fix-paths", ".", "trees/app", "--prefix", OLD, cwd=repo.path)

    assert "stale copy" not in alone.stdout
    assert "s2s dedupe sync before" in " ".join(both.stdout.split())
