"""`s2s which` says what would run, before anything runs."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.scripts.wrappers.worlds import NAME, STORE, World

Run = Callable[..., Any]


@pytest.fixture
def world(tmp_path: Path) -> World:
    """A folder to build trees in."""
    return World(tmp_path)


def test_a_wrapper_is_answered_with_its_body_and_its_places(
    world: World, run_s2s: Run
) -> None:
    root = world.linked(world.repo())

    done = run_s2s("which", root / NAME)

    lines = done.stdout.splitlines()
    assert (done.exit_code, done.stderr) == (0, "")
    assert lines[0] == f"{world.folder}/repo/{STORE}/{NAME}"
    assert lines[1].strip() == "main tree has it, and comes first"
    assert f"  lacks it  own tree: {root}/{STORE}/{NAME}" in lines


def test_the_document_says_the_same(world: World, run_s2s: Run) -> None:
    root = world.tree()

    done = run_s2s("which", NAME, "--json", cwd=root)

    document = json.loads(done.stdout)
    assert document["schema"] == 1
    assert document["kind"] == "wrapper"
    assert document["body"] == f"{root}/{STORE}/{NAME}"
    assert document["source"] == "own tree"
    assert document["interpreter"] == ["/bin/sh"]
    assert document["places"][0] == {
        "source": "own tree",
        "path": f"{root}/{STORE}/{NAME}",
        "found": True,
    }


def test_the_answer_is_what_a_shell_does(
    world: World, run_s2s: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = world.tree(who="")
    other = world.tree("other", "root")
    monkeypatch.setenv("S2S_ROOT", str(other))

    said = json.loads(run_s2s("which", "--json", root / NAME).stdout)["body"]
    ran = subprocess.run([root / NAME], capture_output=True, check=False).stdout

    assert b"\0zero=" + os.fsencode(said) + b"\0" in ran


def test_a_wrapper_without_a_body_is_found_out(world: World, run_s2s: Run) -> None:
    root = world.tree(who="")

    done = run_s2s("which", root / NAME)

    assert done.exit_code == 1
    assert done.stdout.startswith(f"nothing\n  no place holds {NAME}\n")
    assert "the wrapper would exit 127" in done.stdout


def test_a_wrapper_behind_a_link_is_followed(world: World, run_s2s: Run) -> None:
    root = world.tree()
    (world.folder / "b").symlink_to(f"tree/{NAME}")

    done = run_s2s("which", "b", cwd=world.folder)

    assert done.stdout.splitlines()[0] == f"{root}/{STORE}/{NAME}"


def test_a_script_is_its_own_body(world: World, run_s2s: Run) -> None:
    path = world.body(world.folder, "own", "a\x1b.sh")
    (world.folder / "b").symlink_to(path)

    plain = run_s2s("which", path)
    linked = run_s2s("which", world.folder / "b")

    assert plain.stdout.splitlines()[:2] == [
        f"{world.folder}/a\\x1b.sh",
        "  it is the script itself",
    ]
    assert "a link leads to it" in linked.stdout


def test_an_edited_wrapper_is_not_guessed_at(world: World, run_s2s: Run) -> None:
    path = world.tree() / NAME
    path.write_bytes(path.read_bytes() + b"echo more\n")

    done = run_s2s("which", path)

    assert done.exit_code == 1
    assert "edited" in done.stdout


def test_an_entry_script_is_named_as_one(run_s2s: Run) -> None:
    root = Path(__file__).resolve().parents[3]

    done = run_s2s("which", root / "wrappers/eliminate-duplication.sh")

    assert done.exit_code == 0
    assert "an entry script" in done.stdout


def test_what_is_not_there_is_exit_code_11(world: World, run_s2s: Run) -> None:
    done = run_s2s("which", world.folder / "gone.sh")

    assert (done.exit_code, done.stdout) == (11, "")
    assert "no such script" in done.stderr
