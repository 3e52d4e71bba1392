"""One body for each script: every commit on the way there passes the hook."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

import s2s_tools

PACKAGE_PARENT = Path(s2s_tools.__file__).parents[1]


@pytest.fixture(autouse=True)
def program(tmp_path_factory, monkeypatch) -> None:
    """`s2s` on PATH, for the hooks."""
    folder = tmp_path_factory.mktemp("bin")
    path = folder / "s2s"
    path.write_text(f'#!/bin/sh\nexec "{sys.executable}" -P -m s2s_tools "$@"\n')
    path.chmod(0o755)
    monkeypatch.setenv("PATH", f"{folder}:/usr/local/bin:/usr/bin:/bin")
    monkeypatch.setenv("PYTHONPATH", str(PACKAGE_PARENT))


def test_adoption_passes_and_a_thin_branch_is_sent_to_adopt(estate, run_s2s):
    main, branch = estate.main, estate.worktrees["worktrees/harbour"]
    assert run_s2s("hooks", "install", cwd=main.path).exit_code == 0
    applied = run_s2s("dedupe", "apply", "--all-worktrees", "--yes", cwd=main.path)
    assert applied.exit_code == 0, applied.stderr

    for line in applied.stdout.splitlines():
        if line.startswith("  git -C "):
            subprocess.run(["/bin/sh", "-ec", line], check=True, capture_output=True)
    thin = commit_all(branch)
    branch.git("reset", "-q")
    adopted = run_s2s("dedupe", "adopt", "worktrees/harbour", cwd=main.path)

    assert main.git("log", "-2", "--format=%s").count(b".s2s/canonical") == 2
    assert thin.returncode == 1
    assert b"a thin wrapper: this branch has no .s2s/canonical/" in thin.stderr
    assert b"run s2s dedupe adopt first [s2s-wrappers-fresh]" in thin.stderr
    assert adopted.exit_code == 0, adopted.stderr
    assert status(branch) == b""


def test_what_was_adopted_is_guarded(estate, run_s2s):
    main = estate.main
    assert run_s2s("hooks", "install", cwd=main.path).exit_code == 0
    main.write(".git/info/exclude", "playground/\n")
    words = ("apply", "--all-worktrees", "--commit", "--yes")
    applied = run_s2s("dedupe", *words, cwd=main.path)
    assert applied.exit_code == 0, applied.stderr
    told = run_s2s("manifest", "show", "--json", cwd=main.path)
    rows = json.loads(told.stdout)["scripts"]
    row = next(row for row in rows if row["strategy"] == "exec")
    body = row["canonical"]["path"]
    old = body.removeprefix(".s2s/canonical/")

    main.write(body, main.read(old))
    over = commit_all(main)
    main.git("reset", "-q", "--hard")
    main.git("rm", "-q", body)
    stranded = commit_all(main)
    main.git("reset", "-q", "--hard")
    main.write(body, main.read(body) + b"# edited\n")
    edited = commit_all(main)

    assert b"[s2s-no-wrapper-over-canonical]" in over.stderr
    assert b"is taken away by this commit" in stranded.stderr
    assert edited.returncode == 0, edited.stderr
    assert main.file(f".git/s2s/canonical/{old}").read_bytes() == main.read(body)


def commit_all(repo) -> subprocess.CompletedProcess[bytes]:
    """Stage what git tracks and commit it under the hook."""
    repo.git("add", "--update")
    return subprocess.run(
        ["git", "commit", "-q", "-m", "x"],
        cwd=repo.path,
        capture_output=True,
        check=False,
    )


def status(repo) -> bytes:
    return repo.git("status", "--porcelain", "--untracked-files=no")
