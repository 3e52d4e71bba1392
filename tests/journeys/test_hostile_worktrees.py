"""One body for all worktrees in repositories that are built to go wrong."""

from __future__ import annotations

import json
import os
import subprocess

import pytest

BODY = ".s2s/canonical/bin/greet.sh"
ODD = ("bin/two words.sh", "bin/*[a-z]?.sh", "bin/#x;&|.sh", "bin/ünï.sh", ":(top)x.sh")


def plan(world, *args: str):
    done = world.s2s("dedupe", "plan", "--all-worktrees", "--json", *args)
    return json.loads(done.stdout)


def reasons(found, path: str = "bin/greet.sh") -> str:
    return " | ".join({k["reason"] for k in found["keeps"] if k["path"] == path})


def everywhere(world, files) -> None:
    world.main.commit(files)
    for tree in world.trees.values():
        tree.git("merge", "-q", "main")


def test_odd_names_run_and_their_commands_can_be_typed(world, say) -> None:
    everywhere(world, {name: "#!/bin/sh\necho odd $*\n" for name in ODD})
    commands = plan(world)["commands"]
    world.apply()

    for command in commands:
        subprocess.run(["sh", "-c", command], check=True, capture_output=True)

    assert world.main.git("status", "--porcelain") == b""
    # One of them is taken for the others' duplicate: each still runs.
    for name in ODD:
        assert say(world.trees["one"], name, "x") == "odd x\n"
        assert say(world.main, name, "x") == "odd x\n"


def test_odd_names_are_committed_too(world, say) -> None:
    everywhere(world, {name: f"#!/bin/sh\necho {n}\n" for n, name in enumerate(ODD)})

    world.apply("--commit")
    world.adopt(world.trees["one"])

    assert world.main.git("status", "--porcelain") == b""
    for number, name in enumerate(ODD):
        assert say(world.trees["one"], name) == f"{number}\n"


def test_a_store_that_is_a_link_out_of_the_tree_is_not_followed(
    world, tmp_path
) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    world.main.file(".s2s").mkdir()
    world.main.file(".s2s/canonical").symlink_to(outside)

    found = plan(world)

    assert found["writes"] == []
    assert "symbolic link" in reasons(found)
    assert list(outside.iterdir()) == []


def test_a_shared_store_that_is_a_link_is_not_followed(world, tmp_path) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    state = world.main.path / ".git/s2s"
    state.mkdir()
    (state / "canonical").symlink_to(outside)

    world.s2s("dedupe", "apply", "--all-worktrees", "--yes", code=1)

    assert list(outside.iterdir()) == []
    assert b"echo" in world.main.read("bin/greet.sh")


def test_a_body_that_would_be_written_over_something_is_refused(world) -> None:
    world.main.commit({BODY: "something else\n"})

    found = plan(world)

    assert BODY not in {w["path"] for w in found["writes"]}
    assert "bin/greet.sh" not in {w["path"] for w in found["writes"]}


def test_links_into_another_store_are_not_ours(world) -> None:
    world.main.commit({"vendor/.s2s/canonical/bin/greet.sh": "#!/bin/sh\necho v\n"})
    world.apply("--commit")
    link = world.main.file("bin/vendored.sh")
    link.symlink_to("../vendor/.s2s/canonical/bin/greet.sh")

    world.s2s("uninstall", "--yes")

    assert os.readlink(link) == "../vendor/.s2s/canonical/bin/greet.sh"


def test_a_wrapper_that_names_a_path_outside_is_never_followed(world) -> None:
    world.apply()
    evil = "#!/bin/sh\n# s2s-wrapper:1 exec ../../../../etc/passwd\n" + "# x\n" * 400
    world.main.write("bin/evil.sh", evil)

    done = world.s2s("uninstall", "--yes")

    assert "bin/evil.sh was edited" in done.stdout
    assert world.main.read("bin/evil.sh") == evil.encode()


def test_a_sparse_main_without_the_store_keeps_every_copy(world) -> None:
    world.main.git("sparse-checkout", "set", "--cone", "bin", "data")

    found = plan(world)

    assert found["writes"] == []
    assert "sparse" in reasons(found)


def test_a_sparse_worktree_runs_from_the_shared_store(world, say) -> None:
    world.trees["one"].git("sparse-checkout", "set", "--cone", "bin")

    world.apply("--commit")

    assert say(world.trees["one"], "bin/greet.sh", "x") == "hello x\n"


def test_a_separate_git_dir_keeps_what_would_not_be_found(
    make_repo, run_s2s, say, tmp_path
) -> None:
    main = make_repo({"bin/greet.sh": '#!/bin/sh\necho "hello $*"\n'})
    main.git("init", "-q", "--separate-git-dir", tmp_path / "elsewhere")
    linked = main.worktree("../linked", branch="linked")

    done = run_s2s("dedupe", "apply", "--all-worktrees", "--yes", cwd=main.path)

    assert done.exit_code == 0, done.stderr
    for tree in (main, linked):
        assert say(tree, "bin/greet.sh", "x") == "hello x\n"


def test_a_submodule_keeps_what_would_not_be_found(world, say, run_s2s) -> None:
    outer = world.main.path.parent / "outer"
    world.main.git("init", "-q", outer)
    repo = type(world.main)(outer, world.main.clock)
    allow = ("-c", "protocol.file.allow=always")
    repo.git(*allow, "submodule", "add", "-q", world.main.path, "sub")
    repo.git("commit", "-q", "-m", "sub")
    sub = type(world.main)(outer / "sub", world.main.clock)
    linked = sub.worktree("../../linked", branch="linked")

    done = run_s2s("dedupe", "apply", "--all-worktrees", "--yes", cwd=sub.path)

    assert done.exit_code == 0, done.stderr
    for tree in (sub, linked):
        assert say(tree, "bin/greet.sh", "x") == "hello x\n"


def test_crlf_by_attribute_keeps_the_copies(world) -> None:
    everywhere(world, {".gitattributes": "*.sh text eol=crlf\n"})

    found = plan(world)

    assert "bin/greet.sh" not in {w["path"] for w in found["writes"]}


def test_core_symlinks_false_makes_no_links(world) -> None:
    world.main.git("config", "core.symlinks", "false")

    found = plan(world)

    assert {w["after"]["kind"] for w in found["writes"]} == {"file"}


@pytest.mark.parametrize("state", ["MERGE_HEAD", "index.lock"])
def test_a_worktree_in_the_middle_of_something_is_left_alone(world, state) -> None:
    git_dir = world.main.path / ".git/worktrees/one"
    (git_dir / state).write_text(world.main.head() + "\n")

    found = plan(world, "--worktree", "../one")

    assert "../one" not in {w["worktree"] for w in found["writes"]}
    assert "../two" in {w["worktree"] for w in found["writes"]}


def test_main_in_the_middle_of_something_is_left_alone(world) -> None:
    (world.main.path / ".git/MERGE_HEAD").write_text(world.main.head() + "\n")

    found = plan(world)

    assert found["writes"] == []
    assert "merge is under way" in reasons(found)


def test_a_shallow_clone_does_not_guess_what_it_cannot_know(
    world, say, run_s2s
) -> None:
    world.main.commit({"bin/greet.sh": "#!/bin/sh\necho new\n"})
    clone = world.main.path.parent / "shallow"
    url = world.main.path.as_uri()
    world.main.git("clone", "-q", "--depth", "1", "--no-single-branch", url, clone)
    repo = type(world.main)(clone, world.main.clock)
    repo.git("worktree", "add", "-q", "../old", "one")

    done = run_s2s("dedupe", "plan", "--all-worktrees", "--json", cwd=clone)

    found = json.loads(done.stdout)
    assert "bin/greet.sh" not in {w["path"] for w in found["writes"]}
    assert "is not here" in reasons(found)
