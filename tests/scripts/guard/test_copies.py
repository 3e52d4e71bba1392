"""No staged script is a copy of another: on real repositories."""

from __future__ import annotations

import pytest

from s2s_tools.scripts.guard import service
from s2s_tools.scripts.guard.model import Check

A = "#!/bin/sh\necho a\n"
B = "#!/bin/sh\necho b\n"


def found(repo) -> list[tuple[bytes, bytes]]:
    """Path and canonical of each copy that the check refuses."""
    findings = service.check(repo.root, [Check.NO_DUPLICATES])
    return [(finding.path, finding.canonical) for finding in findings]


def test_a_staged_copy_is_refused_with_the_name_of_the_canonical(make_repo):
    repo = make_repo({"lib/a.sh": A})
    repo.write("tools/c.sh", A)
    repo.git("add", "--all")

    assert found(repo) == [(b"tools/c.sh", b"lib/a.sh")]


def test_what_is_only_in_the_work_tree_is_nobodys_business(make_repo):
    repo = make_repo({"lib/a.sh": A, "lib/b.sh": B})
    repo.write("lib/b.sh", A)
    repo.write("lib/c.sh", A)

    assert found(repo) == []


def test_the_staged_bytes_count_even_if_the_work_tree_has_others(make_repo):
    repo = make_repo({"lib/a.sh": A})
    repo.write("tools/c.sh", A)
    repo.git("add", "--all")
    repo.write("tools/c.sh", B)

    assert found(repo) == [(b"tools/c.sh", b"lib/a.sh")]


@pytest.mark.parametrize(
    "steps",
    [
        pytest.param([("mv", "a.sh", "b.sh")], id="renamed"),
        pytest.param([("mv", "a.sh", "b.sh"), ("add", "a.sh")], id="new at old path"),
        pytest.param([("update-index", "--chmod=-x", "a.sh")], id="mode only"),
        pytest.param([("rm", "-q", "a.sh")], id="deleted"),
    ],
)
def test_what_copies_nothing_may_be_committed(steps, make_repo):
    repo = make_repo({"a.sh": A, "other.sh": B})
    for step in steps:
        if step == ("add", "a.sh"):
            repo.write("a.sh", "#!/bin/sh\necho other\n")
        repo.git(*step)

    assert found(repo) == []


def test_a_move_with_a_copy_is_one_copy_too_many(make_repo):
    repo = make_repo({"a.sh": A})
    repo.git("mv", "a.sh", "b.sh")
    repo.write("c.sh", A)
    repo.git("add", "--all")

    assert found(repo) == [(b"c.sh", b"b.sh")]


def test_an_extra_copy_of_a_known_duplicate_is_refused(make_repo):
    repo = make_repo({"a.sh": A, "b.sh": A})
    repo.write("c.sh", A)
    repo.git("add", "--all")

    assert found(repo) == [(b"c.sh", b"a.sh")]


def test_known_duplicates_may_be_edited_alike_or_moved(make_repo):
    repo = make_repo({"a.sh": A, "b.sh": A, "x.sh": B, "y.sh": B})
    repo.write("a.sh", "#!/bin/sh\necho new\n")
    repo.write("b.sh", "#!/bin/sh\necho new\n")
    repo.git("mv", "x.sh", "z.sh")
    repo.git("add", "--all")

    assert found(repo) == []


def test_empty_files_are_alike_by_chance(make_repo):
    repo = make_repo({"a.sh": ""})
    repo.write("b.sh", "")
    repo.git("add", "--all")

    assert found(repo) == []


def test_the_first_commit_may_not_hold_copies_either(make_repo):
    repo = make_repo()
    repo.write("a.sh", A)
    repo.write("b.sh", A)
    repo.git("add", "--all")

    assert found(repo) == [(b"b.sh", b"a.sh")]
