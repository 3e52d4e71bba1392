"""Relations on real repositories: what git's history says of each copy."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from s2s_tools.scripts.inventory import scan
from s2s_tools.scripts.inventory.model import Member, Scan

Repo = Any
A = "#!/bin/sh\necho one\n"
B = "#!/bin/sh\necho two\n"
C = "#!/bin/sh\necho three\n"
D = "#!/bin/sh\necho four\n"


def look(repo: Repo) -> Scan:
    return scan.scan(repo.root)


def member(found: Scan, worktree: str, path: str = "a.sh") -> Member:
    (match,) = (
        m
        for family in found.families
        for m in family.members
        if m.file[:2] == (worktree, path.encode())
    )
    return match


def state(found: Scan, worktree: str, path: str = "a.sh") -> tuple[str, int | None]:
    it = member(found, worktree, path)
    return (it.relation.value, it.behind)


def test_an_old_version_is_stale_by_the_commits_since(make_repo: Callable) -> None:
    repo = make_repo({"a.sh": A})
    repo.worktree("w")
    repo.commit({"a.sh": B})
    repo.commit({"other.sh": A + "#"})
    repo.worktree("v")
    repo.commit({"a.sh": C})

    found = look(repo)

    assert state(found, ".") == ("canonical", None)
    assert state(found, "w") == ("stale", 2)
    assert state(found, "v") == ("stale", 1)
    assert found.history == "full"


def test_a_change_that_was_never_the_canonical_has_diverged(
    make_repo: Callable,
) -> None:
    repo = make_repo({"a.sh": A})
    repo.worktree("w", branch="w").commit({"a.sh": B})

    assert state(look(repo), "w") == ("diverged", None)


def test_an_edit_that_is_not_committed_has_diverged(make_repo: Callable) -> None:
    repo = make_repo({"a.sh": A})
    repo.worktree("w").write("a.sh", B)

    assert state(look(repo), "w") == ("diverged", None)


def test_an_uncommitted_file_with_old_bytes_is_stale(make_repo: Callable) -> None:
    repo = make_repo({"a.sh": A})
    repo.commit({"a.sh": B})
    repo.worktree("w").write("a.sh", A)

    assert state(look(repo), "w") == ("stale", 1)


def test_a_copy_of_what_an_edited_canonical_has_committed_is_stale(
    make_repo: Callable,
) -> None:
    repo = make_repo({"a.sh": A})
    repo.worktree("w")
    repo.write("a.sh", B)

    assert state(look(repo), "w") == ("stale", 0)


def test_a_reverted_content_is_identical(make_repo: Callable) -> None:
    repo = make_repo({"a.sh": A})
    repo.worktree("w")
    repo.commit({"a.sh": B})
    repo.worktree("v")
    repo.commit({"a.sh": A})

    found = look(repo)

    assert state(found, "w") == ("identical", None)
    assert state(found, "v") == ("stale", 1)


def test_behind_counts_from_the_last_time_it_was_that_content(
    make_repo: Callable,
) -> None:
    repo = make_repo({"a.sh": A})
    repo.worktree("w")
    for text in (B, A, C):
        repo.commit({"a.sh": text})

    assert state(look(repo), "w") == ("stale", 1)


def merged(repo: Repo, text: str, *sides: str) -> None:
    repo.git("merge", "-q", "--no-commit", "--no-ff", *sides, check=False)
    repo.commit({"a.sh": text})


def test_contents_of_both_sides_of_a_merge_are_history(make_repo: Callable) -> None:
    repo = make_repo({"a.sh": A})
    side = repo.worktree("side", branch="side")
    side.commit({"a.sh": B})
    repo.commit({"a.sh": C})
    repo.worktree("w")
    merged(repo, D, "side")

    found = look(repo)

    assert state(found, "side")[0] == "stale"
    assert state(found, "w")[0] == "stale"


def test_a_content_that_only_a_merge_made_is_history(make_repo: Callable) -> None:
    repo = make_repo({"a.sh": A})
    repo.worktree("side", branch="side").commit({"a.sh": B})
    repo.commit({"a.sh": C})
    merged(repo, D, "side")
    repo.worktree("w")
    repo.commit({"a.sh": A + "# last\n"})

    assert state(look(repo), "w") == ("stale", 1)


def test_a_side_that_a_merge_threw_away_is_history(make_repo: Callable) -> None:
    repo = make_repo({"a.sh": A})
    repo.worktree("side", branch="side").commit({"a.sh": B})
    repo.commit({"a.sh": C})
    repo.worktree("w")
    merged(repo, B, "side")

    found = look(repo)

    assert state(found, "side") == ("identical", None)
    assert state(found, "w")[0] == "stale"


def test_a_criss_cross_has_one_answer(make_repo: Callable) -> None:
    repo = make_repo({"a.sh": A})
    side = repo.worktree("side", branch="side")
    side.commit({"a.sh": B})
    repo.commit({"a.sh": C})
    before = repo.head()
    merged(repo, D, "side")
    merged(side, B + "# mine\n", before)

    found = look(repo)

    assert state(found, "side") == ("diverged", None)


def test_history_goes_on_before_a_rename(make_repo: Callable) -> None:
    repo = make_repo({"old.sh": A})
    repo.commit({"old.sh": B})
    repo.git("mv", "old.sh", "a.sh")
    repo.commit()
    repo.commit({"a.sh": C})
    repo.worktree("w", branch="w").commit({"a.sh": A})
    repo.worktree("v", branch="v").commit({"a.sh": D})

    found = look(repo)

    assert state(found, "w") == ("stale", 3)
    assert state(found, "v") == ("diverged", None)


def test_history_follows_several_renames(make_repo: Callable) -> None:
    repo = make_repo({"one.sh": A})
    for before, after in (("one.sh", "two.sh"), ("two.sh", "a.sh")):
        repo.commit({before: repo.read(before) + b"echo more of it\n" * 20})
        repo.git("mv", before, after)
        repo.commit()
    repo.worktree("w", branch="w").commit({"a.sh": A})

    assert state(look(repo), "w")[0] == "stale"


def test_a_renamed_script_is_a_family_under_each_name(make_repo: Callable) -> None:
    repo = make_repo({"old.sh": A})
    repo.worktree("w")
    repo.git("mv", "old.sh", "a.sh")
    repo.commit()

    found = look(repo)

    assert [family.id for family in found.families] == ["a.sh", "old.sh"]
    assert state(found, "w", "old.sh") == ("only_here", None)


def test_a_detached_worktree_is_compared_like_any(make_repo: Callable) -> None:
    repo = make_repo({"a.sh": A})
    first = repo.head()
    repo.commit({"a.sh": B})
    repo.worktree("w", at=first)
    repo.git("checkout", "-q", "--detach")

    assert state(look(repo), "w") == ("stale", 1)


def test_without_a_commit_everything_is_canonical(make_repo: Callable) -> None:
    repo = make_repo()
    repo.write("a.sh", A)
    repo.write("b.sh", A)

    found = look(repo)

    assert state(found, ".", "a.sh") == ("canonical", None)
    assert state(found, ".", "b.sh") == ("identical", None)


def test_an_untracked_canonical_has_no_history(make_repo: Callable) -> None:
    repo = make_repo({"other": "x"})
    repo.worktree("w").write("a.sh", A)
    repo.write("a.sh", B)

    assert state(look(repo), "w") == ("diverged", None)


def test_in_a_bare_repository_the_newest_is_the_canonical(
    make_repo: Callable, tmp_path: Path
) -> None:
    source = make_repo({"a.sh": A}, name="source")
    first = source.head()
    source.commit({"a.sh": B})
    bare = make_repo(name="bare.git", bare=True)
    bare.git("fetch", "-q", source.path, "main:main")
    bare.git("worktree", "add", "-q", "--detach", tmp_path / "a-old", first)
    bare.git("worktree", "add", "-q", "--detach", tmp_path / "b-new", "main")

    found = look(bare)

    assert state(found, "../b-new") == ("canonical", None)
    assert state(found, "../a-old") == ("stale", 1)


def test_only_a_difference_in_mode_is_named(make_repo: Callable) -> None:
    repo = make_repo({"a.sh": A})
    repo.worktree("w").file("a.sh").chmod(0o644)

    it = member(look(repo), "w")

    assert (it.relation.value, it.difference) == ("identical", "mode")


def test_line_ends_alone_are_named_and_never_identical(make_repo: Callable) -> None:
    repo = make_repo({"a.sh": A})
    repo.worktree("w", branch="w").commit({"a.sh": A.replace("\n", "\r\n")})

    found = look(repo)

    assert state(found, "w") == ("diverged", None)
    assert member(found, "w").difference == "eol"
    assert len(found.groups) == 0


def test_comments_alone_are_named_in_a_stale_copy(make_repo: Callable) -> None:
    repo = make_repo({"a.sh": A})
    repo.worktree("w")
    repo.commit({"a.sh": A + "# what it does\n"})

    found = look(repo)

    assert state(found, "w") == ("stale", 1)
    assert member(found, "w").difference == "comments"


def test_a_scan_of_many_differences_reads_none(make_repo: Callable) -> None:
    names = [f"{n}.sh" for n in range(201)]
    repo = make_repo({name: f"{A}# {name}\n" for name in names})
    repo.worktree("w")
    repo.commit({name: f"{A}# {name}, more\n" for name in names})

    found = look(repo)

    assert state(found, "w", "0.sh") == ("stale", 1)
    assert member(found, "w", "0.sh").difference == ""


def test_versions_that_git_converts_are_stale_all_the_same(
    make_repo: Callable,
) -> None:
    repo = make_repo({".gitattributes": "*.sh eol=crlf\n", "a.sh": A})
    repo.worktree("w")
    repo.commit({"a.sh": B})
    repo.worktree("v")
    for name in (".", "w", "v"):
        folder = repo.path / name
        (folder / "a.sh").unlink()
        repo.git("-C", folder, "checkout", "-q", "--", "a.sh")

    found = look(repo)

    assert b"\r\n" in repo.read("w/a.sh")
    assert state(found, "w") == ("stale", 1)
    assert state(found, "v") == ("identical", None)


def test_an_unrelated_script_of_the_same_name_is_let_alone(
    make_repo: Callable,
) -> None:
    repo = make_repo({"one/run.sh": A})
    repo.commit({"one/run.sh": B, "two/run.sh": A})

    found = look(repo)

    assert state(found, ".", "two/run.sh") == ("canonical", None)


@pytest.mark.parametrize("name", ["a b.sh", "-n.sh", "[a].sh", "*.sh", ":(top)x.sh"])
@pytest.mark.parametrize("many", [False, True], ids=["alone", "among many"])
def test_odd_names_have_their_own_history(
    make_repo: Callable, name: str, many: bool
) -> None:
    more = {f"many/{n}.sh": A + f"# {n}\n" for n in range(20 if many else 1)}
    repo = make_repo({name: A, **more})
    repo.worktree("w")
    repo.commit({name: B, **{path: text + "# 2\n" for path, text in more.items()}})

    found = look(repo)

    assert state(found, "w", name) == ("stale", 1)
    assert state(found, "w", "many/0.sh") == ("stale", 1)


def test_names_without_an_extension_have_history(make_repo: Callable) -> None:
    names = [f"bin/tool{n}" for n in range(20)]
    repo = make_repo({name: A for name in names})
    repo.worktree("w")
    repo.commit({name: B for name in names})

    assert {state(look(repo), "w", name) for name in names} == {("stale", 1)}


def test_configuration_does_not_change_the_answer(make_repo: Callable) -> None:
    repo = make_repo({"a.sh": A})
    repo.worktree("w")
    repo.commit({"a.sh": B})
    for key, value in {
        "log.showRoot": "false",
        "log.follow": "true",
        "log.diffMerges": "off",
        "diff.relative": "true",
        "diff.renames": "copies",
        "diff.orderFile": "/nonexistent",
        "diff.external": "false",
        "format.pretty": "oneline",
        "log.decorate": "full",
        "color.ui": "always",
        "core.quotePath": "true",
    }.items():
        repo.git("config", key, value)

    assert state(look(repo), "w") == ("stale", 1)


def a_remote(make_repo: Callable) -> Repo:
    repo = make_repo({"a.sh": A, "old.sh": D}, name="remote")
    for text in (B, C):
        repo.commit({"a.sh": text})
    repo.git("config", "uploadpack.allowFilter", "true")
    repo.git("config", "uploadpack.allowAnySHA1InWant", "true")
    return repo


def cloned(make_repo: Callable, remote: Repo, *how: str) -> Repo:
    repo = make_repo(name="clone")
    os.rmdir(repo.path / ".git/refs/heads")
    repo.git("clone", "-q", *how, f"file://{remote.path}", "it")
    return type(repo)(repo.path / "it", repo.clock)


def forbid_fetch(repo: Repo, tmp_path: Path) -> Path:
    """From now on a fetch leaves a mark."""
    mark, trap = tmp_path / "fetched", tmp_path / "trap"
    trap.write_text(f"#!/bin/sh\ntouch {mark}\nexit 1\n")
    trap.chmod(0o755)
    repo.git("config", "remote.origin.uploadpack", trap)
    return mark


def test_what_a_shallow_clone_lacks_is_unknown(
    make_repo: Callable, tmp_path: Path
) -> None:
    remote = a_remote(make_repo)
    repo = cloned(make_repo, remote, "--depth=2")
    repo.worktree("w").write("a.sh", A)
    repo.worktree("v").write("a.sh", B)
    mark = forbid_fetch(repo, tmp_path)

    found = look(repo)

    assert found.history == "shallow"
    assert state(found, "w") == ("unknown", None)
    assert state(found, "v") == ("stale", 1)
    assert not mark.exists()


def test_a_clone_without_blobs_knows_its_history(
    make_repo: Callable, tmp_path: Path
) -> None:
    repo = cloned(make_repo, a_remote(make_repo), "--filter=blob:none")
    repo.worktree("w").write("a.sh", A)
    mark = forbid_fetch(repo, tmp_path)

    found = look(repo)

    assert found.history == "partial"
    assert state(found, "w") == ("stale", 2)
    assert not mark.exists()


def test_what_a_clone_without_trees_lacks_is_unknown(
    make_repo: Callable, tmp_path: Path
) -> None:
    repo = cloned(make_repo, a_remote(make_repo), "--filter=tree:0")
    repo.worktree("w").write("a.sh", A)
    mark = forbid_fetch(repo, tmp_path)

    found = look(repo)

    assert found.history == "partial"
    assert state(found, "w") == ("unknown", None)
    assert not mark.exists()


def test_missing_objects_are_not_full_history(make_repo: Callable) -> None:
    repo = make_repo({"a.sh": A})
    first = repo.head()
    repo.commit({"a.sh": B})
    repo.worktree("w").write("a.sh", C)
    (repo.path / ".git/objects" / first[:2] / first[2:]).unlink()

    found = look(repo)

    assert found.history == "partial"
    assert state(found, "w") == ("unknown", None)


def test_a_sha256_repository_has_history(make_repo: Callable) -> None:
    repo = make_repo(name="empty")
    repo.git("init", "-q", "--object-format=sha256", "-b", "main", "it")
    repo = type(repo)(repo.path / "it", repo.clock)
    repo.commit({"a.sh": A})
    repo.worktree("w")
    repo.commit({"a.sh": B})

    assert state(look(repo), "w") == ("stale", 1)


def test_looking_leaves_the_repository_as_it_is(make_repo: Callable) -> None:
    repo = make_repo({"a.sh": A})
    repo.worktree("w").write("a.sh", C)
    repo.commit({"a.sh": B})
    before = {p: p.stat().st_mtime_ns for p in repo.path.rglob("*")}

    look(repo)

    assert {p: p.stat().st_mtime_ns for p in repo.path.rglob("*")} == before
