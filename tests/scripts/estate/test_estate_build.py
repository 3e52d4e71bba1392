"""Building the fixture estate."""

from __future__ import annotations

import os

import pytest

from s2s_tools import errors
from s2s_tools.scripts.estate import build


def refs(repo) -> bytes:
    return repo.git("for-each-ref", "--format=%(refname) %(objectname)")


def test_building_twice_gives_the_same_commits(shared_estate, estate):
    assert refs(estate.main) == refs(shared_estate.main)
    assert estate.worktrees["../lantern-mill"].head() == estate.main.head(
        "mill-delivery"
    )


def test_the_owner_of_the_machine_does_not_change_the_commits(
    shared_estate, tmp_path, git_env, monkeypatch
):
    config = git_env / ".gitconfig"
    config.write_text("[core]\n\tautocrlf = true\n[init]\n\tdefaultBranch = trunk\n")
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", str(config))

    description = shared_estate.description
    root = build.build(description, os.fsencode(tmp_path / "here"))

    repo = type(shared_estate.main)(tmp_path / "here" / "lantern")
    assert root == repo.root
    assert refs(repo) == refs(shared_estate.main)
    assert repo.git("status", "--porcelain", "--untracked-files=no") == b""


def test_a_folder_that_holds_something_is_refused(shared_estate, tmp_path):
    (tmp_path / "mine.txt").write_text("mine")

    with pytest.raises(errors.Refused, match="is not empty"):
        build.build(shared_estate.description, os.fsencode(tmp_path))

    assert os.listdir(tmp_path) == ["mine.txt"]


def test_an_estate_is_known_again_and_nothing_else_is(estate, make_repo, tmp_path):
    other = make_repo({"a.sh": "x"}, name="other/lantern")
    folder = os.fsencode(estate.folder)

    assert build.built(estate.description, folder)
    assert not build.built(estate.description, os.path.dirname(other.root))
    (estate.folder / "mine.txt").write_text("mine")
    assert not build.built(estate.description, folder)


def test_a_folder_that_cannot_be_made_is_refused(shared_estate, tmp_path):
    (tmp_path / "file").write_text("mine")

    for folder in (tmp_path / "file", tmp_path / "file" / "below"):
        with pytest.raises(errors.Refused, match="cannot be used"):
            build.build(shared_estate.description, os.fsencode(folder))


def test_a_link_to_somebody_elses_estate_is_not_taken_for_one(estate, tmp_path):
    (tmp_path / "links").mkdir()
    (tmp_path / "links" / "lantern").symlink_to(estate.main.path)

    assert not build.built(estate.description, os.fsencode(tmp_path / "links"))
