"""Git behind one door: hardened, never fetching, and what it is asked."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from s2s_tools import errors
from s2s_tools.system import git, gitlog, gitobjects

TEXT = b"".join(b"line %d\n" % n for n in range(9))
ONE = TEXT.replace(b"line 0", b"line one")
NINE = TEXT.replace(b"line 8", b"line nine")


def test_a_failure_names_the_command_the_place_and_gits_last_line(
    make_repo: Callable,
) -> None:
    repo = make_repo()

    with pytest.raises(errors.GitFailed, match=r"git rev-parse failed in .*repo: "):
        git.output(repo.root, "rev-parse", "--verify", "nothing")


def test_a_failure_tells_the_cause_and_not_the_advice_below_it(
    make_repo: Callable,
) -> None:
    repo = make_repo({"a": "1"})

    with pytest.raises(errors.GitFailed) as caught:
        git.output(repo.root, "merge-base", "HEAD", "nothing")

    assert str(caught.value).endswith("nothing")
    assert "fatal:" not in str(caught.value)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give files away")
def test_the_repository_of_another_owner_is_named_with_what_to_do(
    make_repo: Callable,
) -> None:
    repo = make_repo({"a": "1"})
    subprocess.run(["chown", "-R", "65534", repo.path], check=True)

    with pytest.raises(errors.GitFailed) as caught:
        git.output(repo.root, "status")

    said = str(caught.value)
    assert "detected dubious ownership in repository" in said
    assert f"git config --global --add safe.directory {repo.path}" in said
    assert "\n" not in said
    assert "\t" not in said


def test_commits_are_read_with_author_date_and_first_line(
    make_repo: Callable,
) -> None:
    repo = make_repo({"a": "1"})
    name = repo.commit({"a": "2"}, "Subject, über\n\nbody")

    found = git.commits(repo.root + b"/.git", [name, name, "e" * 40])

    assert found == {
        name: git.Commit(
            name, "Ada Tester", "2023-11-15T00:13:20+00:00", "Subject, über"
        )
    }


def test_a_commit_in_another_encoding_is_read(make_repo: Callable) -> None:
    repo = make_repo({"a": "1"})
    repo.git("config", "i18n.commitEncoding", "ISO-8859-1")
    repo.git("commit", "-q", "--allow-empty", "-F", "-", input="grün".encode("latin-1"))

    (commit,) = git.commits(repo.root + b"/.git", [repo.head()]).values()

    assert commit.summary == "grün"


def test_no_commits_asked_for_need_no_library(make_repo: Callable) -> None:
    assert git.commits(b"/nonexistent", []) == {}


@pytest.mark.parametrize(
    ("theirs", "conflicts"),
    [
        (NINE, 0),
        (TEXT.replace(b"line 0", b"line uno"), 1),
        (TEXT.replace(b"line 0", b"x").replace(b"line 8", b"y"), 1),
        (ONE, 0),
        (b"\0binary", None),
    ],
    ids=["apart", "same line", "one of two", "same change", "binary"],
)
def test_a_merge_counts_its_conflicts(theirs: bytes, conflicts: int | None) -> None:
    assert git.merge(ONE, TEXT, theirs) == conflicts


def test_a_merge_leaves_nothing_behind(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setattr("tempfile.tempdir", None)

    git.merge(ONE, TEXT, NINE)

    assert list(tmp_path.iterdir()) == []


def test_changes_come_newest_first_with_removals(make_repo: Callable) -> None:
    repo = make_repo({"a": "1", "b": "1"})
    first = repo.head()
    repo.file("a").unlink()
    gone = repo.commit()
    last = repo.commit({"a": "2"})

    found = gitlog.changes(repo.root, [last], [b"a"])

    assert [(change.commit, bool(change.content)) for change in found] == [
        (last, True),
        (gone, False),
        (first, True),
    ]


def test_a_merge_counts_where_its_content_is_no_parents(make_repo: Callable) -> None:
    repo = make_repo({"a": "1\n"})
    repo.git("checkout", "-q", "-b", "side")
    side = repo.commit({"a": "2\n"})
    repo.git("checkout", "-q", "main")
    main = repo.commit({"a": "3\n"})
    repo.git("merge", "-q", "--no-commit", "side", check=False)
    merge = repo.commit({"a": "4\n"})

    found = gitlog.changes(repo.root, ["HEAD"], [b"a"])

    assert [change.commit for change in found][:3] == [merge, main, side]


@pytest.mark.parametrize("count", [1, 40])
def test_changes_are_only_of_the_wanted_paths(make_repo: Callable, count: int) -> None:
    wanted = {f"d/{n}.sh" for n in range(count)}
    repo = make_repo({**dict.fromkeys(wanted, "1"), "d/x.sh": "2", "e.txt": "3"})

    found = gitlog.changes(repo.root, ["HEAD"], [path.encode() for path in wanted])

    assert {change.path.decode() for change in found} == wanted


def test_renames_are_told_by_commit(make_repo: Callable) -> None:
    repo = make_repo({"old\n": TEXT, "b": "1"})
    repo.git("mv", "old\n", "new")
    name = repo.commit({"new": ONE})

    assert gitlog.renames(repo.root, [name]) == {(name, b"new"): b"old\n"}
    assert gitlog.renames(repo.root, [repo.head("HEAD~1")]) == {}


def test_branches_are_local_and_remote_and_no_aliases(make_repo: Callable) -> None:
    repo = make_repo({"a": "1"})
    repo.git("update-ref", "refs/remotes/origin/x", "HEAD")
    repo.git("symbolic-ref", "refs/remotes/origin/HEAD", "refs/remotes/origin/x")
    repo.git("tag", "v1")

    assert gitobjects.branches(repo.root) == (
        gitobjects.Ref("refs/heads/main", repo.head()),
        gitobjects.Ref("refs/remotes/origin/x", repo.head()),
    )


@pytest.mark.parametrize("more", [0, 60], ids=["few", "many"])
def test_a_commits_files_are_regular_ones_only(make_repo: Callable, more: int) -> None:
    names = [b"*", b"bad\xff\n", b"d/a", *(b"n%d" % n for n in range(more))]
    repo = make_repo({name: (name, 0o755) for name in names})
    repo.file("link").symlink_to("d/a")
    repo.commit()

    found = gitobjects.files(repo.root, "HEAD", [*names, b"link", b"d", b"none"])

    assert set(found) == set(names)
    assert {entry.mode for entry in found.values()} == {0o755}


def test_blobs_are_given_byte_by_byte(make_repo: Callable) -> None:
    texts = (b"", b"\n", b"a\0b\n", b"x" * 70_000)
    repo = make_repo()
    ids = [
        repo.git("hash-object", "-w", "--stdin", input=t).decode().strip()
        for t in texts
    ]

    found = gitobjects.blobs(repo.root, [*ids, "e" * 40])

    assert found == dict(zip(ids, texts, strict=True))


@pytest.mark.parametrize("bare", [False, True], ids=["worktree", "bare"])
def test_nothing_that_a_repository_configures_is_run(
    make_repo: Callable, tmp_path: Path, bare: bool
) -> None:
    repo = make_repo({"a": TEXT, ".gitattributes": "* filter=f diff=f merge=f\n"})
    name = repo.commit({"a": ONE})
    mark, trap = tmp_path / "ran", tmp_path / "trap"
    trap.write_text(f"#!/bin/sh\ntouch {mark}\ncat\n")
    trap.chmod(0o755)
    for key in (
        *("core.fsmonitor", "core.pager", "pager.log", "diff.external"),
        *("core.editor", "filter.f.clean", "filter.f.smudge", "filter.f.process"),
        *("diff.f.textconv", "diff.f.command", "merge.f.driver", "gpg.program"),
        *("core.sshCommand", "credential.helper", "log.x", "alias.log"),
    ):
        repo.git("config", key, trap)
    repo.git("config", "log.showSignature", "true")
    hooks = tmp_path / "hooks"
    hooks.mkdir()
    for hook in ("post-index-change", "reference-transaction", "pre-auto-gc"):
        (hooks / hook).symlink_to(trap)
    repo.git("config", "core.hooksPath", hooks)
    where = repo.root + b"/.git" if bare else repo.root
    mark.unlink(missing_ok=True)

    gitlog.changes(where, [name], [b"a"])
    gitlog.renames(where, [name])
    gitobjects.branches(where)
    gitobjects.files(where, name, [b"a"])
    gitobjects.blobs(where, [repo.head(f"{name}:a")])
    git.commits(repo.root + b"/.git", [name])
    git.merge(ONE, TEXT, NINE)
    git.run(where, "update-ref", "refs/s2s/x", name)

    assert not mark.exists()
    repo.git("update-ref", "refs/s2s/y", name)
    assert mark.exists(), "the trap itself must work"


def test_a_missing_object_is_never_fetched(make_repo: Callable, tmp_path: Path) -> None:
    remote = make_repo({"a": "1"}, name="remote")
    remote.commit({"a": "2"})
    remote.git("config", "uploadpack.allowFilter", "true")
    holder = make_repo(name="holder")
    holder.git("clone", "-q", "--filter=tree:0", f"file://{remote.path}", "it")
    clone = type(holder)(holder.path / "it")
    mark, trap = tmp_path / "fetched", tmp_path / "trap"
    trap.write_text(f"#!/bin/sh\ntouch {mark}\nexit 1\n")
    trap.chmod(0o755)
    clone.git("config", "remote.origin.uploadpack", trap)

    with pytest.raises(errors.GitFailed, match="not allowed"):
        git.run(clone.root, "fetch")
    with pytest.raises(errors.GitFailed):
        gitlog.changes(clone.root, ["HEAD"], [b"a"])
    missing = remote.head("HEAD~1:a")
    with pytest.raises(errors.GitFailed):
        gitobjects.files(clone.root, "HEAD~1", [b"a"])
    assert gitobjects.blobs(clone.root, [missing]) == {}

    assert not mark.exists()
    clone.git("log", "--raw", "-3", check=False)
    assert mark.exists(), "the trap itself must work"
