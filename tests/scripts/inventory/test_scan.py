"""What a scan of a whole repository says."""

from __future__ import annotations

import pytest

from s2s_tools.scripts.inventory import scan

SCRIPT = "#!/bin/sh\necho one\n"
OTHER = "#!/bin/sh\necho two\n"


def places(found):
    return sorted(place for same in found.groups for place in same.places)


def test_the_same_path_in_two_worktrees_is_one_group(make_repo):
    repo = make_repo({"bin/a.sh": SCRIPT, "b.sh": OTHER})
    repo.worktree("trees/x")

    found = scan.groups(repo.root)

    assert found.scripts == 4
    assert found.contents == 2
    assert places(found) == [
        (".", b"b.sh"),
        (".", b"bin/a.sh"),
        ("trees/x", b"b.sh"),
        ("trees/x", b"bin/a.sh"),
    ]


@pytest.mark.parametrize("where", [".", "bin", "trees/x", "trees/x/bin"])
def test_every_folder_of_a_repository_gives_the_whole_repository(make_repo, where):
    repo = make_repo({"bin/a.sh": SCRIPT})
    repo.worktree("trees/x")

    found = scan.scan(repo.root + b"/" + where.encode())

    assert found.repository.root == repo.root
    assert [file[:2] for file in found.files] == [
        (".", b"bin/a.sh"),
        ("trees/x", b"bin/a.sh"),
    ]
