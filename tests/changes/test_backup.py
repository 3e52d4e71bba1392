"""Backups: bundles, expiry, mirrors, and a repository that cannot be written."""

from __future__ import annotations

import os
import subprocess
import time
from pathlib import Path
from typing import Any

import pytest

from s2s_tools import errors
from s2s_tools.changes import expiry, journal, place

DAY = 24 * 3600


def test_a_bundle_holds_the_old_bytes_and_no_history(
    bench: Any, tmp_path: Path
) -> None:
    target = tmp_path / "old.bundle"

    bench.apply(bench.file(b"run.sh", b"new\n"), bundle=str(target).encode())

    git = ["git", "-C", str(tmp_path)]
    subprocess.run([*git, "init", "-q", "--bare", "fresh"], check=True)
    fresh = tmp_path / "fresh"
    fetch = ["git", "-C", str(fresh), "fetch", "-q", str(target), "refs/*:refs/*"]
    subprocess.run(fetch, check=True)
    ref = subprocess.check_output(
        ["git", "-C", str(fresh), "for-each-ref", "--format=%(refname)"], text=True
    ).strip()
    show = ["git", "-C", str(fresh), "cat-file", "blob", f"{ref}:before/0"]
    assert subprocess.check_output(show) == b"echo run\n"
    count = ["git", "-C", str(fresh), "rev-list", "--count", ref]
    assert subprocess.check_output(count) == b"1\n"
    assert target.stat().st_mode & 0o777 == 0o600
    assert bench.repo.git("for-each-ref", "refs/s2s/bundle") == b""


def test_a_bundle_never_replaces_a_file(bench: Any) -> None:
    before = bench.digest()

    with pytest.raises(errors.Refused, match="exists"):
        bench.apply(bench.file(b"run.sh", b"new\n"), bundle=bench.full(b"lib/plain.sh"))

    assert bench.digest() == before


def test_a_bundle_that_cannot_be_written_stops_everything(
    bench: Any, tmp_path: Path
) -> None:
    before = bench.digest()

    with pytest.raises(errors.WriteFailed) as caught:
        bench.apply(
            bench.file(b"run.sh", b"new\n"), bundle=str(tmp_path / "no/x").encode()
        )

    assert str(caught.value).startswith(
        f"the bundle {tmp_path}/no/x cannot be written: No such file or directory; "
        "nothing was changed"
    )
    assert bench.digest() == before


def expire(bench: Any, days: int) -> tuple[str, ...]:
    known = journal.transactions(bench.repository)
    places = place.existing(bench.repository.common_dir)
    return expiry.expire(places, known, now=known[-1].when + days * DAY)


def test_old_backups_go_after_thirty_days_but_never_the_last(bench: Any) -> None:
    for number in range(3):
        bench.apply(
            bench.file(b"run.sh", b"%d\n" % number), allow_dirty=frozenset({"."})
        )
    known = journal.transactions(bench.repository)

    assert expire(bench, 29) == ()
    assert expire(bench, 31) == tuple(t.txid for t in known[:2])

    assert journal.transactions(bench.repository) == known[2:]
    refs = bench.repo.git("for-each-ref", "--format=%(refname)", "refs/s2s").decode()
    assert refs.split() == [known[2].backup_ref]
    bench.undo()
    assert bench.repo.read("run.sh") == b"1\n"


def test_an_undone_transaction_expires_together_with_its_undo(bench: Any) -> None:
    bench.apply(bench.file(b"run.sh", b"new\n"))
    bench.undo()

    assert len(expire(bench, 31)) == 2

    assert journal.transactions(bench.repository) == ()
    assert bench.repo.git("for-each-ref", "refs/s2s") == b""


def test_numbers_go_on_after_expiry(bench: Any) -> None:
    first = bench.apply(bench.file(b"run.sh", b"1\n"))
    second = bench.apply(bench.file(b"lib/copy.sh", b"2\n"))
    expire(bench, 31)

    third = bench.apply(bench.file(b"alias.sh", b"3\n"))

    numbers = [int(done.txid[:6]) for done in (first, second, third)]
    assert numbers == [1, 2, 3]


@pytest.mark.parametrize(
    ("name", "value"), [("mirror", "true"), ("push", "+refs/*:refs/*")]
)
def test_a_mirror_remote_is_warned_about(bench: Any, name: str, value: str) -> None:
    bench.repo.git("config", f"remote.my.origin.{name}", value)

    done = bench.apply(bench.file(b"run.sh", b"new\n"))

    assert len(done.notes) == 1
    assert "the remote my.origin is a mirror" in done.notes[0]


def test_an_ordinary_remote_is_not_warned_about(bench: Any) -> None:
    bench.repo.git("remote", "add", "origin", "https://example.invalid/x.git")
    bench.repo.git("config", "remote.origin.push", "refs/heads/*:refs/heads/*")
    bench.repo.git("config", "remote.origin.mirror", "false")

    assert bench.apply(bench.file(b"run.sh", b"new\n")).notes == ()


def test_the_age_is_the_recorded_one_whatever_the_files_times_say(
    bench: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = bench.apply(bench.file(b"run.sh", b"1\n"))
    bench.apply(bench.file(b"lib/copy.sh", b"2\n"))
    (journal_file,) = (bench.repo.path / ".git/s2s").glob(f"{first.txid}.journal")

    os.utime(journal_file, (0, 0))
    bench.apply(bench.file(b"lib/plain.sh", b"3\n"))
    young = [t.txid for t in journal.transactions(bench.repository)]
    later = time.time() + 31 * DAY
    os.utime(journal_file, (later, later))
    monkeypatch.setattr(time, "time", lambda: later)
    last = bench.apply(bench.link(b"alias.sh", b"lib/plain.sh"))
    monkeypatch.undo()

    assert first.txid in young
    left = [t.txid for t in journal.transactions(bench.repository)]
    assert left == [young[-1], last.txid]
    refs = bench.repo.git("for-each-ref", "--format=%(refname)", "refs/s2s").decode()
    assert refs.split() == [f"refs/s2s/backup/{txid}" for txid in left]
