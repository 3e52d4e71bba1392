"""`s2s dedupe sync`, from the command line."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

Repo = Any
Run = Callable[..., Any]
OLD, NEW, MINE = ("#!/bin/sh\necho old\n", "#!/bin/sh\necho new\n", "echo mine\n")
SETTLED = {"other.txt": "x\n", "same.sh": "#!/bin/sh\necho same\n"}


@pytest.fixture
def repo(make_repo: Callable[..., Repo]) -> Repo:
    """Two worktrees with an old a.sh; in the second one b.sh was changed."""
    main = make_repo({"a.sh": OLD, "b.sh": OLD + "# b\n", **SETTLED})
    main.worktree("one", branch="one")
    main.worktree("../two", branch="two")
    main.commit({"a.sh": NEW, "b.sh": NEW + "# b\n"})
    two = repo_at(main, "../two")
    two.commit({"b.sh": "#!/bin/sh\necho theirs\n"})
    return main


def repo_at(main: Repo, path: str) -> Repo:
    """The helper for another worktree of the same repository."""
    return type(main)(main.path / path, main.clock)


def sync(run_s2s: Run, repo: Repo, *words: str) -> Any:
    done = run_s2s("dedupe", "sync", "--yes", "--json", *words, cwd=repo.path)
    assert done.exit_code == 0, done.stderr
    return json.loads(done.stdout)


def places(items: list[dict[str, str]]) -> list[tuple[str, str]]:
    return sorted((item["worktree"], item["path"]) for item in items)


def test_stale_copies_are_refreshed_and_a_changed_one_is_not(
    repo: Repo, run_s2s: Run
) -> None:
    done = sync(run_s2s, repo)

    assert places(done["plan"]["writes"]) == [
        ("../two", "a.sh"),
        ("one", "a.sh"),
        ("one", "b.sh"),
    ]
    assert places(done["plan"]["keeps"]) == [("../two", "b.sh")]
    assert "never replaced" in done["plan"]["keeps"][0]["reason"]
    assert repo.read("../two/a.sh") == repo.read("one/a.sh") == NEW.encode()
    assert repo.read("../two/b.sh") == b"#!/bin/sh\necho theirs\n"


def test_a_second_sync_writes_nothing_and_undo_brings_the_old_bytes_back(
    repo: Repo, run_s2s: Run
) -> None:
    sync(run_s2s, repo)

    again = sync(run_s2s, repo)
    run_s2s("dedupe", "undo", "--yes", cwd=repo.path)

    assert again["plan"]["writes"] == []
    assert repo.read("one/a.sh") == OLD.encode()
    assert repo.git("-C", "one", "status", "--porcelain") == b""


def test_the_mode_comes_along(repo: Repo, run_s2s: Run) -> None:
    repo.file("a.sh").chmod(0o644)
    repo.commit({"other.txt": "y\n"})

    sync(run_s2s, repo)

    assert repo.file("one/a.sh").stat().st_mode & 0o777 == 0o644


def test_nothing_is_staged_committed_or_moved(repo: Repo, run_s2s: Run) -> None:
    heads = [repo_at(repo, name).head() for name in ("one", "../two")]

    sync(run_s2s, repo)

    assert [repo_at(repo, name).head() for name in ("one", "../two")] == heads
    assert repo.git("-C", "one", "diff", "--cached", "--name-only") == b""


def test_a_worktree_with_changes_is_written_only_when_it_is_named(
    repo: Repo, run_s2s: Run
) -> None:
    repo.write("one/other.txt", "in work\n")

    alone = sync(run_s2s, repo)
    reasons = {k["reason"] for k in alone["plan"]["keeps"] if k["worktree"] == "one"}
    named = sync(run_s2s, repo, "--worktree", "one")

    assert places(alone["plan"]["writes"]) == [("../two", "a.sh")]
    assert len(reasons) == 1
    assert "(other.txt); name it with --worktree" in reasons.pop()
    assert places(named["plan"]["writes"]) == [("one", "a.sh"), ("one", "b.sh")]
    assert repo.read("one/other.txt") == b"in work\n"


def test_a_locked_worktree_is_written_only_when_it_is_named(
    repo: Repo, run_s2s: Run
) -> None:
    repo.git("worktree", "lock", "one")

    alone = sync(run_s2s, repo)
    named = sync(run_s2s, repo, "--worktree", "one")

    assert places(alone["plan"]["writes"]) == [("../two", "a.sh")]
    assert places(named["plan"]["writes"]) == [("one", "a.sh"), ("one", "b.sh")]


def test_an_edit_in_a_named_worktree_is_never_replaced(
    repo: Repo, run_s2s: Run
) -> None:
    repo.write("one/a.sh", MINE)

    done = sync(run_s2s, repo, "--worktree", "one")

    assert places(done["plan"]["writes"]) == [("one", "b.sh")]
    assert repo.read("one/a.sh") == MINE.encode()


def test_a_refreshed_copy_can_be_refreshed_again_by_name(
    repo: Repo, run_s2s: Run
) -> None:
    sync(run_s2s, repo)
    repo.commit({"a.sh": NEW + "# newer\n"})

    alone = sync(run_s2s, repo)
    named = sync(run_s2s, repo, "--worktree", "one", "--worktree", "../two")

    assert alone["plan"]["writes"] == []
    assert places(named["plan"]["writes"]) == [("../two", "a.sh"), ("one", "a.sh")]


def test_a_worktree_that_is_gone_or_not_ours_is_left_alone(
    repo: Repo, run_s2s: Run
) -> None:
    repo_at(repo, "../two").path.rename(repo.path.parent / "elsewhere")

    done = sync(run_s2s, repo)
    named = run_s2s("dedupe", "sync", "--worktree", "../two", "--yes", cwd=repo.path)

    assert places(done["plan"]["writes"]) == [("one", "a.sh"), ("one", "b.sh")]
    assert named.exit_code == 0
    assert (repo.path.parent / "elsewhere/a.sh").read_text() == OLD


def test_names_choose_scripts(repo: Repo, run_s2s: Run) -> None:
    done = sync(run_s2s, repo, "b.sh")

    assert places(done["plan"]["writes"]) == [("one", "b.sh")]


@pytest.mark.parametrize("words", [["nope.sh"], ["--worktree", "nope"]])
def test_an_unknown_name_is_exit_11_with_a_hint(
    repo: Repo, run_s2s: Run, words: list[str]
) -> None:
    done = run_s2s("dedupe", "sync", *words, "--yes", cwd=repo.path)

    assert done.exit_code == 11
    assert len(done.stderr.splitlines()) == 1


def test_a_canonical_that_is_not_committed_is_not_spread(
    repo: Repo, run_s2s: Run
) -> None:
    repo.write("a.sh", MINE)

    done = sync(run_s2s, repo)

    assert places(done["plan"]["writes"]) == [("one", "b.sh")]
    kept = [k["reason"] for k in done["plan"]["keeps"] if k["path"] == "a.sh"]
    assert all("commit it first" in reason for reason in kept)


def test_the_canonical_that_the_manifest_names_is_the_source(
    repo: Repo, run_s2s: Run
) -> None:
    run_s2s("manifest", "build", cwd=repo.path)
    text = repo.read(".s2s/manifest.yaml").decode()
    chosen = text.replace(
        "canonical: b.sh\n", "canonical: b.sh\n    worktree: ../two\n"
    )
    repo.write(".s2s/manifest.yaml", chosen)

    done = sync(run_s2s, repo, "--worktree", "one", "b.sh")

    assert places(done["plan"]["writes"]) == [("one", "b.sh")]
    assert repo.read("one/b.sh") == b"#!/bin/sh\necho theirs\n"


def test_human_output_fits_80_columns_and_names_each_file(
    repo: Repo, run_s2s: Run
) -> None:
    done = run_s2s("dedupe", "sync", "--dry-run", cwd=repo.path)

    assert "1 commit behind a.sh" in done.stdout
    assert "../two: a.sh" in done.stdout
    assert "changed there; never replaced" in done.stdout
    assert max(map(len, done.stdout.splitlines())) <= 80
    assert repo.read("one/a.sh") == OLD.encode()


@pytest.mark.parametrize("undone", [True, False])
def test_verify_says_that_a_worktree_is_gone_and_does_not_count_it(
    repo: Repo, run_s2s: Run, *, undone: bool
) -> None:
    sync(run_s2s, repo, "--worktree", "one")
    repo.git("worktree", "remove", "--force", "one")
    if undone:
        run_s2s("dedupe", "undo", "--yes", cwd=repo.path)

    done = run_s2s("dedupe", "verify", cwd=repo.path)

    assert done.exit_code == 0, done
    assert "worktree one is gone" in done.stdout
    assert "changed since" not in done.stdout


def test_verify_counts_what_changed_beside_a_worktree_that_is_gone(
    repo: Repo, run_s2s: Run
) -> None:
    sync(run_s2s, repo)
    repo.git("worktree", "remove", "--force", "one")
    repo.write("../two/a.sh", MINE)

    done = run_s2s("dedupe", "verify", cwd=repo.path)

    assert done.exit_code == 1
    assert "../two: a.sh: it was changed since" in done.stdout
