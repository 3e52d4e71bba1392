"""Taking a transaction back: exactly, late, repeatedly, beside the user's edits."""

from __future__ import annotations

import os
import shutil
from typing import Any

import pytest

from s2s_tools import errors
from s2s_tools.changes import journal, model, undo, verify


def all_kinds(bench: Any) -> tuple[model.Write, ...]:
    """One write of each kind."""
    return (
        bench.file(b"run.sh", b"new\n", 0o700),
        bench.link(b"lib/copy.sh", b"../run.sh"),
        bench.file(b"alias.sh", b"a file\n", 0o640),
        bench.gone(b"lib/plain.sh"),
        bench.file(b"made/deep/new.sh", b"made\n"),
        bench.link(b"made/link.sh", b"deep/new.sh"),
        bench.file(b"run.sh", b"side\n", worktree="trees/side"),
    )


def test_undo_gives_bytes_modes_links_and_folders_back(bench: Any) -> None:
    before = bench.digest()
    bench.apply(*all_kinds(bench))

    done = bench.undo()

    assert bench.digest() == before
    assert (done.restored, done.kept) == (7, ())


def test_undo_works_after_git_has_collected_garbage(bench: Any) -> None:
    before = bench.digest()
    bench.apply(*all_kinds(bench))
    bench.repo.git("reflog", "expire", "--expire=now", "--all")
    bench.repo.git("gc", "-q", "--prune=now")
    bench.repo.git("prune", "--expire=now")

    bench.undo()

    assert bench.digest() == before


def test_a_second_undo_says_there_is_nothing_to_undo(bench: Any) -> None:
    bench.apply(bench.file(b"run.sh", b"new\n"))
    bench.undo()

    with pytest.raises(errors.NothingToUndo, match="nothing to undo"):
        bench.undo()


def test_undo_takes_transactions_back_one_after_the_other(bench: Any) -> None:
    states = [bench.digest()]
    for text in (b"one\n", b"two\n", b"three\n"):
        bench.apply(bench.file(b"run.sh", text), allow_dirty=frozenset({"."}))
        states.append(bench.digest())

    for expected in reversed(states[:-1]):
        bench.undo()
        assert bench.digest() == expected


def test_an_older_transaction_can_be_named(bench: Any) -> None:
    first = bench.apply(bench.file(b"run.sh", b"new\n"))
    bench.apply(bench.file(b"lib/copy.sh", b"new\n"))

    bench.undo(txid=first.txid)

    assert bench.repo.read("run.sh") == b"echo run\n"
    assert bench.repo.read("lib/copy.sh") == b"new\n"
    with pytest.raises(errors.NothingToUndo, match="undone"):
        bench.undo(txid=first.txid)


def test_an_unknown_transaction_is_not_found(bench: Any) -> None:
    with pytest.raises(errors.NotFound, match="no transaction 000009-aaaaaaaa"):
        bench.undo(txid="000009-aaaaaaaa")


@pytest.mark.parametrize("edit", ["bytes", "mode", "gone", "link", "parent"])
def test_a_later_edit_is_kept_and_named(bench: Any, edit: str) -> None:
    bench.apply(bench.file(b"run.sh", b"new\n"), bench.file(b"lib/copy.sh", b"new\n"))
    path = bench.repo.path / "lib/copy.sh"
    if edit == "bytes":
        path.write_bytes(b"mine\n")
    elif edit == "mode":
        path.chmod(0o711)
    elif edit == "parent":
        os.rename(path.parent, bench.repo.path / "moved")
        path.parent.symlink_to("moved")
    else:
        path.unlink()
        if edit == "link":
            path.symlink_to("mine")
    edited = bench.digest()

    done = bench.undo()

    assert [(k.worktree, k.path) for k in done.kept] == [(".", b"lib/copy.sh")]
    assert done.restored == 1
    now = bench.digest()
    assert now.pop(b"run.sh") == ("file", 0o755, b"echo run\n")
    del edited[b"run.sh"]
    assert now == edited


def test_a_path_that_is_as_before_already_is_no_edit(bench: Any) -> None:
    before = bench.digest()
    bench.apply(*all_kinds(bench))
    bench.repo.git("checkout", "-q", "--", "run.sh", "lib/plain.sh")
    (bench.repo.path / "run.sh").chmod(0o755)

    done = bench.undo()

    assert (done.restored, done.kept) == (5, ())
    assert bench.digest() == before


def test_where_everything_was_edited_undo_can_be_asked_again(bench: Any) -> None:
    bench.apply(bench.file(b"run.sh", b"new\n"))
    bench.repo.write("run.sh", (b"mine\n", 0o755))

    assert bench.undo().restored == 0
    bench.repo.write("run.sh", (b"new\n", 0o755))
    assert bench.undo().restored == 1

    assert bench.repo.read("run.sh") == b"echo run\n"


def test_a_folder_with_somebody_elses_file_stays(bench: Any) -> None:
    bench.apply(bench.file(b"made/deep/new.sh", b"new\n"))
    bench.repo.write("made/mine.txt", b"mine\n")

    bench.undo()

    now = bench.digest()
    assert b"made/mine.txt" in now
    assert b"made/deep" not in now


def test_a_folder_that_is_gone_is_made_again(bench: Any) -> None:
    before = bench.digest()
    bench.apply(bench.gone(b"lib/plain.sh"), bench.gone(b"lib/copy.sh"))
    (bench.repo.path / "lib").rmdir()

    bench.undo()

    assert bench.digest() == before


def test_a_dry_run_says_the_same_and_changes_nothing(bench: Any) -> None:
    bench.apply(*all_kinds(bench))
    (bench.repo.path / "run.sh").write_bytes(b"mine\n")
    before = bench.digest()
    known = journal.transactions(bench.repository)

    said = bench.undo(dry_run=True)

    assert bench.digest() == before
    assert journal.transactions(bench.repository) == known
    assert bench.undo() == said


def test_a_worktree_that_is_gone_is_kept_and_named(bench: Any) -> None:
    bench.apply(
        bench.file(b"run.sh", b"new\n"),
        bench.file(b"run.sh", b"new\n", worktree="trees/side"),
    )
    shutil.rmtree(bench.repo.path / "trees/side")

    done = bench.undo()

    assert [(k.worktree, k.reason) for k in done.kept] == [
        ("trees/side", "its worktree is gone")
    ]
    assert bench.repo.read("run.sh") == b"echo run\n"


def test_a_worktree_in_the_middle_of_a_merge_is_refused(bench: Any) -> None:
    bench.apply(bench.file(b"run.sh", b"new\n"))
    (bench.repo.path / ".git/MERGE_HEAD").write_text("")

    with pytest.raises(errors.Refused, match="merge"):
        bench.undo()

    assert bench.repo.read("run.sh") == b"new\n"


def test_a_lost_backup_is_refused_before_any_write(bench: Any) -> None:
    done = bench.apply(*all_kinds(bench))
    bench.repo.git("update-ref", "-d", done.backup)
    bench.repo.git("gc", "-q", "--prune=now")
    before = bench.digest()

    with pytest.raises(errors.Refused, match="nothing was changed"):
        bench.undo()

    assert bench.digest() == before


def test_verify_names_what_is_no_longer_as_written(bench: Any) -> None:
    bench.apply(*all_kinds(bench))
    assert verify.verify(bench.repository) == ()
    bench.repo.write("run.sh", b"mine\n")

    assert [keep.path for keep in verify.verify(bench.repository)] == [b"run.sh"]


def test_undo_in_another_worktree_finds_the_same_transactions(bench: Any) -> None:
    before = bench.digest()
    bench.apply(*all_kinds(bench))
    from s2s_tools.scripts.inventory import discovery

    undo.undo(discovery.find(bench.repo.root + b"/trees/side"))

    assert bench.digest() == before
