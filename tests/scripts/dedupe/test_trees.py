"""When a worktree is clean enough to be written to."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from s2s_tools.scripts.dedupe import trees
from s2s_tools.scripts.dedupe.model import Tree
from s2s_tools.scripts.inventory import discovery

Repo = Any
FILES = {"a.sh": "#!/bin/sh\necho a\n", "b.txt": "b\n", ".gitignore": "*.log\n"}


@pytest.fixture
def pair(make_repo: Callable[..., Repo]) -> tuple[Repo, Repo]:
    """A repository and its linked worktree."""
    main = make_repo(FILES)
    return main, main.worktree("wt", branch="side")


def seen(main: Repo, name: str = "wt") -> Tree:
    return trees.of_tree(trees.Trees(discovery.find(main.root)), name)


def test_a_fresh_worktree_is_open(pair: tuple[Repo, Repo]) -> None:
    assert seen(pair[0]) == Tree()


@pytest.mark.parametrize(
    "change",
    [
        lambda side: side.write("b.txt", "other\n"),
        lambda side: side.write("new.txt", "new\n"),
        lambda side: side.file("b.txt").unlink(),
        lambda side: side.file("b.txt").chmod(0o755),
        lambda side: (side.write("c.txt", "c"), side.git("add", "c.txt")),
        lambda side: side.git("rm", "-q", "--cached", "b.txt"),
        lambda side: (side.file("b.txt").unlink(), side.file("b.txt").mkdir()),
    ],
    ids=["edited", "new", "deleted", "mode", "added", "unstaged", "replaced"],
)
def test_any_change_that_is_not_committed_is_a_doubt(
    pair: tuple[Repo, Repo], change: Callable[[Repo], object]
) -> None:
    main, side = pair

    change(side)

    assert "not committed" in seen(main).doubt


@pytest.mark.parametrize(
    "change",
    [
        lambda side: os.utime(side.file("b.txt"), (1, 1)),
        lambda side: side.write("x.log", "ignored\n"),
        lambda side: side.file("empty").mkdir(),
        lambda side: side.git("init", "-q", "inner"),
    ],
    ids=["touched", "ignored", "empty folder", "a repository inside"],
)
def test_what_git_would_not_commit_is_no_doubt(
    pair: tuple[Repo, Repo], change: Callable[[Repo], object]
) -> None:
    main, side = pair

    change(side)

    assert seen(main) == Tree()


def test_a_worktree_inside_the_main_one_does_not_make_it_dirty(
    pair: tuple[Repo, Repo],
) -> None:
    pair[0].worktree("deep/er/one")

    assert seen(pair[0], ".") == Tree()


def test_a_locked_worktree_is_a_doubt_with_its_reason(pair: tuple[Repo, Repo]) -> None:
    pair[0].git("worktree", "lock", "--reason", "on a stick", "wt")

    assert seen(pair[0]).doubt == "the worktree is locked (on a stick)"


def test_a_gone_worktree_is_a_barrier(pair: tuple[Repo, Repo]) -> None:
    main, side = pair
    side.path.rename(side.path.with_name("moved"))

    assert "gone" in seen(main).barrier


def test_a_merge_under_way_is_a_barrier(pair: tuple[Repo, Repo]) -> None:
    main, _ = pair
    (Path(os.fsdecode(main.path)) / ".git/worktrees/wt/MERGE_HEAD").write_text("x")

    assert "merge" in seen(main).barrier


def test_no_configured_program_runs(pair: tuple[Repo, Repo], tmp_path: Path) -> None:
    main, _ = pair
    canary = tmp_path / "canary"
    main.commit({".gitattributes": "*.txt filter=f\n*.sh filter=g.h\n"})
    for name in ("filter.f.clean", "filter.f.smudge", "filter.g.h.process"):
        main.git("config", name, f"touch {canary}; cat")
    main.git("config", "filter.f.required", "true")
    main.git("config", "core.fsmonitor", f"touch {canary}")
    ahead = 4_000_000_000  # newer than the index: git would read the file again
    for name in FILES:
        os.utime(main.file(name), (ahead, ahead))
    main.git("update-index", "-q", "--refresh", check=False)
    canary.unlink(missing_ok=True)

    seen(main, ".")
    trees.keeps_links(trees.Trees(discovery.find(main.root)).worktree("."))

    assert not canary.exists()


def test_links_are_kept_unless_the_configuration_says_no(
    pair: tuple[Repo, Repo],
) -> None:
    main, _ = pair
    tree = trees.Trees(discovery.find(main.root)).worktree(".")

    said = []
    for value in ("true", "false"):
        main.git("config", "core.symlinks", value)
        said.append(trees.keeps_links(tree))

    assert said == [True, False]
