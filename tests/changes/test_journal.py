"""Journals: their states, their torn ends, and what damage does."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest

from s2s_tools import errors
from s2s_tools.changes import journal, recover


def journals(bench: Any) -> list[Path]:
    return sorted((bench.repo.path / ".git/s2s").glob("*.journal"))


def test_transactions_tell_what_was_done(bench: Any) -> None:
    one = bench.apply(bench.file(b"run.sh", b"new\n"))
    bench.apply(bench.file(b"lib/copy.sh", b"new\n"))
    bench.undo()

    found = journal.transactions(bench.repository)

    assert [(t.state.value, t.writes, t.undoes is None) for t in found] == [
        ("committed", 1, True),
        ("undone", 1, True),
        ("committed", 1, False),
    ]
    assert found[0].txid == one.txid
    assert found[0].command == "test"
    assert found[0].backup_ref == one.backup


def test_a_repository_without_any_change_has_no_transactions(bench: Any) -> None:
    assert journal.transactions(bench.repository) == ()
    assert not (bench.repo.path / ".git/s2s").exists()


def test_journals_are_private(bench: Any) -> None:
    bench.apply(bench.file(b"run.sh", b"new\n"))

    assert journals(bench)[0].stat().st_mode & 0o777 == 0o600
    assert journals(bench)[0].parent.stat().st_mode & 0o777 == 0o700


def test_every_damaged_byte_is_noticed_and_nothing_is_touched(bench: Any) -> None:
    bench.apply(bench.file(b"run.sh", b"new\n"))
    before = bench.digest()
    path = journals(bench)[0]
    good = path.read_bytes()

    for place in range(0, len(good) - 1, 7):
        path.write_bytes(good[:place] + bytes([good[place] ^ 1]) + good[place + 1 :])
        with pytest.raises(errors.JournalCorrupt, match="move the journal elsewhere"):
            recover.recover(bench.repository)
        assert bench.digest() == before
        assert path.exists()


def test_apply_and_undo_refuse_to_work_beside_a_damaged_journal(bench: Any) -> None:
    bench.apply(bench.file(b"run.sh", b"new\n"))
    before = bench.digest()
    path = journals(bench)[0]
    path.write_bytes(b"0" * 40 + b"\n")

    for action in (
        bench.undo,
        lambda: bench.apply(bench.file(b"lib/copy.sh", b"new\n")),
        lambda: journal.transactions(bench.repository),
    ):
        with pytest.raises(errors.JournalCorrupt, match=path.name):
            action()
    assert bench.digest() == before


def test_a_torn_end_is_not_damage(bench: Any) -> None:
    before = bench.digest()
    bench.apply(bench.file(b"run.sh", b"new\n"))
    path = journals(bench)[0]
    path.write_bytes(path.read_bytes() + b'0123456789abcdef {"ty')

    bench.undo()

    assert bench.digest() == before


@pytest.mark.parametrize("cut", ["begin", "in begin", "nothing"])
def test_a_journal_cut_anywhere_is_rolled_back_or_forgotten(
    bench: Any, cut: str
) -> None:
    bench.apply(bench.file(b"run.sh", b"new\n"))
    path = journals(bench)[0]
    first = path.read_bytes().partition(b"\n")[0] + b"\n"
    path.write_bytes({"begin": first, "in begin": first[:-9], "nothing": b""}[cut])
    before = bench.digest()

    recover.recover(bench.repository)

    assert bench.digest() == before  # nothing was staged, so nothing is taken back
    assert journals(bench) == []
    assert bench.repo.git("for-each-ref", "refs/s2s") == b""


def test_a_journal_that_leads_out_of_the_worktree_is_damaged(bench: Any) -> None:
    from dataclasses import replace

    from s2s_tools.changes import place

    bench.apply(bench.file(b"run.sh", b"new\n"))
    made = journal.transactions(bench.repository)[0].journal.begin
    where = place.existing(bench.repository.common_dir)[0]
    step = replace(made.steps[0], path=b"../outside.sh")
    journals(bench)[0].unlink()
    journal.Writer.begin(where, replace(made, steps=(step,))).close()

    with pytest.raises(errors.JournalCorrupt, match=r"'\.\.'"):
        recover.recover(bench.repository)


def test_a_link_in_place_of_a_journal_is_damaged(bench: Any) -> None:
    bench.apply(bench.file(b"run.sh", b"new\n"))
    path = journals(bench)[0]
    os.rename(path, path.with_suffix(".moved"))
    path.symlink_to(path.with_suffix(".moved").name)

    with pytest.raises(errors.JournalCorrupt, match="no regular file"):
        recover.recover(bench.repository)


def test_a_link_in_place_of_the_journals_folder_is_refused(
    bench: Any, tmp_path: Path
) -> None:
    (bench.repo.path / ".git/s2s").symlink_to(tmp_path)

    with pytest.raises(errors.Refused, match="symbolic link"):
        bench.apply(bench.file(b"run.sh", b"new\n"))


@pytest.mark.parametrize("locked", [".git/s2s", ".git/s2s/{txid}.journal"])
def test_journals_of_another_user_are_one_clear_error(
    make_shared: Any, run_s2s: Any, as_ordinary_user: Any, locked: str
) -> None:
    repo = make_shared({"run.sh": "echo run\n", "copy.sh": "echo run\n"})
    applied = as_ordinary_user(
        lambda: run_s2s("dedupe", "apply", "--yes", cwd=repo.path)
    )
    assert applied.exit_code == 0, applied
    (journal_file,) = (repo.path / ".git/s2s").glob("*.journal")
    (repo.path / locked.format(txid=journal_file.stem)).chmod(0)

    ran = [
        as_ordinary_user(lambda a=args: run_s2s("dedupe", *a, cwd=repo.path))
        for args in (("status",), ("undo", "--yes"), ("undo", "--dry-run"))
    ]

    assert [r.exit_code for r in ran] == [1, 1, 1]
    assert all(r.stderr.count("\n") == 1 for r in ran)
    assert all("journals in" in r.stderr and "denied" in r.stderr for r in ran)
