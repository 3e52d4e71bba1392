"""Branches of a repository with one body for each script, merged by the real git.

After each merge the script runs, or the conflict is the one that the README names.
"""

from __future__ import annotations

import pytest

BODY = ".s2s/canonical/bin/greet.sh"
EDITED = '#!/bin/sh\necho "good day $*"\n'
# Renames of whole folders are guessed by default; adopt does without.
MERGE = ("-c", "merge.directoryRenames=false", "merge", "-q", "--no-edit")


@pytest.fixture
def adopted(world):
    """Main with its two commits; a branch late that is older and was edited since."""
    world.main.git("branch", "late")
    world.apply("--commit")
    for tree in world.trees.values():
        tree.git("checkout", "-q", "--", ".")
    world.late = world.main.worktree("../late", branch="late")
    return world


def edit(tree) -> None:
    tree.commit({"bin/greet.sh": EDITED}, "edit greet")


def conflicts(tree) -> set[str]:
    out = tree.git("diff", "--name-only", "--diff-filter=U").decode()
    return set(out.splitlines())


def move_and_wrappers(world) -> tuple[str, str]:
    return world.main.head("main~1"), world.main.head("main")


def test_main_into_a_branch_that_did_not_edit(adopted, say) -> None:
    adopted.late.git("merge", "-q", "--no-edit", "main")

    assert say(adopted.late, "bin/greet.sh", "x") == "hello x\n"
    assert adopted.late.file(BODY).exists()


def test_main_into_a_branch_that_has_new_files_in_the_folder(adopted, say) -> None:
    adopted.late.commit({"bin/new.sh": "#!/bin/sh\necho new\n"})

    adopted.adopt(adopted.late)

    assert say(adopted.late, "bin/new.sh") == "new\n"
    assert say(adopted.late, "bin/greet.sh", "x") == "hello x\n"


def test_a_branch_with_wrappers_into_main(adopted, say) -> None:
    adopted.late.commit({"data/two.txt": "2\n"})
    adopted.adopt(adopted.late)

    adopted.main.git("merge", "-q", "--no-edit", "late")

    assert say(adopted.main, "bin/greet.sh", "x") == "hello x\n"
    assert adopted.main.file("data/two.txt").exists()
    assert b"# s2s-wrapper" not in adopted.main.read(BODY)


def test_a_branch_that_edited_its_body_into_main(adopted, say) -> None:
    adopted.adopt(adopted.late)
    adopted.late.commit({BODY: EDITED})

    adopted.main.git("merge", "-q", "--no-edit", "late")

    assert say(adopted.main, "bin/greet.sh", "x") == "good day x\n"
    assert say(adopted.late, "bin/greet.sh", "x") == "good day x\n"


def test_an_edited_branch_by_adopting(adopted, say) -> None:
    edit(adopted.late)

    adopted.adopt(adopted.late)

    assert say(adopted.late, "bin/greet.sh", "x") == "good day x\n"
    assert adopted.late.read(BODY) == EDITED.encode()
    assert b"# s2s-wrapper" in adopted.late.read("bin/greet.sh")


def test_an_edited_branch_by_one_plain_merge_conflicts_in_the_wrapper(adopted) -> None:
    edit(adopted.late)

    adopted.late.git("merge", "-q", "--no-edit", "main", check=False)

    assert conflicts(adopted.late) == {"bin/greet.sh"}


def test_the_conflict_of_a_plain_merge_is_resolved_as_documented(adopted, say) -> None:
    edit(adopted.late)
    adopted.late.git("merge", "-q", "--no-edit", "main", check=False)

    adopted.late.git("checkout", "-q", "--theirs", "--", "bin/greet.sh")
    adopted.late.write(BODY, EDITED)
    adopted.late.git("add", "bin/greet.sh", BODY)
    adopted.late.git("commit", "-q", "--no-edit")

    assert say(adopted.late, "bin/greet.sh", "x") == "good day x\n"


def test_both_sides_edited_before_the_move_conflict_as_any_two_edits_do(
    world, say
) -> None:
    world.main.git("branch", "late")
    world.main.commit({"bin/greet.sh": "#!/bin/sh\necho main\n"})
    for tree in world.trees.values():
        tree.git("merge", "-q", "main")
    world.apply("--commit")
    late = world.main.worktree("../late", branch="late")
    edit(late)
    before = late.head()

    done = world.adopt(late, code=1)

    assert world.main.head("main~2")[:12] in done.stderr
    assert "conflict in bin/greet.sh" in done.stderr
    assert late.head() == before
    assert late.git("status", "--porcelain") == b""
    assert say(late, "bin/greet.sh", "x") == "good day x\n"


def test_that_conflict_solved_by_hand_the_rest_is_adopted(world, say) -> None:
    world.main.git("branch", "late")
    world.main.commit({"bin/greet.sh": "#!/bin/sh\necho main\n"})
    for tree in world.trees.values():
        tree.git("merge", "-q", "main")
    world.apply("--commit")
    late = world.main.worktree("../late", branch="late")
    edit(late)

    late.git("merge", "-q", "--no-edit", "main~2", check=False)
    late.commit({"bin/greet.sh": EDITED})
    world.adopt(late)

    assert say(late, "bin/greet.sh", "x") == "good day x\n"
    assert late.read(BODY) == EDITED.encode()


def test_an_edited_branch_by_rebase_onto_the_move_and_then_the_wrappers(
    adopted, say
) -> None:
    edit(adopted.late)
    move, wrappers = move_and_wrappers(adopted)

    adopted.late.git("-c", "merge.directoryRenames=false", "rebase", "-q", move)
    adopted.late.git("rebase", "-q", wrappers)

    assert say(adopted.late, "bin/greet.sh", "x") == "good day x\n"
    assert adopted.late.read(BODY) == EDITED.encode()


def test_an_edited_branch_by_one_plain_rebase_conflicts_in_the_wrapper(adopted) -> None:
    edit(adopted.late)

    adopted.late.git("rebase", "-q", "main", check=False)

    assert conflicts(adopted.late) == {"bin/greet.sh"}


def test_an_adopted_branch_squashed_into_main(adopted, say) -> None:
    edit(adopted.late)
    adopted.adopt(adopted.late)

    adopted.main.git("merge", "-q", "--squash", "late")
    adopted.main.git("commit", "-q", "-m", "late, squashed")

    assert say(adopted.main, "bin/greet.sh", "x") == "good day x\n"


def test_an_edited_branch_squashed_into_main_without_adopting_conflicts(
    adopted,
) -> None:
    edit(adopted.late)

    adopted.main.git("merge", "-q", "--squash", "late", check=False)

    assert conflicts(adopted.main) == {"bin/greet.sh"}


def test_main_squashed_into_one_commit_is_named_by_adopt(adopted, say) -> None:
    edit(adopted.late)
    adopted.main.git("reset", "-q", "--soft", "HEAD~2")
    adopted.main.git("commit", "-q", "-m", "squashed")

    done = adopted.adopt(adopted.late, code=1)

    assert "a squash?" in done.stderr
    assert "checkout --theirs" in done.stderr
    assert say(adopted.late, "bin/greet.sh", "x") == "good day x\n"


def test_a_rebased_main_is_adopted_all_the_same(adopted, say) -> None:
    edit(adopted.late)
    adopted.main.git("branch", "-q", "base", "HEAD~2")
    tree = adopted.main.worktree("../base", branch="base")
    tree.commit({"data/base.txt": "0\n"})
    adopted.main.git("rebase", "-q", "base")

    adopted.adopt(adopted.late)

    assert say(adopted.late, "bin/greet.sh", "x") == "good day x\n"
    assert adopted.late.file("data/base.txt").exists()


def twice(world):
    """The same scripts adopted on main and, by another clone, on branch two."""
    other = world.main.path.parent / "other"
    world.main.git("clone", "-q", world.main.path, other)
    clone = type(world.main)(other, world.main.clock)
    clone.git("switch", "-q", "-c", "two", "main")
    clone.worktree("../other-linked", branch="linked")
    world.apply("--commit")
    done = world._run(
        *("dedupe", "apply", "--all-worktrees", "--yes", "--commit"), cwd=clone.path
    )
    assert done.exit_code == 0, done.stderr
    return clone


def test_independent_adoption_on_two_branches_merges_cleanly(world, say) -> None:
    clone = twice(world)

    clone.git("fetch", "-q", "origin")
    clone.git("merge", "-q", "--no-edit", "origin/main", check=False)

    assert conflicts(clone) <= {".s2s/manifest.yaml"}
    assert say(clone, "bin/greet.sh", "x") == "hello x\n"


def test_independent_adoption_and_then_two_edits_conflict_in_the_body(world) -> None:
    clone = twice(world)
    world.main.commit({BODY: "#!/bin/sh\necho main\n"})
    clone.commit({BODY: EDITED})

    clone.git("fetch", "-q", "origin")
    clone.git("merge", "-q", "--no-edit", "origin/main", check=False)

    assert conflicts(clone) - {".s2s/manifest.yaml"} == {BODY}
    assert b"# s2s-wrapper" in clone.read("bin/greet.sh")


@pytest.mark.parametrize("depth", [(), ("--depth", "1")], ids=["whole", "depth 1"])
@pytest.mark.parametrize("branch", ["main", "late"])
def test_a_fresh_clone_of_an_adopted_branch_runs(adopted, say, depth, branch) -> None:
    edit(adopted.late)
    adopted.adopt(adopted.late)
    clone = adopted.main.path.parent / "clone"

    url = adopted.main.path.as_uri()
    adopted.main.git("clone", "-q", *depth, "--branch", branch, url, clone)

    expected = "good day x\n" if branch == "late" else "hello x\n"
    assert say(clone, "bin/greet.sh", "x") == expected


def test_a_wrapper_committed_without_a_store_runs_nothing_in_a_clone(
    world, say
) -> None:
    world.apply()
    one = world.trees["one"]
    one.git("add", "bin/greet.sh")
    one.git("commit", "-q", "--no-verify", "-m", "thin")
    clone = world.main.path.parent / "clone"

    world.main.git("clone", "-q", "--branch", "one", world.main.path, clone)

    assert say(one, "bin/greet.sh", "x") == "hello x\n"
    assert say(clone, "bin/greet.sh", "x").startswith("127: bin/greet.sh: ")


def test_a_wrapper_committed_without_a_store_merges_into_an_adopted_main(
    world, say
) -> None:
    world.apply()
    one = world.trees["one"]
    one.git("add", "bin/greet.sh")
    one.git("commit", "-q", "--no-verify", "-m", "thin")
    world.main.git("rm", "-q", "--cached", "bin/greet.sh", "bin/count.sh")
    world.main.git("add", ".s2s/canonical")
    world.main.git("commit", "-q", "-m", "move")
    world.main.git("add", ".s2s", "bin")
    world.main.git("commit", "-q", "-m", "wrappers")

    world.main.git("merge", "-q", "--no-edit", "one")

    assert say(world.main, "bin/greet.sh", "x") == "hello x\n"
    assert b"# s2s-wrapper" not in world.main.read(BODY)
