"""Bringing an adopted main into other branches: when it is done, when refused."""

from __future__ import annotations

import json

import pytest

BODY = ".s2s/canonical/bin/greet.sh"


def test_wrappers_that_were_written_there_give_way_to_the_merged_ones(
    world, say
) -> None:
    world.apply("--commit")
    one = world.trees["one"]

    world.adopt(one)

    assert one.git("status", "--porcelain") == b""
    assert one.file(BODY).exists()
    assert say(one, "bin/greet.sh", "x") == "hello x\n"
    assert one.git("branch", "--show-current") == b"one\n"


def test_the_move_is_merged_before_the_wrappers(world) -> None:
    world.apply("--commit")
    one = world.trees["one"]
    one.git("checkout", "-q", "--", ".")
    one.commit({"data/one.txt": "one\n"})

    plan = json.loads(
        world.s2s("dedupe", "adopt", "--dry-run", "--json", cwd=one).stdout
    )
    world.adopt(one)

    merged = one.git("log", "--first-parent", "--format=%P", "-2").decode().split("\n")
    assert plan["merges"] == [world.main.head("main~1"), world.main.head("main")]
    assert [line.split()[1] for line in merged[:2]] == plan["merges"][::-1]


def test_adopting_twice_is_adopting_once(world) -> None:
    world.apply("--commit")
    one = world.trees["one"]
    world.adopt(one)
    head = one.head()

    done = world.adopt(one)

    assert "already" in done.stdout
    assert one.head() == head


def test_a_second_round_is_adopted_after_the_first(world, say) -> None:
    world.main.git("worktree", "lock", "../two")
    world.apply("--commit")
    world.adopt(world.trees["one"])
    world.main.commit({"bin/late.sh": "#!/bin/sh\necho late\n"})
    world.trees["one"].git("merge", "-q", "--no-edit", "main")
    world.apply("--commit")
    two = world.trees["two"]
    world.main.git("worktree", "unlock", "../two")

    world.adopt(world.trees["one"])
    world.adopt(two)

    for tree in (world.trees["one"], two):
        assert say(tree, "bin/late.sh") == "late\n"
        assert say(tree, "bin/greet.sh", "x") == "hello x\n"
        assert tree.file(".s2s/canonical/bin/late.sh").exists()


@pytest.mark.parametrize(
    ("make", "why"),
    [
        pytest.param(
            lambda tree: tree.git("switch", "-q", "--detach"),
            "is on no branch",
            id="no branch",
        ),
        pytest.param(
            lambda tree: tree.write("data/one.txt", "2\n"),
            "data/one.txt",
            id="changed",
        ),
        pytest.param(
            lambda tree: (tree.write("new.txt", "2\n"), tree.git("add", "new.txt")),
            "new.txt",
            id="staged",
        ),
        pytest.param(
            lambda tree: tree.write("bin/greet.sh", "#!/bin/sh\necho mine\n"),
            "bin/greet.sh",
            id="wrapper edited",
        ),
    ],
)
def test_it_refuses_and_changes_nothing(world, snapshot, make, why) -> None:
    world.apply("--commit")
    one = world.trees["one"]
    make(one)
    before, head = snapshot(one), one.head()

    done = world.adopt(one, code=1)

    assert why in done.stderr
    assert snapshot(one) == before
    assert one.head() == head


def test_a_conflict_leaves_branch_and_uncommitted_wrappers_as_they_were(
    world, snapshot
) -> None:
    world.apply("--commit")
    one = world.trees["one"]
    one.git("stash", "-q")
    one.commit({"data/one.txt": "one\n"})
    one.git("stash", "pop", "-q")
    world.main.commit({"data/one.txt": "main\n"})
    world.main.commit({"bin/more.sh": "#!/bin/sh\necho more\n"})
    world.trees["two"].git("checkout", "-q", "--", ".")
    world.trees["two"].git("merge", "-q", "--no-edit", "main")
    world.apply("--commit")
    before, head = snapshot(one), one.head()

    done = world.adopt(one, code=1)

    assert "data/one.txt" in done.stderr
    assert "merge by hand" in done.stderr
    assert snapshot(one) == before
    assert one.head() == head


def test_an_untracked_file_in_the_way_is_named_and_kept(world) -> None:
    world.apply("--commit")
    one = world.trees["one"]
    one.write(BODY, "mine\n")

    done = world.adopt(one, code=1)

    assert "nothing was changed" in done.stderr
    assert one.read(BODY) == b"mine\n"


def test_main_itself_and_a_main_without_the_commits_are_refused(world) -> None:
    itself = world.s2s("dedupe", "adopt", code=1)
    before = world.adopt(world.trees["one"], code=1)
    world.apply()
    uncommitted = world.adopt(world.trees["one"], code=1)

    assert "main worktree" in itself.stderr
    assert "no body to adopt" in before.stderr
    assert "--commit" in uncommitted.stderr


def test_programs_that_the_repository_names_do_not_run(world, tmp_path) -> None:
    canary = tmp_path / "canary"
    world.main.commit({".gitattributes": "*.sh filter=evil merge=evil\n"})
    for tree in world.trees.values():
        tree.git("merge", "-q", "main")
    world.main.git("update-index", "--refresh")
    world.main.commit({".gitattributes": "data/* filter=evil merge=evil\n"})
    for tree in world.trees.values():
        tree.git("merge", "-q", "main")
    world.apply("--commit")
    one = world.trees["one"]
    one.git("checkout", "-q", "--", ".")
    world.main.git("config", "filter.evil.smudge", f"touch {canary}; cat")
    world.main.git("config", "merge.evil.driver", f"touch {canary}; false")
    for name in ("post-merge", "pre-merge-commit", "commit-msg", "post-checkout"):
        hook = world.main.path / ".git/hooks" / name
        hook.parent.mkdir(exist_ok=True)
        hook.write_text(f"#!/bin/sh\ntouch {canary}\n")
        hook.chmod(0o755)

    world.adopt(one)

    assert not canary.exists()


def test_a_merge_that_needs_such_a_program_is_left_to_people(world, tmp_path) -> None:
    canary = tmp_path / "canary"
    world.apply("--commit")
    world.main.git("branch", "late", "HEAD~2")
    late = world.main.worktree("../late", branch="late")
    late.commit({".gitattributes": "*.sh merge=evil\n", "data/one.txt": "late\n"})
    world.main.git("config", "merge.evil.driver", f"touch {canary}; false")

    done = world.adopt(late, code=1)

    assert "git runs merge 'evil' for" in done.stderr
    assert "merge --no-edit" in done.stderr
    assert not canary.exists()
