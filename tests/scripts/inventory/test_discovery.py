"""A repository and its worktrees are found by reading files; git is the judge."""

from __future__ import annotations

import os
import subprocess

import pytest

from s2s_tools import errors
from s2s_tools.scripts.inventory import discovery, spot

FILES = {"a.sh": "#!/bin/sh\n", "bin/b.sh": "#!/bin/sh\n"}


def git_says(repo):
    """What git lists: path, head, branch, detached, locked, prunable."""
    told = repo.git("worktree", "list", "--porcelain", "-z").decode()
    rows = set()
    for block in told.split("\0\0"):
        words = dict(
            (line.partition(" ")[0], line.partition(" ")[2])
            for line in block.split("\0")
            if line
        )
        if words and "bare" not in words:
            head = words.get("HEAD", "")
            rows.add(
                (
                    words["worktree"],
                    head if head.strip("0") else None,
                    words.get("branch", "").removeprefix("refs/heads/") or None,
                    "detached" in words,
                    words.get("locked"),
                    "prunable" in words,
                )
            )
    return rows


def we_say(found):
    return {
        (
            os.fsdecode(tree.path),
            tree.head,
            tree.branch,
            tree.detached,
            tree.locked,
            tree.prunable,
        )
        for tree in found.worktrees
    }


def test_all_kinds_of_worktrees_are_what_git_says_they_are(make_repo):
    repo = make_repo(FILES)
    repo.worktree("nested")
    repo.worktree("../beside", branch="feature/x")
    repo.worktree("../locked", branch="l")
    repo.git("worktree", "lock", "--reason", "on a stick", "../locked")
    repo.worktree("../quiet", branch="q")
    repo.git("worktree", "lock", "../quiet")
    repo.worktree("../gone", branch="g")
    subprocess.run(["rm", "-rf", repo.path / "../gone"], check=True)
    repo.git("checkout", "-q", "--orphan", "unborn")

    found = discovery.find(repo.root)

    assert we_say(found) == git_says(repo)
    assert [tree.name for tree in found.worktrees] == [
        ".",
        "../beside",
        "../gone",
        "../locked",
        "../quiet",
        "nested",
    ]
    assert not any(tree.foreign for tree in found.worktrees)


def test_packed_refs_are_read(make_repo):
    repo = make_repo(FILES)
    repo.worktree("../x", branch="deep/name")
    repo.git("pack-refs", "--all")

    assert we_say(discovery.find(repo.root)) == git_says(repo)


@pytest.mark.parametrize(
    "inside", ["", "bin", "bin/b.sh", ".git", ".git/refs", "tree", "tree/bin"]
)
def test_any_path_inside_leads_to_the_same_repository(make_repo, inside):
    repo = make_repo(FILES)
    repo.worktree("tree")

    found = discovery.find(os.path.join(repo.root, inside.encode()))

    assert found == discovery.find(repo.root)
    assert found.root == repo.root


def test_a_path_through_a_link_leads_to_the_same_repository(make_repo, tmp_path):
    repo = make_repo(FILES)
    os.symlink(repo.path, tmp_path / "link")

    assert discovery.find(os.fsencode(tmp_path / "link")).root == repo.root


def test_a_bare_repository_has_no_main_worktree(make_repo, tmp_path):
    source = make_repo(FILES)
    subprocess.run(
        ["git", "clone", "-q", "--bare", source.path, tmp_path / "bare.git"], check=True
    )
    bare = type(source)(tmp_path / "bare.git")
    bare.worktree("../one", branch="one", at="main")

    found = discovery.find(bare.root)

    assert found.bare
    assert found.root == bare.root
    assert [tree.name for tree in found.worktrees] == ["../one"]
    assert discovery.find(os.fsencode(tmp_path / "one")) == found


def test_a_bare_repository_behind_a_git_file_is_found(make_repo, tmp_path):
    source = make_repo(FILES)
    project = tmp_path / "project"
    project.mkdir()
    subprocess.run(
        ["git", "clone", "-q", "--bare", source.path, project / ".bare"], check=True
    )
    (project / ".git").write_text("gitdir: ./.bare\n")
    type(source)(project).worktree("main", at="main", branch="work")

    found = discovery.find(os.fsencode(project))

    assert found.bare
    assert [tree.branch for tree in found.worktrees] == ["work"]


def test_a_git_directory_apart_from_its_worktree_is_found(make_repo, tmp_path):
    repo = make_repo(FILES)
    repo.git("init", "-q", "--separate-git-dir", tmp_path / "apart.git")
    repo.worktree("../x", branch="x")

    found = discovery.find(repo.root)

    assert found.common_dir == os.fsencode(tmp_path / "apart.git")
    assert [tree.name for tree in found.worktrees] == [".", "../x"]


def test_a_submodule_is_a_repository_of_its_own(make_repo):
    inner = make_repo(FILES, name="inner")
    outer = make_repo(FILES, name="outer")
    outer.git(
        *("-c", "protocol.file.allow=always"),
        *("submodule", "-q", "add", inner.path, "sub"),
    )

    found = discovery.find(outer.root + b"/sub/bin")

    assert found.root == outer.root + b"/sub"
    assert [tree.name for tree in found.worktrees] == ["."]


def test_relative_links_between_worktrees_are_followed(make_repo):
    repo = make_repo(FILES)
    tree = repo.worktree("../x", branch="x")
    (tree.path / ".git").write_text("gitdir: ../repo/.git/worktrees/x\n")
    (repo.path / ".git/worktrees/x/gitdir").write_text("../../../../x/.git\n")

    found = discovery.find(tree.root)

    assert found.root == repo.root
    assert [t.foreign for t in found.worktrees] == [False, False]


def test_a_worktree_of_a_copied_estate_is_foreign(make_repo, tmp_path):
    repo = make_repo(FILES)
    repo.worktree("x", branch="x")
    subprocess.run(["cp", "-a", repo.path, tmp_path / "copy"], check=True)

    found = discovery.find(os.fsencode(tmp_path / "copy"))
    from_inside = discovery.find(os.fsencode(tmp_path / "copy" / "x"))

    assert [(t.name, t.foreign) for t in found.worktrees] == [
        (".", False),
        ("../repo/x", True),
    ]
    assert from_inside.root == repo.root
    assert [(t.name, t.foreign) for t in from_inside.worktrees] == [
        (".", False),
        ("x", False),
        ("../copy/x", True),
    ]


def test_a_sha256_repository_says_so(tmp_path):
    subprocess.run(
        ["git", "init", "-q", "--object-format=sha256", tmp_path / "wide"], check=True
    )

    assert discovery.find(os.fsencode(tmp_path / "wide")).object_format == "sha256"


def test_a_folder_without_a_repository_is_a_clear_error(tmp_path):
    with pytest.raises(errors.NotARepository, match="is in no git repository"):
        discovery.find(os.fsencode(tmp_path))


def test_a_folder_that_does_not_exist_is_a_clear_error(tmp_path):
    with pytest.raises(errors.NotFound, match="no such file or folder"):
        discovery.find(os.fsencode(tmp_path / "nowhere"))


def test_a_link_into_nothing_is_a_clear_error(tmp_path):
    (tmp_path / ".git").write_text("gitdir: /nowhere/at/all\n")

    with pytest.raises(errors.NotARepository, match="/nowhere/at/all"):
        discovery.find(os.fsencode(tmp_path))


def test_an_unknown_object_format_is_a_clear_error(make_repo):
    repo = make_repo(FILES)
    repo.git("config", "extensions.objectformat", "sha512")

    with pytest.raises(errors.NotARepository, match="sha512"):
        discovery.find(repo.root)


def test_a_branch_that_names_itself_ends(make_repo):
    repo = make_repo(FILES)
    repo.git("symbolic-ref", "refs/heads/loop", "refs/heads/loop")
    (repo.path / ".git" / "HEAD").write_text("ref: refs/heads/loop\n")

    tree = discovery.find(repo.root).worktrees[0]

    assert (tree.branch, tree.head) == ("loop", None)


def test_a_current_folder_that_is_gone_is_said(tmp_path, monkeypatch):
    folder = tmp_path / "gone"
    folder.mkdir()
    monkeypatch.chdir(folder)
    folder.rmdir()

    with pytest.raises(errors.NotFound, match="the current folder is gone"):
        discovery.find(b".")
    with pytest.raises(errors.NotFound, match="the current folder is gone"):
        spot.find(b"x.sh")
    monkeypatch.chdir("/")
