"""Carrying out a plan: what it writes, and what it refuses before any write."""

from __future__ import annotations

import os
import stat
from collections.abc import Callable
from typing import Any

import pytest

from s2s_tools import errors
from s2s_tools.changes import apply, journal, model, state


def test_each_kind_of_write_is_done(bench: Any) -> None:
    done = bench.apply(
        bench.file(b"run.sh", b"new\n", 0o700),
        bench.link(b"lib/copy.sh", b"../run.sh"),
        bench.file(b"alias.sh", b"a file\n", 0o640),
        bench.gone(b"lib/plain.sh"),
        bench.file(b"made/deep/new.sh", b"made\n", 0o755),
        bench.file(b"run.sh", b"side\n", worktree="trees/side"),
    )

    now = bench.digest()
    assert done.written == 6
    assert now[b"run.sh"] == ("file", 0o700, b"new\n")
    assert now[b"lib/copy.sh"] == ("link", 0, b"../run.sh")
    assert now[b"alias.sh"] == ("file", 0o640, b"a file\n")
    assert b"lib/plain.sh" not in now
    assert now[b"made/deep/new.sh"] == ("file", 0o755, b"made\n")
    assert now[b"trees/side/run.sh"] == ("file", 0o755, b"side\n")
    assert not [path for path in now if b".s2s-" in path]


def test_head_and_index_are_not_touched(bench: Any) -> None:
    git = bench.repo.path / ".git"
    before = [(git / name).read_bytes() for name in ("HEAD", "index")]

    bench.apply(bench.file(b"run.sh", b"new\n"), bench.gone(b"lib/plain.sh"))

    assert [(git / name).read_bytes() for name in ("HEAD", "index")] == before
    assert (
        bench.repo.git("status", "--short", "-uno") == b" D lib/plain.sh\n M run.sh\n"
    )


def test_the_old_bytes_are_blobs_under_the_backup_ref(bench: Any) -> None:
    done = bench.apply(bench.file(b"run.sh", b"new\n"))

    assert done.backup == f"refs/s2s/backup/{done.txid}"
    assert (
        bench.repo.git("cat-file", "blob", f"{done.backup}:before/0") == b"echo run\n"
    )
    assert bench.repo.git("rev-parse", f"{done.backup}^").decode().strip() == (
        bench.repo.head()
    )


@pytest.mark.parametrize(
    "how",
    [
        pytest.param(lambda p: p.write_bytes(b"mine\n"), id="bytes"),
        pytest.param(lambda p: p.chmod(0o711), id="mode"),
        pytest.param(lambda p: p.unlink(), id="gone"),
        pytest.param(lambda p: (p.unlink(), p.symlink_to("x")), id="link"),
        pytest.param(lambda p: (p.unlink(), p.mkdir()), id="folder"),
        pytest.param(lambda p: (p.unlink(), os.mkfifo(p)), id="pipe"),
    ],
)
def test_a_file_that_changed_since_the_plan_stops_everything(
    bench: Any, how: Callable[[Any], None]
) -> None:
    plan = bench.plan(
        bench.file(b"lib/copy.sh", b"new\n"), bench.file(b"run.sh", b"new\n")
    )
    how(bench.repo.path / "run.sh")
    before = bench.digest()

    with pytest.raises(errors.FileChanged, match=r"run\.sh is no longer") as caught:
        apply.apply(plan, bench.repository)

    assert caught.value.exit_code == 13
    assert bench.digest() == before
    assert journal.transactions(bench.repository) == ()


def test_a_path_that_appeared_since_the_plan_stops_everything(bench: Any) -> None:
    plan = bench.plan(bench.file(b"new.sh", b"new\n"))
    bench.repo.write("new.sh", b"mine\n")

    with pytest.raises(errors.FileChanged):
        apply.apply(plan, bench.repository)

    assert bench.repo.read("new.sh") == b"mine\n"


def test_what_a_plan_stands_on_must_still_be_so(bench: Any) -> None:
    expect = model.Expect(
        worktree=".", path=b"run.sh", state=state.observe(bench.full(b"run.sh"))
    )
    plan = bench.plan(bench.link(b"lib/copy.sh", b"../run.sh"), expects=(expect,))
    bench.repo.write("run.sh", b"echo other\n")

    with pytest.raises(errors.FileChanged, match=r"run\.sh"):
        apply.apply(plan, bench.repository)


def test_the_same_plan_twice_is_refused(bench: Any) -> None:
    plan = bench.plan(bench.file(b"run.sh", b"new\n"))
    apply.apply(plan, bench.repository)

    with pytest.raises(errors.FileChanged):
        apply.apply(plan, bench.repository)


def test_a_plan_without_any_change_writes_nothing(bench: Any) -> None:
    done = bench.apply(bench.file(b"run.sh", b"echo run\n", 0o755))

    assert (done.txid, done.written) == (None, 0)
    assert journal.transactions(bench.repository) == ()


def test_a_plan_of_another_repository_is_refused(
    bench: Any, make_repo: Callable[..., Any]
) -> None:
    other = make_repo({"run.sh": "echo run\n"}, name="other")
    plan = bench.plan(bench.file(b"run.sh", b"new\n"))
    from s2s_tools.scripts.inventory import discovery

    with pytest.raises(errors.Refused, match="was made for"):
        apply.apply(plan, discovery.find(other.root))


def test_progress_is_told_step_by_step(bench: Any) -> None:
    told: list[tuple[int, int]] = []

    bench.apply(
        bench.file(b"run.sh", b"1\n"),
        bench.file(b"lib/copy.sh", b"2\n"),
        progress=lambda done, total: told.append((done, total)),
    )

    assert told == [(1, 2), (2, 2)]


# --- guards -------------------------------------------------------------------


def refused(bench: Any, guard: str, *writes: model.Write, **options: Any) -> str:
    """Assert that a guard refuses, and that nothing at all was changed."""
    before = bench.digest()
    with pytest.raises(errors.Refused) as caught:
        bench.apply(*writes, **options)
    assert caught.value.guard == guard
    assert bench.digest() == before
    assert journal.transactions(bench.repository) == ()
    assert "; " in str(caught.value)
    return str(caught.value)


def test_uncommitted_changes_are_refused(bench: Any) -> None:
    bench.repo.write("run.sh", (b"mine\n", 0o755))

    said = refused(bench, "uncommitted", bench.file(b"run.sh", b"new\n"))

    assert said.startswith("run.sh: it has changes that are not committed")


def test_a_changed_mode_counts_as_uncommitted(bench: Any) -> None:
    (bench.repo.path / "run.sh").chmod(0o644)

    refused(bench, "uncommitted", bench.file(b"run.sh", b"new\n"))


def test_staged_changes_are_refused(bench: Any) -> None:
    bench.repo.write("run.sh", (b"mine\n", 0o755))
    bench.repo.git("add", "run.sh")

    refused(bench, "uncommitted", bench.file(b"run.sh", b"new\n"))


def test_a_deleted_tracked_file_is_not_made_anew(bench: Any) -> None:
    (bench.repo.path / "run.sh").unlink()

    refused(bench, "uncommitted", bench.file(b"run.sh", b"new\n"))


def test_an_untracked_file_is_refused_unless_named(bench: Any) -> None:
    bench.repo.write("loose.sh", b"mine\n")

    refused(bench, "uncommitted", bench.file(b"loose.sh", b"new\n"))
    bench.apply(bench.file(b"loose.sh", b"new\n", named=True))

    assert bench.repo.read("loose.sh") == b"new\n"
    bench.undo()
    assert bench.repo.read("loose.sh") == b"mine\n"


def test_a_named_worktree_may_be_dirty(bench: Any) -> None:
    bench.repo.write("run.sh", (b"mine\n", 0o755))

    bench.apply(bench.file(b"run.sh", b"new\n"), allow_dirty=frozenset({"."}))

    bench.undo()
    assert bench.repo.read("run.sh") == b"mine\n"


def test_dirt_elsewhere_is_no_obstacle(bench: Any) -> None:
    bench.repo.write("lib/plain.sh", b"mine\n")

    assert bench.apply(bench.file(b"run.sh", b"new\n")).written == 1


def test_a_repository_without_commits_can_be_changed(
    make_repo: Callable[..., Any], bench: Any
) -> None:
    bench.repo = make_repo(name="young")
    bench.repo.write("run.sh", b"echo run\n")
    before = bench.digest()

    bench.apply(bench.file(b"run.sh", b"new\n"))

    bench.repo.git("gc", "-q", "--prune=now")
    bench.undo()
    assert bench.digest() == before


@pytest.mark.parametrize(
    ("name", "word"),
    [
        ("MERGE_HEAD", "merge"),
        ("CHERRY_PICK_HEAD", "cherry-pick"),
        ("REVERT_HEAD", "revert"),
        ("BISECT_LOG", "bisect"),
        ("rebase-merge", "rebase"),
        ("rebase-apply", "rebase"),
    ],
)
def test_an_unfinished_operation_of_git_is_refused(
    bench: Any, name: str, word: str
) -> None:
    (bench.repo.path / ".git" / name).write_text("")

    assert word in refused(bench, "operation", bench.file(b"run.sh", b"new\n"))


def test_a_real_merge_conflict_is_refused(bench: Any) -> None:
    side = bench.repo.path / "trees/side"
    bench.repo.git("-C", side, "commit", "-q", "--allow-empty", "-m", "side")
    (side / "run.sh").write_text("side\n")
    bench.repo.git("-C", side, "commit", "-q", "-a", "-m", "side")
    bench.repo.commit({"run.sh": "main\n"})
    bench.repo.git("merge", "-q", "side", check=False)

    refused(bench, "operation", bench.file(b"lib/copy.sh", b"new\n"))


def test_git_at_work_is_refused(bench: Any) -> None:
    (bench.repo.path / ".git/worktrees/side/index.lock").write_text("")

    write = bench.file(b"run.sh", b"new\n", worktree="trees/side")
    assert "trees/side" in refused(bench, "index-lock", write)


def test_a_path_outside_a_sparse_checkout_is_refused(bench: Any) -> None:
    bench.repo.git("sparse-checkout", "set", "--cone", "trees")

    refused(bench, "sparse", bench.file(b"lib/copy.sh", b"new\n"))
    refused(bench, "sparse", bench.file(b"lib/fresh.sh", b"new\n"))
    assert bench.apply(bench.file(b"run.sh", b"new\n")).written == 1


@pytest.mark.parametrize(
    "attribute",
    ["text eol=crlf", "working-tree-encoding=UTF-16", "filter=lfs"],
)
def test_a_path_that_git_converts_is_refused(bench: Any, attribute: str) -> None:
    bench.repo.commit({".gitattributes": f"n*.sh {attribute}\n"})
    bench.repo.write("named.sh", b"echo named\n")

    refused(bench, "conversion", bench.file(b"new.sh", b"new\n"))
    refused(bench, "conversion", bench.file(b"named.sh", b"new\n", named=True))


def test_autocrlf_is_refused_where_nothing_says_lf(bench: Any) -> None:
    bench.repo.git("config", "core.autocrlf", "true")

    refused(bench, "conversion", bench.file(b"run.sh", b"new\n"))
    bench.repo.commit({".gitattributes": "*.sh text eol=lf\n"})
    assert bench.apply(bench.file(b"run.sh", b"new\n")).written == 1


def test_a_copied_worktree_that_still_names_the_original_is_refused(
    bench: Any, make_repo: Callable[..., Any]
) -> None:
    other = make_repo({"run.sh": "echo run\n"}, name="other")
    other.worktree("trees/side", branch="side")
    theirs = (other.path / "trees/side/.git").read_bytes()
    write = bench.file(b"run.sh", b"new\n", worktree="trees/side")
    (bench.repo.path / "trees/side/.git").write_bytes(theirs)

    refused(bench, "wiring", write)


def test_a_worktree_whose_admin_names_another_folder_is_refused(bench: Any) -> None:
    write = bench.file(b"run.sh", b"new\n", worktree="trees/side")
    repository = bench.repository
    admin = bench.repo.path / ".git/worktrees/side/gitdir"
    admin.write_text(f"{bench.repo.path}/elsewhere/.git\n")

    with pytest.raises(errors.Refused) as caught:
        apply.apply(bench.plan(write), repository)
    assert caught.value.guard == "wiring"


def test_a_symbolic_link_in_a_parent_is_refused(bench: Any, tmp_path: Any) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "copy.sh").write_text("precious\n")
    write = bench.file(b"lib/copy.sh", b"new\n")
    os.rename(bench.repo.path / "lib", bench.repo.path / "lib2")
    (bench.repo.path / "lib").symlink_to(outside)

    refused(bench, "parent", write)
    refused(bench, "parent", bench.file(b"lib/sub/new.sh", b"new\n"))
    assert (outside / "copy.sh").read_text() == "precious\n"


def test_a_hard_link_is_refused(bench: Any) -> None:
    os.link(bench.repo.path / "run.sh", bench.repo.path / "second")

    assert "2 names" in refused(bench, "hard-link", bench.file(b"run.sh", b"new\n"))


def test_an_extended_attribute_is_refused(bench: Any) -> None:
    try:
        os.setxattr(bench.repo.path / "run.sh", "user.note", b"x")
    except OSError:
        pytest.skip("the file system has no extended attributes")

    refused(bench, "attributes", bench.file(b"run.sh", b"new\n"))


def test_a_set_user_id_bit_is_refused(bench: Any) -> None:
    (bench.repo.path / "run.sh").chmod(0o4755)

    refused(bench, "special-bits", bench.file(b"run.sh", b"new\n"))


def test_a_nested_repository_is_refused(bench: Any) -> None:
    bench.repo.git("init", "-q", "vendor")
    bench.repo.write("vendor/x.sh", b"theirs\n")

    refused(bench, "parent", bench.file(b"vendor/x.sh", b"new\n", named=True))
    refused(bench, "parent", bench.file(b"trees/side/run.sh", b"new\n", named=True))


def test_a_submodule_that_is_not_checked_out_is_refused(bench: Any) -> None:
    entry = f"160000,{bench.repo.head()},vendor"
    bench.repo.git("update-index", "--add", "--cacheinfo", entry)
    (bench.repo.path / "vendor").mkdir()

    refused(bench, "submodule", bench.file(b"vendor/x.sh", b"new\n"))


@pytest.mark.parametrize(
    "path",
    [
        b"../escape.sh",
        b"/etc/escape.sh",
        b"lib/../../escape.sh",
        b"lib/./x.sh",
        b"lib//x.sh",
        b".git/hooks/pre-commit",
        b"lib/.GIT/config",
        b"nul\0.sh",
        b"",
    ],
)
def test_a_path_that_leaves_the_worktree_is_refused(bench: Any, path: bytes) -> None:
    before = bench.digest()
    write = model.Write(
        worktree=".",
        path=path,
        before=model.ABSENT,
        after=state.file_state(b"new\n", 0o755),
        data=b"new\n",
        reason="",
    )

    with pytest.raises(errors.InvalidDocument):
        bench.apply(write)

    assert bench.digest() == before


def test_an_unknown_worktree_is_refused(bench: Any) -> None:
    write = bench.file(b"run.sh", b"new\n", worktree="trees/none")

    with pytest.raises(errors.Refused, match="no worktree trees/none"):
        bench.apply(write)


def test_a_detached_head_and_a_locked_worktree_are_no_obstacle(bench: Any) -> None:
    bench.repo.worktree("trees/free")
    bench.repo.git("worktree", "lock", "trees/free")

    done = bench.apply(bench.file(b"run.sh", b"new\n", worktree="trees/free"))

    assert done.written == 1


def test_a_worktree_of_a_bare_repository_can_be_changed(
    bench: Any, make_repo: Callable[..., Any], tmp_path: Any
) -> None:
    bare = make_repo(name="bare.git", bare=True)
    bench.repo.git("push", "-q", bare.path, "main")
    tree = bare.worktree(tmp_path / "tree", branch="main")
    bench.repo = tree
    before = bench.digest()
    name = bench.repository.worktrees[0].name
    write = model.Write(
        worktree=name,
        path=b"run.sh",
        before=state.observe(os.path.join(tree.root, b"run.sh")),
        after=state.file_state(b"new\n", 0o755),
        data=b"new\n",
        reason="",
    )

    bench.apply(write)

    assert tree.read("run.sh") == b"new\n"
    bench.undo()
    assert bench.digest() == before


def test_nothing_that_the_repository_configures_runs(bench: Any, tmp_path: Any) -> None:
    canary = tmp_path / "canary"
    script = tmp_path / "script"
    script.write_text(f"#!/bin/sh\necho ran >> {canary}\ncat\n")
    script.chmod(0o755)
    for name in (
        "core.fsmonitor",
        "filter.x.clean",
        "filter.x.smudge",
        "diff.x.textconv",
    ):
        bench.repo.git("config", name, script)
    bench.repo.git("config", "diff.external", script)
    for hook in ("reference-transaction", "post-index-change"):
        path = bench.repo.path / ".git/hooks" / hook
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(script.read_bytes())
        path.chmod(0o755)
    (bench.repo.path / ".git/info").mkdir(exist_ok=True)
    (bench.repo.path / ".git/info/attributes").write_text("plain.sh filter=x diff=x\n")

    bench.apply(bench.file(b"run.sh", b"new\n"))
    with pytest.raises(errors.Refused):
        bench.apply(bench.file(b"lib/plain.sh", b"new\n"))
    bench.undo()

    assert not canary.exists()


def test_the_modes_do_not_depend_on_the_umask(bench: Any) -> None:
    old = os.umask(0o077)
    try:
        bench.apply(bench.file(b"run.sh", b"new\n", 0o775))
    finally:
        os.umask(old)

    assert stat.S_IMODE(os.stat(bench.repo.path / "run.sh").st_mode) == 0o775
