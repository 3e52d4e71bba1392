"""Ctrl-C at every point: all or nothing, at once."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest

from s2s_tools.changes import journal, recover


def writes(bench: Any) -> tuple[Any, ...]:
    return (
        bench.file(b"run.sh", b"new\n"),
        bench.link(b"lib/copy.sh", b"../run.sh"),
        bench.file(b"made/new.sh", b"made\n"),
        bench.gone(b"lib/plain.sh"),
    )


def points(bench: Any) -> list[str]:
    seen: list[str] = []
    bench.apply(*writes(bench), failpoint=seen.append)
    bench.undo()
    return seen


def interrupt_at(point: str) -> Any:
    def hook(name: str) -> None:
        if name == point:
            raise KeyboardInterrupt

    return hook


def test_an_interrupted_apply_is_all_or_nothing(bench: Any) -> None:
    before = bench.digest()
    for point in points(bench):
        with pytest.raises(KeyboardInterrupt):
            bench.apply(*writes(bench), failpoint=interrupt_at(point))

        if point == "committed" or point.startswith(("tidied", "all-tidied")):
            assert bench.repo.read("run.sh") == b"new\n", point
            recover.recover(bench.repository)
            bench.undo()
        assert bench.digest() == before, point


def test_an_interrupted_undo_is_all_or_nothing(bench: Any) -> None:
    before = bench.digest()
    bench.apply(*writes(bench))
    after = bench.digest()
    seen: list[str] = []
    bench.undo(failpoint=seen.append)
    bench.apply(*writes(bench))
    for point in seen:
        with pytest.raises(KeyboardInterrupt):
            bench.undo(failpoint=interrupt_at(point))

        recover.recover(bench.repository)
        done = point == "committed" or point.startswith(("tidied", "all-tidied"))
        assert bench.digest() == (before if done else after), point
        if done:
            bench.apply(*writes(bench))


def test_an_interrupted_apply_leaves_no_trace(bench: Any) -> None:
    with pytest.raises(KeyboardInterrupt):
        bench.apply(*writes(bench), failpoint=interrupt_at("moved:2"))

    assert journal.transactions(bench.repository) == ()
    assert bench.repo.git("for-each-ref", "refs/s2s") == b""


def test_an_error_names_what_was_done_about_it(bench: Any) -> None:
    """A temporary name that is taken already stops the apply, and stays."""
    from s2s_tools import errors

    def hook(name: str) -> None:
        if name == "begun":
            begun = next(Path(bench.repo.path, ".git/s2s").glob("*.journal")).stem
            os.mkdir(bench.repo.path / f".s2s-{begun}-0")

    before = bench.digest()
    with pytest.raises(errors.WriteFailed, match=r"File exists|Is a directory"):
        bench.apply(bench.file(b"run.sh", b"new\n"), failpoint=hook)

    now = bench.digest()
    assert {path: now[path] for path in before} == before
