"""From many copies to one body for each script, and all the way back."""

from __future__ import annotations

import json
import os
import subprocess

import pytest

BODY = ".s2s/canonical/bin/greet.sh"


def test_every_old_path_runs_the_one_body_in_every_worktree(world, say) -> None:
    world.apply()

    for tree in (world.main, *world.trees.values()):
        assert say(tree, "bin/greet.sh", "a b", "c") == "hello a b c\n"
        assert say(tree, "bin/count.sh", "3", by="sh") == "3\n"
        assert say(tree, "bin/here.sh") == "one.txt\n"
    assert world.main.read(BODY).startswith(b"#!/bin/sh\necho")
    assert b"# s2s-wrapper:" in world.trees["one"].read("bin/greet.sh")
    assert b"dirname" in world.trees["one"].read("bin/here.sh")


def test_there_and_back_leaves_every_byte_mode_and_folder_as_it_was(
    world, snapshot
) -> None:
    trees = (world.main, *world.trees.values())
    before = snapshot(*trees)

    world.apply()
    between = snapshot(*trees)
    world.undo()

    assert between != before
    assert snapshot(*trees) == before
    assert not (world.main.path / ".git/s2s/canonical").exists()


def test_twice_is_once_and_the_manifest_tells_the_truth(world) -> None:
    world.apply()

    again = world.s2s("dedupe", "plan", "--all-worktrees", "--json")

    assert json.loads(again.stdout)["writes"] == []
    assert "agrees" in world.s2s("manifest", "check").stdout


def test_the_plan_names_counts_strategies_and_the_exact_commands(world) -> None:
    shown = world.s2s("dedupe", "plan", "--all-worktrees").stdout
    plan = json.loads(world.s2s("dedupe", "plan", "--all-worktrees", "--json").stdout)

    assert "exec wrapper" in shown and "managed copy" in shown
    assert {(t["worktree"], t["replaced"]) for t in plan["trees"]} == {
        (".", 2),
        ("../one", 2),
        ("../two", 2),
    }
    assert all(command in shown for command in plan["commands"])
    assert "s2s dedupe adopt ../one" in shown


def test_the_printed_commands_make_a_pure_move_and_then_the_wrappers(world) -> None:
    plan = json.loads(world.s2s("dedupe", "plan", "--all-worktrees", "--json").stdout)
    world.apply()

    for command in plan["commands"]:
        subprocess.run(["sh", "-c", command], check=True, capture_output=True)

    status = world.main.git("status", "--porcelain")
    assert status == b""
    moved = world.main.git("show", "-M", "--format=", "--name-status", "HEAD~1")
    assert {line.split()[0] for line in moved.decode().splitlines()} == {"R100"}
    kept = world.main.git("show", "--format=", "--name-status", "HEAD").decode()
    assert {line.split()[0] for line in kept.splitlines()} == {"A"}


def test_commit_makes_the_same_two_commits_and_leaves_a_clean_tree(world) -> None:
    before = world.main.head()

    done = world.apply("--commit")

    assert "Committed on main" in done.stdout
    assert world.main.head("HEAD~2") == before
    assert world.main.git("status", "--porcelain") == b""
    moved = world.main.git("show", "-M", "--format=", "--name-status", "HEAD~1")
    assert {line.split()[0] for line in moved.decode().splitlines()} == {"R100"}


@pytest.mark.parametrize("why", ["detached", "dirty", "staged"])
def test_commit_refuses_before_anything_is_changed(world, snapshot, why) -> None:
    if why == "detached":
        world.main.git("switch", "-q", "--detach")
    else:
        world.main.write("data/one.txt", "2\n")
        if why == "staged":
            world.main.git("add", "data/one.txt")
    before = snapshot(world.main, *world.trees.values())

    done = world.s2s("dedupe", "apply", "--all-worktrees", "--yes", "--commit", code=1)

    assert "commit" in done.stderr
    assert snapshot(world.main, *world.trees.values()) == before


def test_hooks_and_filters_of_the_repository_do_not_run_when_it_commits(
    world, tmp_path
) -> None:
    canary = tmp_path / "canary"
    for name in ("pre-commit", "commit-msg", "post-commit", "reference-transaction"):
        hook = world.main.path / ".git/hooks" / name
        hook.parent.mkdir(exist_ok=True)
        hook.write_text(f"#!/bin/sh\ntouch {canary}\n")
        hook.chmod(0o755)
    world.main.git("config", "core.fsmonitor", f"touch {canary}; false")
    world.main.git("config", "gpg.program", f"touch {canary}; false")
    world.main.git("config", "commit.gpgSign", "true")

    world.apply("--commit")

    assert not canary.exists()


def test_a_worktree_runs_on_while_main_is_elsewhere_in_history(world, say) -> None:
    world.apply("--commit")

    world.main.git("checkout", "-q", "HEAD~2")

    assert say(world.trees["one"], "bin/greet.sh", "x") == "hello x\n"
    assert say(world.main, "bin/greet.sh", "x") == "hello x\n"


def test_a_worktree_runs_on_after_stash_and_clean_in_main(world, say) -> None:
    world.apply()

    world.main.git("stash", "-q", "--include-untracked")
    world.main.git("clean", "-q", "-fd")

    assert say(world.trees["one"], "bin/greet.sh", "x") == "hello x\n"


def test_a_locked_or_changed_worktree_is_touched_only_when_named(world) -> None:
    world.main.git("worktree", "lock", "--reason", "on a stick", "../one")
    world.trees["two"].write("data/one.txt", "2\n")

    kept = json.loads(world.s2s("dedupe", "plan", "--all-worktrees", "--json").stdout)
    named = json.loads(
        world.s2s(
            *("dedupe", "plan", "--all-worktrees", "--json"),
            *("--worktree", "../one", "--worktree", "../two"),
        ).stdout
    )

    reasons = " ".join(keep["reason"] for keep in kept["keeps"])
    assert kept["writes"] == []
    assert "locked (on a stick)" in reasons
    assert {w["worktree"] for w in named["writes"]} == {".", "../one", "../two"}


@pytest.mark.parametrize("checked_out", [True, False])
def test_a_branch_with_its_own_bytes_keeps_the_family_and_is_named(
    world, make_repo, checked_out
) -> None:
    topic = world.main.worktree("../topic", branch="topic")
    topic.commit({"bin/greet.sh": "#!/bin/sh\necho mine\n"})
    if not checked_out:
        world.main.git("worktree", "remove", "../topic")

    plan = json.loads(world.s2s("dedupe", "plan", "--all-worktrees", "--json").stdout)

    written = {w["path"] for w in plan["writes"]}
    reasons = {k["reason"] for k in plan["keeps"] if k["path"] == "bin/greet.sh"}
    assert "bin/greet.sh" not in written
    assert "bin/count.sh" in written
    assert any("topic" in reason and "merge" in reason for reason in reasons)


def test_a_remote_tracking_branch_is_only_reported(world) -> None:
    topic = world.main.worktree("../topic", branch="topic")
    tip = topic.commit({"bin/greet.sh": "#!/bin/sh\necho mine\n"})
    world.main.git("worktree", "remove", "../topic")
    world.main.git("branch", "-q", "-D", "topic")
    world.main.git("update-ref", "refs/remotes/origin/topic", tip)

    plan = json.loads(world.s2s("dedupe", "plan", "--all-worktrees", "--json").stdout)

    assert "bin/greet.sh" in {w["path"] for w in plan["writes"]}
    assert any("origin/topic" in note for note in plan["notes"])


def test_a_stale_copy_stays_or_is_updated_as_asked(world, say) -> None:
    world.main.commit({"bin/greet.sh": "#!/bin/sh\necho new\n"})
    world.trees["two"].git("merge", "-q", "main")

    world.apply()
    kept = say(world.trees["one"], "bin/greet.sh", "x")
    world.undo()
    world.apply("--stale", "update")

    assert kept == "hello x\n"
    assert say(world.trees["one"], "bin/greet.sh", "x") == "new\n"
    assert say(world.trees["two"], "bin/greet.sh", "x") == "new\n"


def test_a_bare_repository_has_no_place_for_bodies(make_repo, world, run_s2s) -> None:
    bare = make_repo(name="bare", bare=True)
    world.main.git("push", "-q", bare.path, "main")
    linked = bare.worktree("../linked", branch="side", at="main")

    done = run_s2s("dedupe", "plan", "--all-worktrees", cwd=linked.path)

    assert done.exit_code == 1
    assert "bare" in done.stderr


def test_ids_that_differ_in_case_alone_are_left(world) -> None:
    world.main.commit({"bin/Greet.sh": "#!/bin/sh\necho G\n"})
    for tree in world.trees.values():
        tree.git("merge", "-q", "main")

    plan = json.loads(world.s2s("dedupe", "plan", "--all-worktrees", "--json").stdout)

    assert not {"bin/greet.sh", "bin/Greet.sh"} & {w["path"] for w in plan["writes"]}


def test_a_hostile_name_is_left_and_named(world) -> None:
    hostile = "bin/it's $(touch x).sh"
    world.main.commit({hostile: "#!/bin/sh\necho safe\n"})
    for tree in world.trees.values():
        tree.git("merge", "-q", "main")

    plan = json.loads(world.s2s("dedupe", "plan", "--all-worktrees", "--json").stdout)

    reasons = {k["reason"] for k in plan["keeps"] if k["path"] == hostile}
    assert len(reasons) == 1 and "its name does not fit" in reasons.pop()


def test_a_store_that_git_ignores_is_refused_by_name(world) -> None:
    world.main.commit({".gitignore": ".s2s/\n"})

    plan = json.loads(world.s2s("dedupe", "plan", "--all-worktrees", "--json").stdout)

    assert plan["writes"] == []
    assert any("git ignores .s2s" in keep["reason"] for keep in plan["keeps"])


def test_a_saved_plan_is_carried_out_as_it_was_shown(world, tmp_path, say) -> None:
    file = str(tmp_path / "plan.json")
    world.s2s("dedupe", "plan", "--all-worktrees", "--out", file)

    world.s2s("dedupe", "apply", "--plan", file, "--yes")

    assert say(world.trees["one"], "bin/greet.sh", "x") == "hello x\n"


def test_a_refused_plan_leaves_no_shared_body_behind(world) -> None:
    (world.trees["one"].path / "bin/greet.sh").chmod(0o755)
    os.link(world.trees["one"].path / "bin/greet.sh", world.trees["one"].path / "other")
    plan = json.loads(world.s2s("dedupe", "plan", "--all-worktrees", "--json").stdout)
    file = world.main.path.parent / "plan.json"
    file.write_text(json.dumps({k: plan[k] for k in list(plan)[:7]}))
    world.trees["two"].write("bin/greet.sh", "#!/bin/sh\necho late\n")

    world.s2s("dedupe", "apply", "--plan", str(file), "--yes", code=13)

    assert not (world.main.path / ".git/s2s/canonical").exists()


def test_options_that_need_all_worktrees_say_so(world) -> None:
    for option in (("--worktree", "../one"), ("--stale", "update"), ("--commit",)):
        done = world.s2s("dedupe", "apply", "--yes", *option, code=2)

        assert "--all-worktrees" in done.stderr


def test_sync_brings_the_shared_bodies_up_to_date(world, say) -> None:
    world.apply()
    world.main.write(BODY, "#!/bin/sh\necho newer\n")

    done = world.s2s("dedupe", "sync", "--yes")

    assert "the shared body of bin/greet.sh is up to date now" in done.stderr
    assert say(world.trees["one"], "bin/greet.sh") == "newer\n"


def test_sync_shares_what_main_has_committed_not_what_it_has_in_hand(
    world, say
) -> None:
    world.apply("--commit")
    world.main.commit({BODY: "#!/bin/sh\necho committed\n"})
    world.main.write(BODY, "#!/bin/sh\necho in hand\n")

    world.s2s("dedupe", "sync", "--yes")

    assert say(world.trees["one"], "bin/greet.sh") == "committed\n"
    assert say(world.main, "bin/greet.sh") == "in hand\n"


def test_verify_stands_after_apply_commit_and_adopt(world) -> None:
    world.apply("--commit")
    first = world.s2s("dedupe", "verify")
    world.adopt(world.trees["one"])

    second = world.s2s("dedupe", "verify")

    assert "All stands" in first.stdout
    assert "All stands" in second.stdout


def test_the_manifest_records_the_strategies_and_a_person_may_change_them(
    world, say
) -> None:
    world.apply()
    manifest = world.main.read(".s2s/manifest.yaml").decode()
    world.undo()
    by_id = {block.split("\n")[0]: block for block in manifest.split("  - id: ")[1:]}
    changed = manifest.replace("canonical: .s2s/canonical/", "canonical: ").replace(
        "strategy: exec", "strategy: leave", 1
    )
    world.main.write(".s2s/manifest.yaml", changed)

    plan = json.loads(world.s2s("dedupe", "plan", "--all-worktrees", "--json").stdout)

    assert "strategy: exec" in by_id["bin/greet.sh"]
    assert "strategy: copy" in by_id["bin/here.sh"]
    assert "reason: " in by_id["bin/greet.sh"]
    assert "bin/here.sh:" in by_id["bin/here.sh"].partition("reason: ")[2]
    fates = {fate["id"]: fate for fate in plan["families"]}
    assert fates["bin/count.sh"]["reason"] == "the manifest says so"
    assert fates["bin/count.sh"]["strategy"] == "leave"
    assert fates["bin/greet.sh"]["strategy"] == "exec"
