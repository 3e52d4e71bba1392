"""Back to scripts at their own paths: by undo, and long after by uninstall."""

from __future__ import annotations

import json

import pytest

BODY = ".s2s/canonical/bin/greet.sh"
EDITED = '#!/bin/sh\necho "good day $*"\n'


def is_wrapper(tree, path="bin/greet.sh") -> bool:
    return b"# s2s-wrapper" in tree.read(path)


def uninstall(world, *args: str, code: int = 0):
    return world.s2s("uninstall", "--yes", *args, code=code)


# --- undo, by family ----------------------------------------------------------


def test_a_body_that_was_edited_goes_back_to_its_old_path_with_the_edits(
    world, say
) -> None:
    world.apply()
    world.main.write(BODY, EDITED)

    world.undo()

    assert world.main.read("bin/greet.sh") == EDITED.encode()
    assert not world.main.file(BODY).exists()
    assert say(world.trees["one"], "bin/greet.sh", "x") == "hello x\n"
    assert not is_wrapper(world.trees["one"])


def test_a_family_with_a_changed_wrapper_stays_whole_and_is_named(world, say) -> None:
    world.apply()
    world.trees["one"].write("bin/greet.sh", "#!/bin/sh\necho mine\n")

    done = world.undo()

    assert "bin/greet.sh stays as it is" in done.stdout
    assert "../one: bin/greet.sh was changed since" in done.stdout
    assert is_wrapper(world.main) and is_wrapper(world.trees["two"])
    assert world.main.file(BODY).exists()
    assert say(world.trees["two"], "bin/greet.sh", "x") == "hello x\n"
    assert not is_wrapper(world.trees["two"], "bin/count.sh")


def test_an_edited_body_whose_old_path_was_taken_stays_with_its_family(world) -> None:
    world.apply()
    world.main.write(BODY, EDITED)
    world.main.git("checkout", "-q", "--", "bin/greet.sh")

    done = world.undo()

    assert "its old path holds something else" in done.stdout
    assert world.main.read(BODY) == EDITED.encode()
    assert is_wrapper(world.trees["one"])


def test_a_worktree_that_is_gone_hinders_nothing(world) -> None:
    world.apply()
    world.main.git("worktree", "remove", "--force", "../one")

    world.undo()

    assert not is_wrapper(world.main)
    assert not is_wrapper(world.trees["two"])
    assert not world.main.file(BODY).exists()


def test_a_copy_that_was_restored_by_hand_hinders_nothing(world) -> None:
    world.apply()
    world.trees["one"].git("checkout", "-q", "--", ".")

    world.undo()

    assert not is_wrapper(world.main)
    assert not is_wrapper(world.trees["two"])


def test_a_branch_that_edited_its_own_body_gets_the_edits_at_its_old_path(
    world, say
) -> None:
    world.apply("--commit")
    one = world.trees["one"]
    world.adopt(one)
    one.commit({BODY: (EDITED, 0o755)})

    world.undo()

    assert one.read("bin/greet.sh") == EDITED.encode()
    assert say(one, "bin/greet.sh", "x") == "good day x\n"
    assert not one.file(BODY).exists()
    assert say(world.main, "bin/greet.sh", "x") == "hello x\n"
    assert say(world.trees["two"], "bin/greet.sh", "x") == "hello x\n"
    assert not is_wrapper(one, "bin/count.sh")


def test_a_branch_whose_edited_body_has_no_way_back_keeps_the_family(world) -> None:
    world.apply("--commit")
    one = world.trees["one"]
    world.adopt(one)
    one.commit({BODY: (EDITED, 0o755)})
    one.git("checkout", "-q", "main~2", "--", "bin/greet.sh")

    done = world.undo()

    assert "../one: .s2s/canonical/bin/greet.sh was edited" in done.stdout
    assert one.read(BODY) == EDITED.encode()
    assert is_wrapper(world.main)


def test_a_wrapper_that_was_merged_into_a_branch_keeps_its_body(world, say) -> None:
    world.main.commit({"zz/deep/greet.sh": ('#!/bin/sh\necho "hello $*"\n', 0o755)})
    world.apply("--commit")
    one = world.trees["one"]
    world.adopt(one)
    one.commit({BODY: (EDITED, 0o755)})

    world.undo()

    assert one.read("bin/greet.sh") == EDITED.encode()
    assert say(one, "zz/deep/greet.sh", "x") == "good day x\n"


def test_undo_works_after_the_two_commits(world, say) -> None:
    world.apply("--commit")

    world.undo()

    assert not is_wrapper(world.main)
    assert say(world.main, "bin/greet.sh", "x") == "hello x\n"
    assert not world.main.file(BODY).exists()


def test_a_shared_body_stays_while_a_branch_has_a_wrapper_without_a_store(
    world, say
) -> None:
    world.apply()
    one = world.trees["one"]
    one.git("commit", "-q", "--no-verify", "-m", "thin", "bin/greet.sh")

    done = world.undo()
    one.git("checkout", "-q", "--", ".")

    assert "The shared body of bin/greet.sh stays: branch one runs it." in done.stdout
    assert say(one, "bin/greet.sh", "x") == "hello x\n"


def test_a_dry_run_says_the_same_and_changes_nothing(world, snapshot) -> None:
    world.apply()
    world.trees["one"].write("bin/greet.sh", "#!/bin/sh\necho mine\n")
    trees = (world.main, *world.trees.values())
    before = snapshot(*trees)

    done = world.s2s("dedupe", "undo", "--dry-run", "--json")

    kept = {keep["path"] for keep in json.loads(done.stdout)["kept"]}
    assert {"bin/greet.sh", BODY} <= kept
    assert snapshot(*trees) == before


def test_undoing_the_undo_is_not_offered(world) -> None:
    world.apply()
    world.undo()

    done = world.s2s("dedupe", "undo", "--yes", code=11)

    assert "nothing to undo" in done.stderr


# --- uninstall ----------------------------------------------------------------


def test_everything_goes_back_after_commits_and_adoption_without_a_journal(
    world, say, snapshot
) -> None:
    trees = (world.main, *world.trees.values())
    before = snapshot(*trees)
    world.apply("--commit")
    world.adopt(world.trees["one"])
    for journal in (world.main.path / ".git/s2s").glob("*.journal"):
        journal.unlink()

    uninstall(world)
    world.main.file(".s2s/manifest.yaml").unlink()
    world.main.file(".s2s").rmdir()
    world.trees["one"].file(".s2s/manifest.yaml").unlink()
    world.trees["one"].file(".s2s").rmdir()

    assert snapshot(*trees) == before
    assert not (world.main.path / ".git/s2s/canonical").exists()


def test_edited_bodies_go_back_with_their_edits_in_each_branch(world, say) -> None:
    world.apply("--commit")
    one = world.trees["one"]
    world.adopt(one)
    one.commit({BODY: EDITED})
    world.main.write(BODY, "#!/bin/sh\necho main\n")

    uninstall(world)

    assert say(world.main, "bin/greet.sh") == "main\n"
    assert say(one, "bin/greet.sh", "x") == "good day x\n"
    assert say(world.trees["two"], "bin/greet.sh", "x") == "hello x\n"


def test_the_manifest_is_true_afterwards(world) -> None:
    world.apply()

    uninstall(world)

    assert "agrees" in world.s2s("manifest", "check").stdout


def test_uninstalled_is_ready_to_be_applied_again(world, say) -> None:
    world.apply("--commit")
    uninstall(world)
    world.main.commit(message="back")

    world.apply("--commit")

    assert is_wrapper(world.main)
    assert say(world.trees["two"], "bin/greet.sh", "x") == "hello x\n"


@pytest.mark.parametrize("text", ["#!/bin/sh\necho mine\n", "x"])
def test_a_script_whose_old_path_was_taken_stays_whole_and_is_named(
    world, text
) -> None:
    world.apply()
    world.main.write("bin/greet.sh", text)

    done = uninstall(world)

    assert "another file stands at its old path bin/greet.sh" in done.stdout
    assert world.main.read("bin/greet.sh") == text.encode()
    assert world.main.file(BODY).exists()
    assert not is_wrapper(world.main, "bin/count.sh")


def test_an_edited_wrapper_stays_and_is_named(world) -> None:
    world.apply()
    wrapper = world.main.read("bin/greet.sh")
    world.main.write("bin/greet.sh", wrapper + b"# mine\n")

    done = uninstall(world)

    assert "bin/greet.sh was edited" in done.stdout
    assert world.main.file(BODY).exists()


def test_a_locked_worktree_keeps_its_wrappers_and_they_run(world, say) -> None:
    world.apply()
    world.main.git("worktree", "lock", "../one")

    done = uninstall(world)

    assert "the worktree is locked" in done.stdout
    assert "The shared body of bin/greet.sh stays: worktree ../one" in done.stdout
    assert say(world.trees["one"], "bin/greet.sh", "x") == "hello x\n"
    uninstall(world, "--worktree", "../one")
    assert not is_wrapper(world.trees["one"])
    assert not (world.main.path / ".git/s2s/canonical").exists()


def test_a_body_whose_wrapper_was_deleted_comes_back(world) -> None:
    world.apply()
    world.main.file("bin/greet.sh").unlink()

    uninstall(world)

    assert world.main.read("bin/greet.sh").startswith(b"#!/bin/sh\necho")
    assert not world.main.file(BODY).exists()


def test_uninstall_can_be_undone(world, snapshot) -> None:
    world.apply()
    trees = (world.main, *world.trees.values())
    before = snapshot(*trees)

    uninstall(world)
    world.undo()

    found = {p: v for p, v in snapshot(*trees).items() if not p.endswith("/")}
    assert found == {p: v for p, v in before.items() if not p.endswith("/")}


def test_nothing_installed_is_nothing_to_do(world) -> None:
    assert "Nothing was changed" in uninstall(world).stdout


# --- uninstall, links inside one tree -----------------------------------------


@pytest.fixture
def linked(world):
    """Main with a committed link at zz/greet.sh that the manifest owns."""
    world.main.commit({"zz/greet.sh": world.main.read("bin/greet.sh").decode()})
    world.main.file("zz/greet.sh").chmod(0o755)
    world.main.git("commit", "-q", "-a", "--allow-empty", "-m", "a copy that runs")
    world.s2s("dedupe", "apply", "--yes")
    world.s2s("manifest", "build")
    world.main.git("add", "-A")
    world.main.git("commit", "-q", "-m", "one script")
    assert world.main.file("zz/greet.sh").is_symlink()
    return world


def test_a_link_inside_the_tree_is_the_script_itself_again(linked) -> None:
    uninstall(linked)

    back, script = (linked.main.file(f"{at}/greet.sh") for at in ("zz", "bin"))
    assert not back.is_symlink()
    assert back.read_bytes() == script.read_bytes()
    assert back.stat().st_mode == script.stat().st_mode
    assert "symlink" not in linked.main.read(".s2s/manifest.yaml").decode()
    assert "Nothing was changed" in uninstall(linked).stdout


def test_a_link_whose_script_is_gone_stays_and_is_named(linked) -> None:
    linked.main.file("bin/greet.sh").unlink()

    done = uninstall(linked)

    assert "there is no body for zz/greet.sh" in done.stdout
    assert linked.main.file("zz/greet.sh").is_symlink()


def test_a_link_that_leads_elsewhere_now_stays_and_is_named(linked) -> None:
    linked.main.file("zz/greet.sh").unlink()
    linked.main.file("zz/greet.sh").symlink_to("../bin/count.sh")

    done = uninstall(linked)

    assert "it leads elsewhere now" in done.stdout
    assert linked.main.file("zz/greet.sh").is_symlink()


def test_a_link_of_a_persons_own_stays_as_it_is(linked) -> None:
    linked.main.file("zz/mine.sh").symlink_to("../bin/count.sh")

    uninstall(linked)

    assert linked.main.file("zz/mine.sh").is_symlink()
    assert not linked.main.file("zz/greet.sh").is_symlink()


def test_a_link_to_a_wrapper_gets_the_body_too(linked, say) -> None:
    linked.apply("--commit")
    linked.main.write(BODY, EDITED)

    uninstall(linked)

    assert not linked.main.file("zz/greet.sh").is_symlink()
    assert linked.main.read("bin/greet.sh") == EDITED.encode()
    assert say(linked.main, "zz/greet.sh", "x") == "good day x\n"
