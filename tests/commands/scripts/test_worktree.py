"""`s2s worktree` on real repositories."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

Run = Callable[..., Any]


@pytest.fixture
def repo(make_repo: Callable[..., Any]) -> Any:
    return make_repo(
        {"a.sh": "#!/bin/sh\n", ".gitignore": "worktrees/\n*.log\n.env\n"},
        name="my repo",
    )


@pytest.fixture
def s2s(repo: Any, run_s2s: Run) -> Run:
    """Run `s2s worktree ...` in the repository; the JSON, or the whole result."""

    def call(*words: str, code: int = 0, **more: Any) -> Any:
        done = run_s2s("worktree", *words, "--json", cwd=more.get("cwd", repo.path))
        assert done.exit_code == code, done.stderr
        return json.loads(done.stdout or done.stderr)

    return call


def tree(repo: Any, name: str) -> Path:
    return Path(repo.path) / "worktrees" / name


def env_of(folder: Path) -> dict[str, str]:
    """What a shell has after it read `.env`."""
    code = 'set -a; . "$1/.env"; env -0'
    argv = ["dash", "-c", code, "x", str(folder)]
    out = subprocess.run(argv, capture_output=True, text=True, check=True).stdout
    return dict(row.split("=", 1) for row in out.split("\0") if row)


def test_add_makes_a_worktree_with_an_env_of_its_own(repo: Any, s2s: Run) -> None:
    made = s2s("add", "xavos-system")

    found = env_of(tree(repo, "xavos-system"))
    assert made["worktree"]["branch"] == "xavos-system"
    assert found["PORT"] == str(made["worktree"]["port"])
    assert int(found["ASSETS_PORT"]) == int(found["PORT"]) + 1000
    assert found["DB_NAME_DEV"] == "self_sustaining_xavos_system_dev"
    assert found["DATABASE_URL"].endswith("/self_sustaining_xavos_system_dev")
    assert found["SHARED_COORDINATION_DIR"] == f"{repo.path}/shared_coordination"
    assert found["WORKTREE_NAME"] == "xavos-system"
    assert repo.git("status", "--porcelain") == b""


def test_setting_up_twice_gives_the_same(repo: Any, s2s: Run) -> None:
    made = s2s("add", "one")

    again = s2s("env", "one")
    inside = s2s("env", cwd=tree(repo, "one"))

    assert made["variables"] == again["variables"] == inside["variables"]


def test_a_worktree_of_gits_own_making_is_given_what_it_lacks(
    repo: Any, s2s: Run
) -> None:
    other = repo.worktree("../by git", branch="b")

    first = s2s("env", "by git")

    assert env_of(other.path)["PORT"] == first["variables"]["PORT"]
    assert s2s("env", "by git") == first


def test_each_gets_other_ports_and_databases(repo: Any, s2s: Run) -> None:
    first, second = s2s("add", "feature.x"), s2s("add", "feature-x")

    one, two = first["worktree"], second["worktree"]
    assert one["port"] != two["port"]
    assert one["database_dev"] != two["database_dev"]


def test_twenty_at_once_get_twenty_ports(repo: Any) -> None:
    argv = [sys.executable, "-P", "-m", "s2s_tools", "worktree", "add", "--json"]
    env = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[3])}

    running = [
        subprocess.Popen(
            [*argv, f"w{number}"],
            cwd=repo.path,
            env=env,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )
        for number in range(20)
    ]
    said = [(child.communicate(timeout=120), child.returncode) for child in running]

    assert [err for (_, err), code in said if code] == []
    ports = {json.loads(out)["worktree"]["port"] for (out, _), _ in said}
    assert len(ports) == 20
    listed = repo.git("worktree", "list", "--porcelain").count(b"worktree ")
    assert listed == 21


def test_a_port_where_somebody_listens_is_skipped(repo: Any, s2s: Run) -> None:
    free = s2s("add", "probe")["worktree"]["port"]
    s2s("remove", "probe", "--yes")
    with socket.socket() as server:
        server.bind(("127.0.0.1", free))
        server.listen()

        made = s2s("add", "one")

    assert made["worktree"]["port"] != free


def test_removed_ports_are_given_again(repo: Any, s2s: Run) -> None:
    first = s2s("add", "one")["worktree"]["port"]
    second = s2s("add", "two")["worktree"]["port"]

    s2s("remove", "one", "--yes")
    repo.git("worktree", "remove", "--force", tree(repo, "two"))

    assert {s2s("add", n)["worktree"]["port"] for n in ("three", "four")} == {
        first,
        second,
    }


def test_remove_takes_the_worktree_and_leaves_the_branch(repo: Any, s2s: Run) -> None:
    s2s("add", "one")

    s2s("remove", "one", "--yes")

    assert not tree(repo, "one").exists()
    assert repo.git("branch", "--list", "one")
    assert [row["name"] for row in s2s("list")["worktrees"]] == ["."]


def test_remove_without_yes_asks_and_dry_run_only_tells(repo: Any, s2s: Run) -> None:
    s2s("add", "one")

    s2s("remove", "one", code=2)
    told = s2s("remove", "one", "--dry-run")

    assert told["removed"] is False
    assert tree(repo, "one").exists()


def spoil_change(folder: Path) -> None:
    (folder / "a.sh").write_text("mine")


def spoil_staged(folder: Path) -> None:
    (folder / "a.sh").write_text("mine")
    subprocess.run(["git", "add", "a.sh"], cwd=folder, check=True)


def spoil_untracked(folder: Path) -> None:
    (folder / "new file").write_text("mine")


def spoil_ignored(folder: Path) -> None:
    (folder / "my.log").write_text("mine")


def spoil_env(folder: Path) -> None:
    with (folder / ".env").open("a") as file:
        file.write("SECRET=mine\n")


def spoil_hidden(folder: Path) -> None:
    words = ["git", "update-index", "--assume-unchanged", "a.sh"]
    subprocess.run(words, cwd=folder, check=True)
    (folder / "a.sh").write_text("mine")


def spoil_skipped(folder: Path) -> None:
    words = ["git", "update-index", "--skip-worktree", "a.sh"]
    subprocess.run(words, cwd=folder, check=True)
    (folder / "a.sh").write_text("mine")


def spoil_nested(folder: Path) -> None:
    subprocess.run(["git", "init", "-q", "inner"], cwd=folder, check=True)
    (folder / "inner" / "x").write_text("mine")


def spoil_detached(folder: Path) -> None:
    for words in (
        ["checkout", "-q", "--detach"],
        ["commit", "-q", "--allow-empty", "-mx"],
    ):
        subprocess.run(["git", *words], cwd=folder, check=True)


def spoil_locked(folder: Path) -> None:
    words = ["git", "worktree", "lock", "--reason", "on a stick", "."]
    subprocess.run(words, cwd=folder, check=True)


def spoil_bisect(folder: Path) -> None:
    subprocess.run(
        ["git", "bisect", "start"], cwd=folder, check=True, capture_output=True
    )


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        (spoil_change, "a.sh is not committed"),
        (spoil_staged, "a.sh is not committed"),
        (spoil_untracked, "new file is not committed"),
        (spoil_ignored, "my.log is ignored by git"),
        (spoil_env, ".env is ignored by git"),
        (spoil_hidden, "a.sh may be changed"),
        (spoil_skipped, "a.sh may be changed"),
        (spoil_nested, "inner/ is not committed"),
        (spoil_detached, "1 of its commits are in no branch or tag"),
        (spoil_locked, "it is locked (on a stick)"),
        (spoil_bisect, "a bisect is under way"),
    ],
)
def test_remove_refuses_where_something_would_be_lost(
    repo: Any, s2s: Run, spoil: Callable[[Path], None], said: str
) -> None:
    s2s("add", "one")
    folder = tree(repo, "one")
    spoil(folder)
    before = {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}

    refused = s2s("remove", "one", "--yes", code=1)
    told = s2s("remove", "one", "--dry-run", code=1)

    after = {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    assert said in refused["message"]
    assert any(said in why for why in told["objections"])
    assert after == before


def test_a_detached_head_that_a_tag_holds_may_go(repo: Any, s2s: Run) -> None:
    s2s("add", "one")
    spoil_detached(tree(repo, "one"))
    repo.git("-C", tree(repo, "one"), "tag", "kept")

    s2s("remove", "one", "--yes")

    assert not tree(repo, "one").exists()


def test_a_worktree_whose_folder_is_gone_can_be_removed(repo: Any, s2s: Run) -> None:
    s2s("add", "one")
    tree(repo, "one").rename(repo.path / "elsewhere")

    s2s("remove", "one", "--yes")

    assert len(s2s("list")["worktrees"]) == 1
    assert (repo.path / "elsewhere" / "a.sh").exists()


def test_the_main_worktree_stays(repo: Any, s2s: Run) -> None:
    refused = s2s("remove", ".", "--yes", code=1)

    assert "main worktree" in refused["message"]


def test_an_env_that_was_there_is_never_written_over(repo: Any, s2s: Run) -> None:
    other = repo.worktree("../other", branch="b")
    other.write(".env", "SECRET=1\n")

    found = s2s("env", "other")

    assert found["worktree"]["env"] == "foreign"
    assert other.read(".env") == b"SECRET=1\n"


def test_an_env_of_the_branch_stays_also_when_deleted(repo: Any, s2s: Run) -> None:
    repo.write(".env", "TRACKED=1\n")
    repo.git("add", "-f", ".env")
    repo.commit({}, "with env")

    made = s2s("add", "one")

    assert made["worktree"]["env"] == "foreign"
    assert (tree(repo, "one") / ".env").read_text() == "TRACKED=1\n"


def test_what_stands_at_the_folder_stays(repo: Any, s2s: Run) -> None:
    tree(repo, "one").mkdir(parents=True)
    (tree(repo, "one") / "mine").touch()

    refused = s2s("add", "one", code=1)

    assert "is there already" in refused["message"]
    assert not repo.git("branch", "--list", "one")


@pytest.mark.parametrize("name", ["", "-x", "a/b", "..", "a b", ".hidden", "x.lock"])
def test_a_name_that_is_none_is_refused(repo: Any, run_s2s: Run, name: str) -> None:
    done = run_s2s("worktree", "add", "--", name, cwd=repo.path)

    assert done.exit_code == 2
    assert done.stderr.count("\n") == 1
    assert repo.git("worktree", "list").count(b"\n") == 1


@pytest.mark.parametrize("branch", ["--upload-pack=touch x", "a..b", "-b", "x y"])
def test_a_branch_name_that_is_none_is_refused(
    repo: Any, run_s2s: Run, branch: str
) -> None:
    done = run_s2s("worktree", "add", "one", f"--branch={branch}", cwd=repo.path)

    assert done.exit_code == 2
    assert repo.git("worktree", "list").count(b"\n") == 1


def test_an_existing_branch_is_checked_out_but_not_moved(repo: Any, s2s: Run) -> None:
    repo.git("branch", "old")

    s2s("add", "one", "--branch", "old", "--base", "HEAD", code=1)
    made = s2s("add", "one", "--branch", "old")

    assert made["worktree"]["branch"] == "old"


def test_a_branch_made_in_vain_goes_again(repo: Any, s2s: Run) -> None:
    (repo.path / "file").write_text("not a folder")

    s2s("add", "one", "--folder", str(repo.path / "file" / "x"), code=1)

    assert not repo.git("branch", "--list", "one")


def test_git_itself_refuses_a_branch_that_is_checked_out(repo: Any, s2s: Run) -> None:
    refused = s2s("add", "one", "--branch", "main", code=1)

    assert "git worktree failed" in refused["message"]
    assert not tree(repo, "one").exists()


def test_into_gits_own_folder_no_worktree_goes(repo: Any, s2s: Run) -> None:
    s2s("add", "one", "--folder", str(repo.path / ".git" / "one"), code=1)

    assert not (repo.path / ".git" / "one").exists()


def test_a_base_that_is_none_is_not_found(repo: Any, s2s: Run) -> None:
    s2s("add", "one", "--base", "--all", code=11)


def test_nothing_that_the_repository_configures_is_run(
    repo: Any, s2s: Run, tmp_path: Path
) -> None:
    canary = tmp_path / "canary"
    shell = f"sh -c 'touch {canary}; cat'"
    hook = repo.write(".git/hooks/post-checkout", f"#!/bin/sh\ntouch {canary}\n")
    for name in ("reference-transaction", "post-index-change"):
        (hook.parent / name).write_bytes(hook.read_bytes())
        (hook.parent / name).chmod(0o755)
    repo.git("config", "filter.evil.name.smudge", shell)
    repo.git("config", "filter.evil.name.clean", shell)
    repo.git("config", "filter.evil.name.required", "true")
    repo.git("config", "core.fsmonitor", f"touch {canary}")
    repo.write(".git/info/attributes", "* filter=evil.name\n")

    made = s2s("add", "one")
    s2s("list")
    s2s("env", "one")
    s2s("remove", "one", "--yes")

    assert made["filters_not_run"] == ["evil.name"]
    assert not canary.exists()


def test_a_bare_repository_needs_a_folder(
    make_repo: Callable[..., Any], run_s2s: Run, repo: Any, tmp_path: Path
) -> None:
    bare = make_repo(name="bare.git", bare=True)
    repo.git("push", "-q", bare.path, "main")

    without = run_s2s("worktree", "add", "one", cwd=bare.path)
    given = run_s2s("worktree", "add", "one", "--folder", tmp_path / "o", cwd=bare.path)
    gone = run_s2s("worktree", "remove", "one", "--yes", cwd=bare.path)

    assert without.exit_code == 2
    assert given.exit_code == 0, given.stderr
    assert (gone.exit_code, (tmp_path / "o").exists()) == (11, True)


def test_a_broken_allocation_is_named_and_nothing_is_given(repo: Any, s2s: Run) -> None:
    s2s("add", "one")
    path = repo.path / ".git/worktrees/one/s2s-allocation.json"
    path.write_text("{")

    said = s2s("list", code=2)

    assert "s2s-allocation.json is no allocation" in said["message"]


def test_list_shows_worktrees_for_people(repo: Any, s2s: Run, run_s2s: Run) -> None:
    s2s("add", "one")

    done = run_s2s("worktree", "list", cwd=repo.path)

    assert done.exit_code == 0
    assert "worktrees/one" in done.stdout
    assert "self_sustaining_one_dev" in done.stdout


def test_a_name_that_no_worktree_has_is_not_found(repo: Any, s2s: Run) -> None:
    s2s("remove", "none", "--yes", code=11)
    s2s("env", "none", code=11)


def test_a_dry_run_tells_what_add_would_do_and_does_nothing(
    repo: Any, s2s: Run
) -> None:
    told = s2s("add", "one", "--dry-run")
    listed = s2s("list")["worktrees"]

    made = s2s("add", "one")

    assert len(listed) == 1
    assert told["new_branch"] is True
    assert told["path"] == made["worktree"]["path"]
    for key in ("branch", "port", "database_dev"):
        assert told[key] == made["worktree"][key]


def test_a_checkout_that_was_cut_off_is_shown(
    repo: Any, s2s: Run, run_s2s: Run
) -> None:
    repo.git("worktree", "add", "-q", "--no-checkout", tree(repo, "cut"))

    shown = run_s2s("worktree", "list", cwd=repo.path)

    assert [row["unfinished"] for row in s2s("list")["worktrees"]] == [False, True]
    assert "git reset --hard ends it" in shown.stdout


def test_gits_own_worktrees_made_meanwhile_do_not_disturb(repo: Any) -> None:
    argv = [sys.executable, "-P", "-m", "s2s_tools", "worktree", "add"]
    env = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[3])}
    quiet: dict[str, Any] = {"cwd": repo.path, "stdout": subprocess.DEVNULL}

    others = []
    ours = []
    for number in range(4):
        ours.append(subprocess.Popen([*argv, f"s{number}"], env=env, **quiet))
        words = ["git", "worktree", "add", "-q", "-b", f"g{number}", f"../g{number}"]
        others.append(
            subprocess.Popen(words, env=env, stderr=subprocess.DEVNULL, **quiet)
        )
    for child in others:
        child.wait(timeout=60)

    assert [child.wait(timeout=60) for child in ours] == [0, 0, 0, 0]
