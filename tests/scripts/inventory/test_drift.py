"""Drift on real repositories: who has which version, and could it be merged."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from s2s_tools import constants, errors
from s2s_tools.scripts.inventory import drift, markdown, scan, versions

Repo = Any
TEXT = "#!/bin/sh\n" + "".join(f"echo {n}\n" for n in range(1, 10))
TOP = TEXT.replace("echo 1\n", "echo one\n")
END = TEXT.replace("echo 9\n", "echo nine\n")
OTHER_TOP = TEXT.replace("echo 1\n", "echo uno\n")


def read(repo: Repo, name: str = "") -> versions.Drift:
    return drift.read(scan.scan(repo.root), name)


def version(found: versions.Drift, place: str, path: str = "") -> versions.Version:
    """The version in a worktree, or on the branch of that name."""
    (match,) = {
        v
        for script in found.scripts
        for v in script.versions
        for p in v.places
        if (p.worktree or p.branch) == place and p.path.decode().endswith(path)
    }
    return match


def test_without_a_name_only_what_drifted_is_told(make_repo: Callable) -> None:
    repo = make_repo({"a.sh": TEXT, "same.sh": END})
    repo.worktree("w")
    repo.commit({"a.sh": TOP})

    found = read(repo)

    assert [script.id for script in found.scripts] == ["a.sh"]
    assert found.compared == 2


def test_a_name_is_told_even_without_drift(make_repo: Callable) -> None:
    repo = make_repo({"bin/a.sh": TEXT})

    for name in ("bin/a.sh", "a.sh", "./bin/a.sh", "./bin/a.sh"):
        assert [s.id for s in read(repo, name).scripts] == ["bin/a.sh"]


def test_a_file_name_means_every_script_of_that_name(make_repo: Callable) -> None:
    repo = make_repo({"one/a.sh": TEXT, "two/a.sh": END, "a.sh": TOP})

    assert [s.id for s in read(repo, "two/a.sh").scripts] == ["two/a.sh"]
    assert [s.id for s in read(repo, "a.sh").scripts] == ["a.sh"]


def test_a_path_in_a_worktree_and_a_duplicates_path_are_names(
    make_repo: Callable,
) -> None:
    repo = make_repo({"a.sh": TEXT, "b.sh": TEXT})
    repo.worktree("trees/w")

    for name in ("trees/w/a.sh", "b.sh"):
        assert [s.id for s in read(repo, name).scripts] == ["a.sh"]


@pytest.mark.parametrize(
    ("name", "hint"),
    [("setu.sh", "did you mean setup.sh"), ("zzz", "s2s scan --all")],
)
def test_an_unknown_name_is_not_found(
    make_repo: Callable, name: str, hint: str
) -> None:
    repo = make_repo({"bin/setup.sh": TEXT})

    with pytest.raises(errors.NotFound, match=hint):
        read(repo, name)


def test_a_stale_version_says_how_far_what_and_whose(make_repo: Callable) -> None:
    repo = make_repo({"a.sh": TEXT})
    first = repo.head()
    repo.worktree("w")
    repo.commit({"a.sh": TOP + "echo more\n"})

    it = version(read(repo), "w")

    assert (it.relation, it.behind) == ("stale", 1)
    assert it.lines == (1, 2)
    assert it.commit is not None
    assert it.commit.id == first
    assert it.commit.author == "Ada Tester"
    assert it.commit.date.startswith("2023-11-14T23:13:20")
    assert it.commit.summary == "first"
    assert it.merge is None


def test_the_commit_is_the_one_that_first_brought_the_content(
    make_repo: Callable,
) -> None:
    repo = make_repo({"a.sh": TEXT})
    first = repo.head()
    repo.worktree("w")
    for text in (TOP, TEXT, END):
        repo.commit({"a.sh": text})

    commit = version(read(repo), "w").commit

    assert commit is not None
    assert commit.id == first


def test_places_of_one_version_stand_together(make_repo: Callable) -> None:
    repo = make_repo({"a.sh": TEXT})
    repo.worktree("v")
    repo.worktree("w", branch="w")
    repo.commit({"a.sh": TOP})

    (script,) = read(repo).scripts

    assert [len(v.places) for v in script.versions] == [1, 2]
    assert [(p.worktree, p.branch) for p in script.versions[1].places] == [
        ("v", ""),
        ("w", "w"),
    ]


def parted(make_repo: Callable, mine: str, theirs: str) -> versions.Version:
    repo = make_repo({"a.sh": TEXT})
    repo.worktree("w", branch="w").commit({"a.sh": theirs})
    repo.commit({"a.sh": mine})
    return version(read(repo), "w")


def test_changes_in_different_places_merge_cleanly(make_repo: Callable) -> None:
    it = parted(make_repo, TOP, END)

    assert it.relation == "diverged"
    assert it.merge is not None
    assert it.merge.base is not None
    assert it.merge.base.summary == "first"
    assert (it.merge.conflicts, it.merge.ahead) == (0, None)


def test_changes_in_the_same_place_conflict(make_repo: Callable) -> None:
    it = parted(make_repo, TOP, OTHER_TOP)

    assert it.merge is not None
    assert it.merge.conflicts == 1


def test_a_version_that_goes_on_from_the_canonical_is_ahead(
    make_repo: Callable,
) -> None:
    repo = make_repo({"a.sh": TEXT})
    tree = repo.worktree("w", branch="w")
    tree.commit({"a.sh": TOP})
    tree.commit({"a.sh": TOP + "echo more\n"})

    merge = version(read(repo), "w").merge

    assert merge is not None
    assert (merge.ahead, merge.conflicts) == (2, 0)


def test_an_edit_is_ahead_by_no_commit_and_nobodys(make_repo: Callable) -> None:
    repo = make_repo({"a.sh": TEXT})
    repo.worktree("w").write("a.sh", TOP)

    it = version(read(repo), "w")

    assert it.commit is None
    assert it.merge is not None
    assert (it.merge.ahead, it.merge.conflicts) == (0, 0)


def test_the_base_is_the_newest_content_that_both_have_had(
    make_repo: Callable,
) -> None:
    repo = make_repo({"a.sh": TEXT})
    tree = repo.worktree("w", branch="w")
    repo.commit({"a.sh": TOP})
    taken = tree.commit({"a.sh": TOP}, "taken over by hand")
    tree.commit({"a.sh": TOP.replace("echo 9\n", "echo nine\n")})
    repo.commit({"a.sh": TOP.replace("echo one", "echo ONE")})

    merge = version(read(repo), "w").merge

    assert merge is not None
    assert merge.base is not None
    assert merge.base.id == taken
    assert merge.conflicts == 0


def test_a_removal_is_no_common_version(make_repo: Callable) -> None:
    repo = make_repo({"a.sh": TEXT, "b": "1"})
    tree = repo.worktree("w", branch="w")
    for side, text in ((repo, TOP), (tree, END)):
        side.file("a.sh").unlink()
        side.commit()
        side.commit({"a.sh": text})

    merge = version(read(repo), "w").merge

    assert merge is not None
    assert merge.base is not None
    assert merge.base.summary == "first"
    assert merge.conflicts == 0


def test_an_edit_of_the_canonical_can_be_what_another_went_on_from(
    make_repo: Callable,
) -> None:
    repo = make_repo({"a.sh": TEXT})
    tree = repo.worktree("w", branch="w")
    tree.commit({"a.sh": TOP})
    tree.commit({"a.sh": TOP + "echo more\n"})
    repo.write("a.sh", TOP)

    merge = version(read(repo), "w").merge

    assert merge is not None
    assert (merge.ahead, merge.conflicts) == (1, 0)


def test_a_file_that_changed_since_the_scan_is_not_compared(
    make_repo: Callable,
) -> None:
    repo = make_repo({"a.sh": TEXT})
    repo.worktree("w").write("a.sh", TOP)
    seen = scan.scan(repo.root)
    repo.write("w/a.sh", END)

    assert version(drift.read(seen), "w").lines is None


def test_without_a_common_version_no_merge_is_tried(make_repo: Callable) -> None:
    repo = make_repo({"other": "x"})
    repo.worktree("w", branch="w").commit({"a.sh": TEXT})
    repo.commit({"a.sh": TOP})

    it = version(read(repo), "w")

    assert it.merge == versions.Merge()


def test_a_criss_cross_has_a_base(make_repo: Callable) -> None:
    repo = make_repo({"a.sh": TEXT})
    tree = repo.worktree("w", branch="w")
    tree.commit({"a.sh": END})
    repo.commit({"a.sh": TOP})
    before = repo.head()
    both = TOP.replace("echo 9\n", "echo nine\n")
    for side, other in ((repo, "w"), (tree, before)):
        side.git("merge", "-q", "--no-commit", "--no-ff", other)
        side.commit({"a.sh": both})
    repo.commit({"a.sh": both.replace("echo 5", "echo five")})
    tree.commit({"a.sh": both + "echo ten\n"})

    merge = version(read(repo), "w").merge

    assert merge is not None
    assert merge.conflicts == 0


def test_a_branch_that_is_not_checked_out_is_read_from_objects(
    make_repo: Callable,
) -> None:
    repo = make_repo({"a.sh": TEXT})
    repo.git("branch", "old")
    repo.git("checkout", "-q", "-b", "side")
    repo.commit({"a.sh": END}, "at the end")
    repo.git("checkout", "-q", "main")
    repo.commit({"a.sh": TOP})

    found = read(repo)

    assert version(found, "old").relation == "stale"
    side = version(found, "side")
    assert side.relation == "diverged"
    assert [p.worktree for p in side.places] == [""]
    assert side.lines == (2, 2)
    assert side.commit is not None
    assert side.commit.summary == "at the end"
    assert side.merge is not None
    assert side.merge.conflicts == 0


def test_a_branch_alone_can_be_the_drift(make_repo: Callable) -> None:
    repo = make_repo({"a.sh": TEXT})
    repo.git("branch", "old")
    repo.commit({"a.sh": TOP})

    assert [script.id for script in read(repo).scripts] == ["a.sh"]


def test_a_branch_of_a_worktree_that_is_gone_is_not_checked_out(
    make_repo: Callable,
) -> None:
    repo = make_repo({"a.sh": TEXT})
    tree = repo.worktree("w", branch="gone")
    repo.commit({"a.sh": TOP})
    tree.path.rename(repo.path.parent / "elsewhere")

    it = version(read(repo), "gone")

    assert [p.worktree for p in it.places] == [""]


def test_a_remotes_branch_counts_where_no_local_one_is_the_same(
    make_repo: Callable,
) -> None:
    repo = make_repo({"a.sh": TEXT})
    repo.git("update-ref", "refs/remotes/origin/old", "HEAD")
    repo.commit({"a.sh": TOP})
    repo.git("update-ref", "refs/remotes/origin/main", "HEAD")
    repo.git("symbolic-ref", "refs/remotes/origin/HEAD", "refs/remotes/origin/main")

    (script,) = read(repo).scripts

    assert [p.branch for v in script.versions for p in v.places] == [
        "main",
        "origin/old",
    ]


def test_a_worktree_and_a_branch_of_one_name_stay_apart(make_repo: Callable) -> None:
    repo = make_repo({"a.sh": TEXT})
    repo.worktree("w")
    repo.git("branch", "w")
    repo.commit({"a.sh": TOP})

    (script,) = read(repo).scripts

    assert [(p.worktree, p.branch) for p in script.versions[1].places] == [
        ("w", ""),
        ("", "w"),
    ]


def test_a_wrapper_on_a_branch_is_no_version(make_repo: Callable) -> None:
    repo = make_repo({"a.sh": TEXT})
    repo.git("checkout", "-q", "-b", "done")
    repo.commit({"a.sh": "#!/bin/sh\n# s2s-wrapper:1 exec a.sh\nexec true\n"})
    repo.git("checkout", "-q", "main")

    assert read(repo).scripts == ()


def test_a_branchs_script_is_compared_with_the_body_in_the_store(
    make_repo: Callable,
) -> None:
    repo = make_repo({"a.sh": TEXT})
    repo.git("branch", "old")
    folder = constants.CANONICAL_FOLDER
    repo.file("a.sh").unlink()
    repo.commit({f"{folder}/a.sh": TEXT})
    repo.commit({f"{folder}/a.sh": TOP})

    (script,) = read(repo, "a.sh").scripts

    assert script.id == "a.sh"
    assert version(read(repo), "old").relation == "stale"


def test_lexical_classes_are_named(make_repo: Callable) -> None:
    repo = make_repo({"a.sh": TEXT})
    for name, text in {
        "eol": TEXT.replace("\n", "\r\n"),
        "comments": TEXT + "# more\n",
        "whitespace": TEXT.replace("echo 3", "  echo 3"),
        "code": TOP,
    }.items():
        repo.worktree(name, branch=name).commit({"a.sh": text})

    found = read(repo)

    said = {name: version(found, name).difference for name in ("eol", "code")}
    assert said == {"eol": "eol", "code": ""}
    assert version(found, "comments").difference == "comments"
    assert version(found, "whitespace").difference == "whitespace"


def test_a_mode_alone_is_drift(make_repo: Callable) -> None:
    repo = make_repo({"a.sh": TEXT})
    repo.worktree("w").file("a.sh").chmod(0o644)

    (script,) = read(repo).scripts

    assert [p.mode for p in script.versions[0].places] == [0o755, 0o644]


def test_converted_versions_merge_as_committed(make_repo: Callable) -> None:
    repo = make_repo({".gitattributes": "*.sh eol=crlf\n", "a.sh": TEXT})
    repo.worktree("w", branch="w").commit({"a.sh": END})
    repo.commit({"a.sh": TOP})
    for name in (".", "w"):
        folder = repo.path / name
        (folder / "a.sh").unlink()
        repo.git("-C", folder, "checkout", "-q", "--", "a.sh")

    it = version(read(repo), "w")

    assert b"\r\n" in repo.read("w/a.sh")
    assert (it.relation, it.difference, it.lines) == ("diverged", "", (2, 2))
    assert it.merge is not None
    assert it.merge.conflicts == 0


def test_binary_text_is_no_obstacle(make_repo: Callable) -> None:
    repo = make_repo({"a.sh": b"#!/bin/sh\n\0" + b"1\n" * 9})
    repo.worktree("w", branch="w").commit({"a.sh": b"#!/bin/sh\n\0" + b"2\n" * 9})
    repo.commit({"a.sh": b"#!/bin/sh\n\0" + b"3\n" * 9})

    it = version(read(repo), "w")

    assert it.merge is not None
    assert it.merge.conflicts is None


def test_hostile_names_survive(make_repo: Callable) -> None:
    name = b"d/bad\xff\n|`\x1b[31m.sh"
    repo = make_repo({name: TEXT})
    repo.worktree("w")
    repo.git("branch", "old")
    repo.commit({name: TOP})

    found = read(repo)
    (script,) = versions.document(found)["families"]

    assert script["id"] == os.fsdecode(name)
    assert [p.path for p in found.scripts[0].versions[1].places] == [name, name]


def test_without_a_commit_nothing_drifts(make_repo: Callable) -> None:
    repo = make_repo()
    repo.write("a.sh", TEXT)

    assert read(repo).scripts == ()
    assert len(read(repo, "a.sh").scripts) == 1


def test_a_sha256_repository_names_its_authors(make_repo: Callable) -> None:
    empty = make_repo(name="empty")
    empty.git("init", "-q", "--object-format=sha256", "-b", "main", "it")
    repo = type(empty)(empty.path / "it", empty.clock)
    repo.commit({"a.sh": TEXT}, "first, über")
    repo.worktree("w")
    repo.commit({"a.sh": TOP})

    commit = version(read(repo), "w").commit

    assert commit is not None
    assert (commit.author, commit.summary) == ("Ada Tester", "first, über")


def test_missing_objects_are_told_and_never_fetched(
    make_repo: Callable, tmp_path: Path
) -> None:
    remote = make_repo({"a.sh": TEXT}, name="remote")
    remote.git("branch", "old")
    remote.commit({"a.sh": TOP})
    remote.commit({"a.sh": TOP + "echo\n"})
    remote.git("config", "uploadpack.allowFilter", "true")
    empty = make_repo(name="empty")
    empty.git("clone", "-q", "--filter=blob:none", f"file://{remote.path}", "it")
    repo = type(empty)(empty.path / "it", empty.clock)
    repo.git("branch", "old", "origin/old")
    repo.worktree("w").write("a.sh", END)
    mark, trap = tmp_path / "fetched", tmp_path / "trap"
    trap.write_text(f"#!/bin/sh\ntouch {mark}\nexit 1\n")
    trap.chmod(0o755)
    repo.git("config", "remote.origin.uploadpack", trap)

    found = read(repo)

    assert found.history == "partial"
    assert version(found, "old").relation == "stale"
    assert version(found, "old").lines is None
    assert version(found, "w").relation == "diverged"
    assert not mark.exists()


def test_drift_writes_nothing_into_the_repository(make_repo: Callable) -> None:
    repo = make_repo({"a.sh": TEXT})
    repo.worktree("w", branch="w").commit({"a.sh": END})
    repo.commit({"a.sh": TOP})
    before = {p: p.stat().st_mtime_ns for p in repo.path.rglob("*")}

    read(repo)

    assert {p: p.stat().st_mtime_ns for p in repo.path.rglob("*")} == before


def test_the_report_quotes_names_as_what_they_are(make_repo: Callable) -> None:
    name = "a|`b`<x>\x1b[31m.sh"
    repo = make_repo({name: TEXT, "dup.sh": TEXT})
    repo.worktree("w")
    repo.commit({name: TOP})
    seen = scan.scan(repo.root)

    text = "\n".join(markdown.report(seen, drift.read(seen)))

    assert "\x1b" not in text
    assert "``a\\|`b`<x>\\x1b[31m.sh``" in text
    assert "stale, 1 behind" in text
    assert "Ada Tester, 2023-11-14" in text
    assert text.count("## ") == 6


def test_the_report_of_an_empty_repository_says_none(make_repo: Callable) -> None:
    seen = scan.scan(make_repo().root)

    text = "\n".join(markdown.report(seen, drift.read(seen)))

    assert "| scripts | 0 |" in text
    assert text.count("None.") == 4
