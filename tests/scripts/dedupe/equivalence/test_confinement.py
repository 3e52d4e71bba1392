"""Without a sandbox nothing is run, unless the user says so."""

from __future__ import annotations

import dataclasses
import os
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from s2s_tools.scripts.dedupe.equivalence import examiner, sandbox
from s2s_tools.scripts.dedupe.equivalence.model import Verdict

TEXT = '#!/bin/sh\necho "$0" "$HOME"; echo 1 >made; curl x; echo ran >>CANARY\n'


@pytest.fixture
def canary(tmp_path: Path) -> Path:
    return tmp_path / "canary"


@pytest.fixture
def without_bwrap(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A PATH with git and what it needs, but no bubblewrap."""
    folder = tmp_path / "bin"
    folder.mkdir()
    for name in ("git", "sh"):
        found = shutil.which(name)
        assert found is not None
        (folder / name).symlink_to(found)
    monkeypatch.setenv("PATH", str(folder))


def test_without_bubblewrap_nothing_is_run_and_the_reason_is_said(
    swap: Callable[..., Any], canary: Path, request: pytest.FixtureRequest
) -> None:
    made = swap(TEXT.replace("CANARY", str(canary)))
    request.getfixturevalue("without_bwrap")

    found = made.prove()

    (judged,) = found.proof.families
    assert judged.verdict is Verdict.STATIC
    assert judged.reason == "nothing was run: bwrap (bubblewrap) is not installed"
    assert found.proof.sandbox == ""
    assert found.plan == made.plan
    assert not canary.exists()


def test_where_bubblewrap_is_not_permitted_nothing_is_run_either(
    swap: Callable[..., Any],
    canary: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    made = swap(TEXT.replace("CANARY", str(canary)))
    fake = tmp_path / "bin" / "bwrap"
    fake.parent.mkdir()
    fake.write_text("#!/bin/sh\necho 'bwrap: No permissions' >&2\nexit 1\n")
    fake.chmod(0o755)
    monkeypatch.setenv("PATH", f"{fake.parent}:{os.environ['PATH']}")

    judged = made.judged()

    assert judged.verdict is Verdict.STATIC
    assert "not permitted here (bwrap: No permissions)" in judged.reason
    assert not canary.exists()


def test_with_a_sandbox_the_script_runs_but_not_out_there(
    swap: Callable[..., Any], canary: Path
) -> None:
    made = swap(TEXT.replace("CANARY", str(canary)))

    assert made.judged().verdict is Verdict.PROVED
    assert not canary.exists()


def test_asked_for_it_runs_without_a_sandbox_yet_in_copies(
    swap: Callable[..., Any],
    canary: Path,
    git_env: Path,
    request: pytest.FixtureRequest,
) -> None:
    made = swap(TEXT.replace("CANARY", str(canary)))
    request.getfixturevalue("without_bwrap")

    found = made.prove(unsandboxed=True)

    assert found.proof.sandbox == "none"
    assert found.proof.families[0].verdict is Verdict.PROVED
    assert canary.exists()  # it is the open machine
    assert not (made.repo.path / "made").exists()
    assert not (git_env / "made").exists()


def test_a_difference_is_found_without_a_sandbox_too(
    swap: Callable[..., Any],
) -> None:
    made = swap('#!/bin/sh\ncd "${0%/*}" && pwd\n')

    judged = made.judged(unsandboxed=True)

    assert judged.verdict is Verdict.DIFFERS
    assert "s2s-proof" not in judged.reason


def test_a_linked_worktree_runs_the_body_of_the_copy_not_of_the_repository(
    swap: Callable[..., Any],
) -> None:
    made = swap("#!/bin/sh\necho hi\n", others={"a": "1"})
    tree = made.repo.worktree("../linked")
    body, wrapper = made.plan.writes
    there = dataclasses.replace(wrapper, worktree="../linked")

    moved = made._replace(plan=dataclasses.replace(made.plan, writes=(body, there)))

    assert moved.judged().verdict is Verdict.PROVED
    assert moved.judged(unsandboxed=True).verdict is Verdict.PROVED
    assert tree.read("bin/x.sh") == b"#!/bin/sh\necho hi\n"


def test_the_sandbox_tells_why_it_cannot_be(
    without_bwrap: None,
) -> None:
    assert sandbox.trouble() == "bwrap (bubblewrap) is not installed"
    assert examiner.confinement(unsandboxed=False).name == ""
