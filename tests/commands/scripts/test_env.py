"""`s2s env` on a real repository."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from s2s_tools.scripts.environment import render, table

Run = Callable[..., Any]


@pytest.fixture
def repo(make_repo: Callable[..., Any], monkeypatch: pytest.MonkeyPatch) -> Any:
    for name in (*table.NAMES, "CI", "GITHUB_ACTIONS", "DOCKER_CONTAINER"):
        monkeypatch.delenv(name, raising=False)
    return make_repo({"a.sh": "#!/bin/sh\n"}, name="my repo")


def test_emit_prints_a_library(run_s2s: Run, tmp_path: Path) -> None:
    done = run_s2s("env", "emit", "--shell", "bash", cwd=tmp_path)
    as_json = run_s2s("env", "emit", "--json", cwd=tmp_path)

    assert done.stdout.encode() == render.library("bash")
    assert json.loads(as_json.stdout)["text"].encode() == render.library("sh")


def test_emit_writes_a_runnable_file_and_undo_takes_it_back(
    repo: Any, run_s2s: Run
) -> None:
    done = run_s2s("env", "emit", "--out", "lib/s2s-env.sh", "--yes", cwd=repo.path)

    path = repo.file("lib/s2s-env.sh")
    ran = subprocess.run([path], cwd="/", capture_output=True, text=True, check=True)
    undone = run_s2s("dedupe", "undo", "--yes", cwd=repo.path)
    assert done.exit_code == undone.exit_code == 0
    assert f"export S2S_ROOT='{repo.path}'\n" in ran.stdout
    assert not path.exists()


def test_emit_twice_changes_nothing(repo: Any, run_s2s: Run) -> None:
    words = ("env", "emit", "--out", "s2s-env.sh", "--yes")
    run_s2s(*words, cwd=repo.path)

    again = run_s2s(*words, cwd=repo.path)

    assert again.exit_code == 0
    assert "Nothing was changed." in again.stdout


def test_emit_renews_its_own_file_and_refuses_another(repo: Any, run_s2s: Run) -> None:
    repo.write("own.sh", render.library("sh") + b"# older\n")
    words = ("env", "emit", "--yes", "--out")

    own = run_s2s(*words, "own.sh", cwd=repo.path)
    other = run_s2s(*words, "a.sh", cwd=repo.path)
    forced = run_s2s(*words, "a.sh", "--replace", cwd=repo.path)

    assert own.exit_code == 0
    assert repo.read("own.sh") == render.library("sh")
    assert other.exit_code == 1
    assert "a.sh is there" in other.stderr
    assert forced.exit_code == 0


def test_emit_in_a_linked_worktree_writes_there(repo: Any, run_s2s: Run) -> None:
    tree = repo.worktree("../linked", branch="b")

    done = run_s2s("env", "emit", "--out", "x/s2s-env.sh", "--yes", cwd=tree.path)

    assert done.exit_code == 0, done.stderr
    assert tree.file("x/s2s-env.sh").exists()
    assert not repo.file("x/s2s-env.sh").exists()


def test_emit_dry_run_and_nobody_to_ask_change_nothing(repo: Any, run_s2s: Run) -> None:
    dry = run_s2s("env", "emit", "--out", "s2s-env.sh", "--dry-run", cwd=repo.path)
    silent = run_s2s("env", "emit", "--out", "s2s-env.sh", cwd=repo.path)

    assert (dry.exit_code, silent.exit_code) == (0, 2)
    assert not repo.file("s2s-env.sh").exists()


def test_emit_outside_of_a_repository(run_s2s: Run, tmp_path: Path) -> None:
    words = ("env", "emit", "--out", "s2s-env.fish", "--shell", "fish")

    first, second = run_s2s(*words, cwd=tmp_path), run_s2s(*words, cwd=tmp_path)
    (tmp_path / "other").write_text("mine")
    refused = run_s2s(*words[:2], "--out", "other", cwd=tmp_path)
    missing = run_s2s(*words[:2], "--out", "no/folder/x", cwd=tmp_path)

    assert "written" in first.stdout
    assert "up to date" in second.stdout
    assert (tmp_path / "s2s-env.fish").read_bytes() == render.library("fish")
    assert (refused.exit_code, missing.exit_code) == (1, 1)
    assert (tmp_path / "other").read_text() == "mine"


@pytest.mark.parametrize("kind", ["link", "folder", "git"])
def test_emit_refuses_what_is_no_file(repo: Any, run_s2s: Run, kind: str) -> None:
    target = repo.file("target")
    if kind == "link":
        target.symlink_to("a.sh")
    elif kind == "folder":
        target.mkdir()
    out = ".git/s2s-env.sh" if kind == "git" else "target"

    done = run_s2s("env", "emit", "--out", out, "--yes", cwd=repo.path)

    assert done.exit_code in (1, 2)
    assert done.stderr.count("\n") == 1
    assert repo.read("a.sh") == b"#!/bin/sh\n"


def test_show_tells_values_and_sources(repo: Any, run_s2s: Run) -> None:
    tree = repo.worktree("../linked", branch="b")

    done = run_s2s("env", "show", "--json", cwd=tree.path)
    text = run_s2s("env", "show", tree.path)

    found = {row["name"]: row for row in json.loads(done.stdout)["values"]}
    assert tuple(found) == table.NAMES
    assert found["S2S_ROOT"]["value"] == str(repo.path)
    assert found["S2S_ROOT"]["source"] == "the main worktree"
    assert found["S2S_TREE"]["value"] == str(tree.path.resolve())
    assert "S2S_LOG_LEVEL" in text.stdout


def test_show_outside_of_a_repository_is_11(run_s2s: Run, tmp_path: Path) -> None:
    assert run_s2s("env", "show", cwd=tmp_path).exit_code == 11


def test_check_is_content_in_a_clean_environment(repo: Any, run_s2s: Run) -> None:
    done = run_s2s("env", "check", cwd=repo.path)

    assert (done.exit_code, done.stdout) == (0, "Nothing contradicts.\n")


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("S2S_ROOT", "/", "another folder"),
        ("S2S_ROOT", ".", "relative"),
        ("S2S_ROOT", "/nowhere at all", "is no folder"),
        ("S2S_TREE", "/dev/null", "is no folder"),
        ("S2S_TREE", "/", "another tree"),
        ("PROJECT_ROOT", "/", "is not S2S_ROOT"),
        ("S2S_ENVIRONMENT", "prod", "'prod' is not one of"),
        ("S2S_WORK_CLAIMS", "/tmp/w.json", "not in COORDINATION_DIR"),
        ("S2S_LOG_LEVEL", "LOUD", "'LOUD' is not one of"),
        ("S2S_DEBUG_MODE", "yes", "'yes' is not one of"),
        ("CLAUDE_API_TIMEOUT", "soon", "'soon' is not one of"),
        ("CLAUDE_RETRY_ATTEMPTS", "-1", "'-1' is not one of"),
    ],
)
def test_check_finds_a_contradiction(
    repo: Any,
    run_s2s: Run,
    monkeypatch: pytest.MonkeyPatch,
    name: str,
    value: str,
    said: str,
) -> None:
    monkeypatch.setenv(name, value)

    done = run_s2s("env", "check", "--json", cwd=repo.path)

    assert done.exit_code == 1
    found = json.loads(done.stdout)["contradictions"]
    assert [row for row in found if row["name"] == name and said in row["message"]]


def test_a_root_that_is_the_linked_tree_would_fork_the_state(
    repo: Any, run_s2s: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    tree = repo.worktree("../linked", branch="b")
    monkeypatch.setenv("S2S_ROOT", str(tree.path))

    done = run_s2s("env", "check", cwd=tree.path)

    assert done.exit_code == 1
    assert "is this worktree; the shared main tree is" in done.stdout


def test_debugging_in_production_is_a_contradiction(
    repo: Any, run_s2s: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("S2S_ENVIRONMENT", "production")
    monkeypatch.setenv("S2S_DEBUG_MODE", "true")

    assert run_s2s("env", "check", cwd=repo.path).exit_code == 1


def test_the_entry_script_writes_the_library_beside_itself(
    repo: Any, run_s2s: Run, s2s_process: Run, tmp_path: Path
) -> None:
    program = tmp_path / "s2s"
    program.write_text('#!/bin/sh\nprintf "%s|" "$S2S_REPO" "$@"\n')
    program.chmod(0o755)
    run_s2s(
        "wrappers", "install", "--only", "create-s2s-env.sh", "--yes", cwd=repo.path
    )
    script = repo.file("beamops/v3/scripts/lib/create-s2s-env.sh")

    said = subprocess.run(
        [script, "--yes"], env={"S2S": str(program)}, capture_output=True, check=True
    ).stdout.decode()
    words = said.split("|")[1:-1]
    done = s2s_process(*words, cwd="/", env={"S2S_REPO": str(script.parent)})

    assert words == ["env", "emit", "--beside", "--yes"]
    assert done.exit_code == 0, done.stderr
    assert (script.parent / "s2s-env.sh").read_bytes() == render.library("sh")
