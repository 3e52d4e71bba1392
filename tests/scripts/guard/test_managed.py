"""Managed copies are changed through their body alone."""

from __future__ import annotations

import hashlib

import pytest

from s2s_tools.scripts.guard.model import Check

ONLY = Check.CANONICAL_ONLY
OLD = "#!/bin/sh\necho old\n"
NEW = "#!/bin/sh\necho new\n"
STORE = ".s2s/canonical/"


@pytest.fixture
def repo(make_repo):
    """A body in the store, and its managed copy at the old path."""
    return make_repo({f"{STORE}lib/a.sh": OLD, "lib/a.sh": OLD})


def test_an_edit_of_a_managed_copy_is_sent_to_the_body(repo, findings):
    repo.write("lib/a.sh", NEW)

    [(path, message)] = findings(repo, ONLY)

    assert path == b"lib/a.sh"
    assert message.startswith("a managed copy of .s2s/canonical/lib/a.sh; make the")


def test_body_and_copy_may_change_together(repo, findings):
    repo.write(f"{STORE}lib/a.sh", NEW)
    repo.write("lib/a.sh", NEW)

    assert findings(repo, *Check) == []


def test_the_body_may_change_alone(repo, findings):
    repo.write(f"{STORE}lib/a.sh", NEW)

    assert findings(repo, *Check) == []


def test_a_copy_may_be_refreshed_later(repo, findings):
    repo.commit({f"{STORE}lib/a.sh": NEW})
    repo.write("lib/a.sh", NEW)

    assert findings(repo, *Check) == []


def test_a_copy_may_become_a_wrapper_or_go(repo, wrapper, findings):
    repo.write("lib/a.sh", wrapper("lib/a.sh"))
    wrapped = findings(repo, *Check)
    repo.git("rm", "-qf", "lib/a.sh")

    assert wrapped == []
    assert findings(repo, *Check) == []


def test_a_mode_alone_is_no_edit(repo, findings):
    repo.git("update-index", "--chmod=-x", "lib/a.sh")
    repo.file("lib/a.sh").chmod(0o644)

    assert findings(repo, *Check) == []


def test_a_kept_path_is_its_owners(repo, findings):
    repo.commit({".s2s/manifest.yaml": 'schema: 1\nkeep: ["lib/**"]\n'})
    repo.write("lib/a.sh", NEW)

    assert findings(repo, *Check) == []


def test_a_checkout_copy_of_another_branch_is_no_managed_copy(make_repo, findings):
    repo = make_repo({"lib/a.sh": OLD})
    linked = repo.worktree("../linked", branch="other")
    linked.write("lib/a.sh", NEW)

    assert findings(linked, *Check) == []


def test_a_copy_that_the_manifest_manages_is_sent_to_its_canonical(make_repo, findings):
    row = recorded("a.sh", OLD, copies=[(".", "b/a.sh"), ("wt", "c/a.sh")])
    repo = make_repo({"a.sh": OLD, "b/a.sh": OLD, ".s2s/manifest.yaml": row})
    repo.write("c/a.sh", OLD)
    added = findings(repo, *Check)
    repo.write("b/a.sh", NEW)
    repo.write("c/a.sh", NEW)

    assert added == []
    assert [path for path, _ in findings(repo, ONLY)] == [b"b/a.sh", b"c/a.sh"]


def test_a_managed_copy_agrees_with_a_body_that_this_branch_lacks(make_repo, findings):
    row = recorded("a.sh", NEW, copies=[(".", "b/a.sh")])
    repo = make_repo({"b/a.sh": OLD, ".s2s/manifest.yaml": row})
    repo.write("b/a.sh", NEW)
    refreshed = findings(repo, ONLY)
    repo.write("b/a.sh", NEW + "# mine\n")

    assert refreshed == []
    assert [path for path, _ in findings(repo, ONLY)] == [b"b/a.sh"]


def test_adoption_in_two_commits_passes_every_check(make_repo, wrapper, findings):
    repo = make_repo({"a.sh": OLD, "b.sh": NEW})
    repo.file(STORE).mkdir(parents=True)
    for name in ("a.sh", "b.sh"):
        repo.git("mv", name, STORE + name)
    moved = findings(repo, *Check)
    repo.commit()
    repo.write("a.sh", wrapper("a.sh"))
    repo.write("b.sh", NEW)

    assert moved == []
    assert findings(repo, *Check) == []


def recorded(path: str, text: str, *, copies: list[tuple[str, str]]) -> str:
    """A manifest with one managed family."""
    digest = hashlib.sha256(text.encode()).hexdigest()
    rows = "".join(
        f"      - {{worktree: {tree}, path: {place}, relation: identical}}\n"
        for tree, place in copies
    )
    return (
        f"schema: 1\nscripts:\n  - id: {path}\n    canonical: {path}\n"
        f'    sha256: "{digest}"\n    mode: "0755"\n    strategy: copy\n'
        f"    copies:\n{rows}"
    )
