"""Git's hooks: put in front of those that are there, and taken away exactly."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from s2s_tools import errors
from s2s_tools.scripts.guard import hookfiles, hooktext, install

PACKAGE_PARENT = Path(hooktext.__file__).parents[3]
A = "#!/bin/sh\necho a\n"
MINE = '#!/bin/sh\nprintf "<%s>" "$@" >&2\ncat >&2\nexit 7\n'


@pytest.fixture(autouse=True)
def program(tmp_path_factory, monkeypatch) -> Path:
    """`s2s` on PATH, of this interpreter; the program's own path."""
    folder = tmp_path_factory.mktemp("bin")
    path = folder / "s2s"
    path.write_text(f'#!/bin/sh\nexec "{sys.executable}" -P -m s2s_tools "$@"\n')
    path.chmod(0o755)
    monkeypatch.setenv("PATH", f"{folder}:/usr/local/bin:/usr/bin:/bin")
    monkeypatch.setenv("PYTHONPATH", str(PACKAGE_PARENT))
    return path


def commit(repo, *args: str) -> tuple[int, str]:
    """Commit what is staged; the exit code and what was said."""
    done = subprocess.run(
        ["git", "commit", "-q", "-m", "x", *args],
        cwd=repo.path,
        capture_output=True,
        text=True,
        errors="replace",
        check=False,
    )
    return done.returncode, done.stderr


def folder_of(path: Path) -> dict[str, tuple[int, int, bytes]]:
    """Every name below a folder with mode, time and bytes."""
    return {
        str(item.relative_to(path)): (
            stat.S_IFMT(item.lstat().st_mode) | stat.S_IMODE(item.lstat().st_mode),
            item.lstat().st_mtime_ns,
            os.fsencode(os.readlink(item)) if item.is_symlink() else item.read_bytes(),
        )
        for item in sorted(path.rglob("*"))
        if not item.is_dir() or item.is_symlink()
    }


def kinds(repo) -> dict[str, str]:
    return {hook.name: hook.kind for hook in install.status(repo.root).hooks}


def stage_copy(repo) -> None:
    repo.write("copy.sh", A)
    repo.git("add", "copy.sh")


# --- commits --------------------------------------------------------------------


def test_a_copy_is_refused_and_another_script_committed(make_repo):
    repo = make_repo({"a.sh": A})
    install.install(repo.root)
    stage_copy(repo)

    code, said = commit(repo)
    repo.write("copy.sh", "#!/bin/sh\necho mine\n")
    repo.git("add", "copy.sh")

    assert (code, "copy.sh: a copy of a.sh" in said) == (1, True)
    assert commit(repo) == (0, "")


def test_every_worktree_has_the_hook(make_repo):
    repo = make_repo({"a.sh": A})
    linked = repo.worktree("../li nked", branch="other")
    install.install(linked.root)

    for tree in (repo, linked):
        stage_copy(tree)
        assert commit(tree)[0] == 1
    assert install.status(repo.root).shared


def test_what_commit_all_would_take_is_what_is_checked(make_repo):
    repo = make_repo({"a.sh": A, "b.sh": "#!/bin/sh\necho b\n"})
    install.install(repo.root)
    repo.write("b.sh", A)

    assert commit(repo, "-a")[0] == 1
    assert commit(repo, "--", "b.sh")[0] == 1


def test_what_is_staged_beside_a_partial_commit_is_left_out(make_repo):
    repo = make_repo({"a.sh": A, "b.sh": "#!/bin/sh\necho b\n"})
    install.install(repo.root)
    stage_copy(repo)
    repo.write("b.sh", "#!/bin/sh\necho other\n")

    assert commit(repo, "--", "b.sh") == (0, "")


def test_a_commit_from_a_subfolder_and_the_first_one_are_checked(make_repo):
    repo = make_repo()
    install.install(repo.root)
    repo.write("in/a.sh", A)
    repo.write("in/b.sh", A)
    repo.git("add", "--all")
    inner = type(repo)(repo.path / "in", repo.clock)

    code, said = commit(inner)

    assert (code, "in/b.sh: a copy of in/a.sh" in said) == (1, True)


def test_a_merge_that_brings_an_edit_of_a_managed_copy_stops(make_repo):
    repo = make_repo({"a.sh": A})
    repo.git("checkout", "-q", "-b", "side")
    repo.commit({"a.sh": A + "echo more\n"})
    repo.git("checkout", "-q", "main")
    before = repo.commit({".s2s/canonical/a.sh": A})
    install.install(repo.root)

    repo.git("merge", "-q", "--no-edit", "side", check=False)
    stopped = repo.head()
    repo.commit({".s2s/canonical/a.sh": A + "echo more\n"})

    assert stopped == before
    assert repo.git("rev-list", "--count", "--merges", "HEAD").strip() == b"1"


def test_a_merge_may_bring_what_each_side_has(make_repo):
    repo = make_repo({"a.sh": A})
    repo.git("checkout", "-q", "-b", "side")
    repo.commit({"one.sh": "#!/bin/sh\necho one\n", "two.sh": A})
    repo.git("checkout", "-q", "main")
    repo.commit({"three.sh": "#!/bin/sh\necho one\n"})
    install.install(repo.root)

    repo.git("merge", "-q", "--no-edit", "side")

    assert repo.read("two.sh") == A.encode()


def test_main_s_commit_refreshes_the_bodies_that_worktrees_run(make_repo):
    repo = make_repo({".s2s/canonical/a.sh": A})
    linked = repo.worktree("../linked", branch="other")
    install.install(repo.root)
    kept = repo.write(".git/s2s/canonical/a.sh", "old")
    repo.commit({".s2s/canonical/a.sh": "#!/bin/sh\necho 2\n"})
    after_main = kept.read_bytes()
    linked.commit({".s2s/canonical/a.sh": "#!/bin/sh\necho 3\n"})

    assert after_main == kept.read_bytes() == b"#!/bin/sh\necho 2\n"
    assert kept.stat().st_mode & 0o777 == 0o755


def test_no_store_is_made_by_a_commit(make_repo):
    repo = make_repo({".s2s/canonical/a.sh": A})
    install.install(repo.root)
    repo.commit({"b.sh": "#!/bin/sh\necho b\n"})

    assert not repo.file(".git/s2s").exists()


# --- the program ----------------------------------------------------------------


def test_without_the_program_nothing_passes(make_repo, monkeypatch):
    repo = make_repo({"a.sh": A})
    install.install(repo.root)
    monkeypatch.setenv("PATH", "/usr/bin:/bin")
    repo.write("other.sh", "#!/bin/sh\necho other\n")
    repo.git("add", "--all")

    code, said = commit(repo)

    assert code != 0
    assert said.startswith("pre-commit: s2s is not on PATH and S2S does not name it")
    assert len(said.splitlines()) == 1


def test_the_program_may_be_named(make_repo, monkeypatch, program):
    repo = make_repo({"a.sh": A})
    install.install(repo.root)
    monkeypatch.setenv("PATH", "/usr/bin:/bin")
    monkeypatch.setenv("S2S", str(program))
    stage_copy(repo)

    assert "a copy of a.sh" in commit(repo)[1]


@pytest.mark.parametrize("hook", hooktext.HOOKS)
def test_a_hook_names_no_path_and_shellcheck_is_content(hook, tmp_path, require_tool):
    path = tmp_path / hook
    path.write_bytes(hooktext.text(hook))

    done = subprocess.run(
        [require_tool("shellcheck"), "-s", "sh", path],
        capture_output=True,
        check=False,
    )

    assert done.stdout == b""
    assert sys.prefix.encode() not in hooktext.text(hook)


# --- the hook that was there ----------------------------------------------------


def test_the_hook_that_was_there_runs_first_with_code_arguments_and_stdin(make_repo):
    repo = make_repo({"a.sh": A})
    path = repo.write(".git/hooks/pre-commit", MINE)
    install.install(repo.root)

    done = subprocess.run(
        [path, "one", "t w o"],
        input=b"in",
        cwd=repo.path,
        capture_output=True,
        check=False,
    )

    assert (done.returncode, done.stderr) == (7, b"<one><t w o>in")


def test_after_a_hook_that_is_content_ours_still_checks(make_repo):
    repo = make_repo({"a.sh": A})
    repo.write(".git/hooks/pre-commit", "#!/bin/sh\ngit add late.sh\n")
    repo.write("late.sh", A)
    install.install(repo.root)
    repo.write("new.sh", "#!/bin/sh\necho new\n")
    repo.git("add", "new.sh")

    assert "late.sh: a copy of a.sh" in commit(repo)[1]


def test_a_hook_that_is_not_executable_stays_unused(make_repo):
    repo = make_repo({"a.sh": A})
    repo.write(".git/hooks/pre-commit", (MINE, 0o644))
    install.install(repo.root)
    repo.write("new.sh", "#!/bin/sh\necho new\n")
    repo.git("add", "new.sh")

    assert commit(repo) == (0, "")


def test_uninstalling_leaves_the_folder_as_it_was(make_repo):
    repo = make_repo({"a.sh": A})
    hooks = repo.file(".git/hooks")
    repo.write(".git/hooks/pre-commit", (MINE, 0o751))
    repo.write(".git/hooks/tool", "#!/bin/sh\nexit 0\n")
    (hooks / "post-merge").symlink_to("tool")
    before = folder_of(hooks)

    install.install(repo.root)
    install.install(repo.root)
    between = kinds(repo)
    install.uninstall(repo.root)

    assert set(between.values()) == {"ours"}
    assert folder_of(hooks) == before


def test_a_dry_run_changes_nothing(make_repo):
    repo = make_repo({"a.sh": A})
    before = folder_of(repo.file(".git/hooks"))
    install.install(repo.root, dry_run=True)

    assert folder_of(repo.file(".git/hooks")) == before


def test_an_installation_that_was_cut_short_is_finished_or_taken_back(make_repo):
    repo = make_repo({"a.sh": A})
    mine = repo.write(".git/hooks/pre-commit", MINE)
    before = folder_of(mine.parent)
    os.link(mine, f"{mine}.s2s-chained")

    install.uninstall(repo.root)
    taken_back = folder_of(mine.parent)
    os.link(mine, f"{mine}.s2s-chained")
    install.install(repo.root)
    install.uninstall(repo.root)

    assert taken_back == folder_of(mine.parent) == before


def test_ours_removed_by_hand_leaves_the_other_to_come_back(make_repo):
    repo = make_repo({"a.sh": A})
    mine = repo.write(".git/hooks/pre-commit", MINE)
    before = folder_of(mine.parent)
    install.install(repo.root)
    mine.unlink()
    install.uninstall(repo.root)

    assert folder_of(mine.parent) == before


def test_an_edited_hook_of_ours_is_nobody_s_to_remove(make_repo):
    repo = make_repo({"a.sh": A})
    install.install(repo.root)
    ours = repo.file(".git/hooks/pre-commit")
    ours.write_bytes(ours.read_bytes() + b"echo more\n")
    before = folder_of(ours.parent)

    for change in (install.install, install.uninstall):
        with pytest.raises(errors.Refused, match="pre-commit was edited"):
            change(repo.root)
    assert folder_of(ours.parent) == before


def test_two_strangers_are_not_mixed_up(make_repo):
    repo = make_repo({"a.sh": A})
    repo.write(".git/hooks/pre-commit", MINE)
    repo.write(".git/hooks/pre-commit.s2s-chained", "#!/bin/sh\n")
    before = folder_of(repo.file(".git/hooks"))

    with pytest.raises(errors.Refused, match="not its own"):
        install.install(repo.root)
    install.uninstall(repo.root)

    assert folder_of(repo.file(".git/hooks")) == before


@pytest.mark.parametrize(
    "text",
    [
        '#!/usr/bin/env sh\n. "${0%/*}/h"',
        '#!/bin/sh\nexec run "$(basename "$0")"\n',
        '#!/bin/sh\nname=${0##*/}\nexec run "$name"\n',
        "#!/usr/bin/env ruby\nhook_type = File.basename($0)\n",
    ],
)
def test_a_hook_that_lives_by_its_name_is_not_moved(text, make_repo):
    repo = make_repo({"a.sh": A})
    repo.write(".git/hooks/pre-commit", text)
    before = folder_of(repo.file(".git/hooks"))

    with pytest.raises(errors.Refused, match="s2s hooks run pre-commit"):
        install.install(repo.root)
    assert folder_of(repo.file(".git/hooks")) == before


def test_pre_commit_s_own_installation_in_front_is_known(make_repo):
    repo = make_repo({"a.sh": A})
    install.install(repo.root)
    ours = repo.file(".git/hooks/pre-commit")
    ours.rename(f"{ours}.legacy")
    repo.write(".git/hooks/pre-commit", '#!/bin/sh\nexec "$0.legacy" "$@"\n')
    install.install(repo.root)
    stage_copy(repo)
    state = kinds(repo)["pre-commit"]
    refused = commit(repo)[0]
    install.uninstall(repo.root)

    assert (state, refused) == ("legacy", 1)
    left = [name for name in folder_of(ours.parent) if not name.endswith(".sample")]
    assert left == ["pre-commit"]


# --- core.hooksPath -------------------------------------------------------------


def test_a_relative_hooks_path_is_each_worktree_s_own(make_repo):
    repo = make_repo({"a.sh": A})
    linked = repo.worktree("../linked", branch="other")
    repo.git("config", "core.hooksPath", ".githooks")
    install.install(linked.root)
    stage_copy(linked)
    stage_copy(repo)

    assert commit(linked)[0] == 1
    assert commit(repo)[0] == 0
    assert not install.status(linked.root).shared


@pytest.mark.parametrize("where", ["~/hooks", "{tmp}/hooks"])
def test_a_hooks_path_outside_is_refused_unless_asked(where, make_repo, tmp_path):
    repo = make_repo({"a.sh": A})
    repo.git("config", "core.hooksPath", where.format(tmp=tmp_path))

    with pytest.raises(errors.Refused, match="outside this repository"):
        install.install(repo.root)
    install.install(repo.root, outside=True)
    stage_copy(repo)

    assert commit(repo)[0] == 1


def test_a_hooks_path_from_the_users_settings_and_includes_is_seen(
    make_repo, tmp_path, monkeypatch
):
    repo = make_repo({"a.sh": A})
    (tmp_path / "more").write_text("[core]\n\thooksPath = .own hooks\n")
    (tmp_path / "user").write_text(f"[include]\n\tpath = {tmp_path / 'more'}\n")
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", str(tmp_path / "user"))
    install.install(repo.root)
    stage_copy(repo)

    assert repo.file(".own hooks/pre-commit").exists()
    assert commit(repo)[0] == 1


def test_a_link_out_of_the_repository_is_outside(make_repo, tmp_path):
    repo = make_repo({"a.sh": A})
    hooks = repo.file(".git/hooks")
    hooks.rename(tmp_path / "elsewhere")
    hooks.symlink_to(tmp_path / "elsewhere")

    with pytest.raises(errors.Refused, match="outside this repository"):
        install.install(repo.root)


def test_a_bare_repository_with_worktrees_has_them_too(make_repo, tmp_path):
    source = make_repo({"a.sh": A}, name="source")
    bare = make_repo(name="bare.git", bare=True)
    bare.git("fetch", "-q", source.path, "main:main")
    tree = bare.worktree("../tree", branch="main")
    install.install(bare.root)
    stage_copy(tree)

    assert commit(tree)[0] == 1


def test_a_folder_that_cannot_be_written_is_one_clear_error(make_repo):
    repo = make_repo({"a.sh": A})
    repo.git("config", "core.hooksPath", "a.sh/hooks")

    with pytest.raises(errors.S2SError, match=r"a\.sh/hooks"):
        install.install(repo.root)


def test_looking_tells_what_is_there(make_repo):
    repo = make_repo({"a.sh": A})
    hooks = os.fsencode(repo.file(".git/hooks"))
    repo.write(".git/hooks/post-merge", (MINE, 0o644))

    assert hookfiles.look(hooks, "pre-commit").kind == ""
    found = hookfiles.look(hooks, "post-merge")
    assert (found.kind, found.runnable) == ("foreign", False)
