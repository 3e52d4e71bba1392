"""`s2s drift` as people and programs call it."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

Repo = Any
A = "#!/bin/sh\necho one\n"
B = "#!/bin/sh\necho two\n"


@pytest.fixture
def repo(make_repo: Callable) -> Repo:
    made = make_repo({"bin/setup.sh": A, "same.sh": B})
    made.worktree("trees/old")
    made.git("branch", "parked")
    made.commit({"bin/setup.sh": B + "# more\n"}, "second")
    made.worktree("trees/other", branch="other").commit({"bin/setup.sh": A + B})
    return made


def test_it_shows_who_has_which_version(repo: Repo, run_s2s: Callable) -> None:
    ran = run_s2s("drift", cwd=repo.path)

    assert ran.exit_code == 0
    assert ran.stdout.splitlines()[0] == (
        "2 scripts compared, 1 with drift, 2 copies stale, 1 copy diverged"
    )
    assert "bin/setup.sh" in ran.stdout
    assert "canonical   . (main)" in ran.stdout
    assert "1 behind    trees/old" in ran.stdout
    assert "branch parked, not checked out" in ran.stdout
    assert "diverged    trees/other (other)" in ran.stdout
    assert "1 commit ahead of the canonical; merges cleanly" in ran.stdout
    assert "Ada Tester, 2023-11-15" in ran.stdout
    assert max(map(len, ran.stdout.splitlines())) <= 80


def test_the_document_is_stable(repo: Repo, run_s2s: Callable) -> None:
    ran = run_s2s("drift", "setup.sh", "--json", cwd=repo.path)

    told = json.loads(ran.stdout)
    assert (told["schema"], told["history"], told["compared"]) == (1, "full", 1)
    (family,) = told["families"]
    assert family["id"] == "bin/setup.sh"
    stale = family["versions"][1]
    assert (stale["relation"], stale["behind"], stale["added"]) == ("stale", 1, 1)
    assert stale["commit"]["author"] == "Ada Tester"
    assert stale["files"] == [
        {
            "worktree": "trees/old",
            "branch": None,
            "path": "bin/setup.sh",
            "mode": "0755",
        },
        {
            "worktree": None,
            "branch": "parked",
            "path": "bin/setup.sh",
            "mode": "0755",
        },
    ]
    assert family["versions"][2]["merge"]["clean"] is True


def test_markdown_is_the_duplication_report(repo: Repo, run_s2s: Callable) -> None:
    ran = run_s2s("drift", "--markdown", cwd=repo.path)

    assert ran.exit_code == 0
    assert ran.stdout.startswith("# Script duplication\n")


def test_an_unknown_name_is_11_with_a_near_one(repo: Repo, run_s2s: Callable) -> None:
    ran = run_s2s("drift", "setpu.sh", cwd=repo.path)

    assert ran.exit_code == 11
    assert ran.stdout == ""
    assert "did you mean setup.sh" in ran.stderr


def test_an_error_is_one_json_line(repo: Repo, run_s2s: Callable) -> None:
    ran = run_s2s("drift", "zzz", "--json", cwd=repo.path)

    assert json.loads(ran.stderr)["error"] == "NotFound"
    assert ran.stdout == ""


def test_two_answers_at_once_are_refused(repo: Repo, run_s2s: Callable) -> None:
    ran = run_s2s("drift", "--json", "--markdown", cwd=repo.path)

    assert ran.exit_code == 2


def test_no_repository_is_11(run_s2s: Callable, tmp_path: Path) -> None:
    assert run_s2s("drift", cwd=tmp_path).exit_code == 11


def test_the_repository_can_be_named(
    repo: Repo, run_s2s: Callable, tmp_path: Path
) -> None:
    ran = run_s2s("drift", "--repo", repo.path, cwd=tmp_path)

    assert ran.exit_code == 0


def test_what_is_not_printable_is_escaped(
    make_repo: Callable, run_s2s: Callable
) -> None:
    made = make_repo({"a\x1b]52;c;\x07\n.sh": A})
    made.worktree("w\x1b[2J")
    made.git("branch", "b\u202e")
    made.commit({"a\x1b]52;c;\x07\n.sh": B}, "evil \x1b[31m")

    for how in ((), ("--markdown",), ("--json",)):
        ran = run_s2s("drift", *how, cwd=made.path)

        assert ran.exit_code == 0
        assert not set("\x1b\x07\u202e") & set(ran.stdout + ran.stderr)


def test_help_has_an_example_and_the_exit_codes(run_s2s: Callable) -> None:
    ran = run_s2s("drift", "--help")

    assert "s2s drift setup.sh" in ran.stdout
    assert "Exit codes:" in ran.stdout


def test_it_works_as_a_process_from_a_linked_worktree(
    repo: Repo, s2s_process: Callable
) -> None:
    ran = s2s_process("drift", cwd=repo.path / "trees/old")

    assert ran.exit_code == 0
    assert "1 behind    trees/old" in ran.stdout
    assert ran.stderr == ""


@pytest.fixture
def twice(make_repo: Callable) -> Repo:
    made = make_repo({"install.sh": A, "a/install.sh": B, "b/install.sh": A + B})
    made.worktree("trees/one")
    made.commit({"b/install.sh": A + A})
    return made


@pytest.mark.parametrize(
    ("folder", "name", "meant"),
    [
        ("a", "install.sh", ["a/install.sh"]),
        ("a", "../b/install.sh", ["b/install.sh"]),
        ("a", "../install.sh", ["install.sh"]),
        ("trees/one/a", "../b/install.sh", ["b/install.sh"]),
        ("a", "b/install.sh", ["b/install.sh"]),
        ("a", "{root}/b/install.sh", ["b/install.sh"]),
        (".", "{root}/trees/one/b/install.sh", ["b/install.sh"]),
        ("trees", "install.sh", ["install.sh"]),
    ],
)
def test_a_path_from_the_current_folder_comes_first(
    twice: Repo, run_s2s: Callable, folder: str, name: str, meant: list[str]
) -> None:
    name = name.format(root=twice.path)

    ran = run_s2s("drift", name, "--json", cwd=twice.path / folder)

    assert ran.exit_code == 0, ran
    assert [f["id"] for f in json.loads(ran.stdout)["families"]] == meant


def test_a_path_of_a_file_that_is_gone_here_still_means_its_script(
    twice: Repo, run_s2s: Callable
) -> None:
    twice.file("trees/one/b/install.sh").unlink()

    ran = run_s2s("drift", "../b/install.sh", cwd=twice.path / "trees/one/a")

    assert ran.exit_code == 0
    assert "b/install.sh" in ran.stdout


def test_what_differs_in_its_mode_alone_is_shown_first(
    make_repo: Callable, run_s2s: Callable
) -> None:
    made = make_repo({"lib/b.sh": ("echo b\n", 0o644)})
    trees = [made.worktree(f"trees/{name}") for name in "vwxyz"]
    trees[-1].file("lib/b.sh").chmod(0o755)

    ran = run_s2s("drift", cwd=made.path)

    lines = [line.strip() for line in ran.stdout.splitlines()]
    assert "1 with drift" in lines[0]
    at = lines.index("canonical   . (main)")
    assert lines[at + 1] == "trees/z, mode 0755, not 0644"
    assert lines[at + 3] == "and 3 more"
