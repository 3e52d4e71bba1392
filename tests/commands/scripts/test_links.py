"""Every link that the manifest owns is listed, checked and mended."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from typing import Any

import pytest

BODY = "#!/bin/sh\necho a\n"


@pytest.fixture
def repo(make_repo: Callable[..., Any], run_s2s: Callable[..., Any]) -> Any:
    """Two duplicates that became links, and a record of it."""
    made = make_repo({"a.sh": BODY, "x/b.sh": BODY, "x/c.sh": BODY})
    run_s2s("dedupe", "apply", made.path, "--yes")
    made.commit(message="links")
    run_s2s("manifest", "build", made.path)
    return made


def states(run_s2s: Callable[..., Any], repo: Any) -> list[tuple[str, str, str]]:
    done = run_s2s("links", "list", repo.path, "--json")
    found = json.loads(done.stdout)["findings"]
    return [(f["path"], f["target"], f["state"]) for f in found]


def test_links_are_listed_with_target_and_state(
    repo: Any, run_s2s: Callable[..., Any]
) -> None:
    shown = run_s2s("links", "list", repo.path)

    assert states(run_s2s, repo) == [("x/b.sh", "a.sh", "ok"), ("x/c.sh", "a.sh", "ok")]
    assert shown.exit_code == 0
    assert "x/b.sh  a.sh" in shown.stdout
    assert run_s2s("links", "check", repo.path).exit_code == 0


def break_it(repo: Any, how: str) -> None:
    link = repo.file("x/b.sh")
    if how == "dangling":
        repo.file("a.sh").unlink()
        return
    link.unlink()
    if how == "changed":
        link.symlink_to("c.sh")
    elif how == "a copy":
        repo.write("x/b.sh", BODY)
    elif how == "foreign":
        repo.write("x/b.sh", "#!/bin/sh\necho mine\n")


@pytest.mark.parametrize(
    ("how", "state", "mended"),
    [
        ("missing", "missing", True),
        ("changed", "changed", True),
        ("a copy", "changed", True),
        ("dangling", "dangling", False),
        ("foreign", "foreign", False),
    ],
)
def test_what_is_not_ok_is_exit_1_and_mended_where_nothing_is_lost(
    how: str, state: str, mended: bool, repo: Any, run_s2s: Callable[..., Any]
) -> None:
    break_it(repo, how)

    listed = states(run_s2s, repo)
    checked = run_s2s("links", "check", repo.path)
    fixed = run_s2s("links", "fix", repo.path, "--yes")

    assert ("x/b.sh", "a.sh", state) in listed
    assert checked.exit_code == 1
    assert f"{state:10}  x/b.sh" in checked.stdout
    assert fixed.exit_code == 0
    assert run_s2s("links", "check", repo.path).exit_code == (0 if mended else 1)
    if mended:
        assert os.readlink(repo.file("x/b.sh")) == "../a.sh"


def test_a_foreign_file_keeps_its_bytes(repo: Any, run_s2s: Callable[..., Any]) -> None:
    break_it(repo, "foreign")

    done = run_s2s("links", "fix", repo.path, "--yes")

    assert repo.read("x/b.sh") == b"#!/bin/sh\necho mine\n"
    assert "a file with other bytes stands there" in done.stdout


def test_fixing_twice_is_once_and_undo_takes_it_back(
    repo: Any, run_s2s: Callable[..., Any]
) -> None:
    break_it(repo, "a copy")

    run_s2s("links", "fix", repo.path, "--yes")
    again = run_s2s("links", "fix", repo.path, "--yes", "--json")
    run_s2s("dedupe", "undo", repo.path, "--yes")

    assert json.loads(again.stdout)["plan"]["writes"] == []
    assert not repo.file("x/b.sh").is_symlink()
    assert repo.read("x/b.sh") == BODY.encode()


def test_where_git_writes_links_as_text_none_is_made(
    repo: Any, run_s2s: Callable[..., Any]
) -> None:
    break_it(repo, "missing")
    repo.git("config", "core.symlinks", "false")

    done = run_s2s("links", "fix", repo.path, "--yes")

    assert "core.symlinks is false" in done.stdout
    assert not os.path.lexists(repo.file("x/b.sh"))


def test_a_link_that_leads_out_of_the_tree_is_not_ours(
    make_repo: Callable[..., Any], run_s2s: Callable[..., Any]
) -> None:
    repo = make_repo({"a.sh": BODY})
    repo.file("out.sh").symlink_to("../elsewhere.sh")
    repo.file("abs.sh").symlink_to(repo.file("a.sh"))
    repo.commit(message="links")
    run_s2s("manifest", "build", repo.path)

    assert states(run_s2s, repo) == []


def test_a_worktrees_link_leads_inside_its_own_tree(
    repo: Any, run_s2s: Callable[..., Any]
) -> None:
    other = repo.worktree("../other", branch="other")
    run_s2s("manifest", "build", repo.path)
    other.file("x/b.sh").unlink()

    run_s2s("links", "fix", repo.path, "--yes")

    assert os.readlink(other.file("x/b.sh")) == "../a.sh"


def test_without_a_manifest_it_is_exit_11(
    make_repo: Callable[..., Any], run_s2s: Callable[..., Any]
) -> None:
    repo = make_repo({"a.sh": BODY})

    for command in ("list", "check", "fix"):
        assert run_s2s("links", command, repo.path).exit_code == 11
