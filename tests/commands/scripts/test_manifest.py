"""`s2s manifest build`, `show` and `check`, from the command line."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from typing import Any

import pytest

Repo = Any
Run = Callable[..., Any]
PATH = ".s2s/manifest.yaml"
HOSTILE = [b"new\nline.sh", b"\"quote's.sh", b"\xff.sh", b"esc\x1b[31m.sh", b"- a.sh"]


@pytest.fixture
def repo(make_repo: Callable[..., Repo]) -> Repo:
    """Two scripts, one of them old in a linked worktree, one duplicate."""
    main = make_repo({"a.sh": "#!/bin/sh\necho 1\n", "b/a.sh": "#!/bin/sh\necho 9\n"})
    main.worktree("wt", branch="side")
    main.commit({"a.sh": "#!/bin/sh\necho 2\n", "c.sh": "#!/bin/sh\necho 9\n"})
    return main


def test_build_writes_every_family_and_check_agrees(repo: Repo, run_s2s: Run) -> None:
    built = run_s2s("manifest", "build", cwd=repo.path)

    text = repo.read(PATH).decode()
    assert built.exit_code == 0
    assert "{worktree: wt, path: a.sh, relation: stale}" in text
    assert "{worktree: ., path: c.sh, relation: identical}" in text
    assert str(repo.path) not in text
    assert run_s2s("manifest", "check", cwd=repo.path).exit_code == 0


def test_building_twice_changes_no_byte(repo: Repo, run_s2s: Run) -> None:
    run_s2s("manifest", "build", cwd=repo.path)
    once = (repo.read(PATH), repo.file(PATH).stat().st_mtime_ns)

    again = run_s2s("manifest", "build", cwd=repo.path)

    assert "up to date" in again.stdout
    assert (repo.read(PATH), repo.file(PATH).stat().st_mtime_ns) == once


def test_building_from_a_linked_worktree_writes_the_same(
    repo: Repo, run_s2s: Run
) -> None:
    run_s2s("manifest", "build", cwd=repo.path)
    once = repo.read(PATH)

    run_s2s("manifest", "build", cwd=repo.path / "wt")

    assert repo.read(PATH) == once
    assert not repo.file("wt/.s2s").exists()


def test_a_dry_run_writes_nothing(repo: Repo, run_s2s: Run) -> None:
    done = run_s2s("manifest", "build", "--dry-run", cwd=repo.path)

    assert "would be written" in done.stdout
    assert not repo.file(".s2s").exists()


def test_what_build_wrote_can_be_taken_back(repo: Repo, run_s2s: Run) -> None:
    run_s2s("manifest", "build", cwd=repo.path)
    run_s2s("dedupe", "undo", "--yes", cwd=repo.path)

    assert not repo.file(".s2s").exists()


def test_hand_written_parts_survive_a_rebuild(repo: Repo, run_s2s: Run) -> None:
    head = "schema: 1  # ours\nkeep:\n  - vendor/  # theirs\ncommands: []\n"
    tail = "# the end\nallow: []\n"
    repo.write(PATH, f"{head}scripts: []\n{tail}")

    run_s2s("manifest", "build", cwd=repo.path)

    text = repo.read(PATH).decode()
    assert text.startswith(head + "scripts:\n  - id: a.sh\n")
    assert text.endswith(tail)


def test_a_canonical_that_a_person_chose_stays(repo: Repo, run_s2s: Run) -> None:
    run_s2s("manifest", "build", cwd=repo.path)
    text = repo.read(PATH).decode()
    repo.write(PATH, text.replace("canonical: b/a.sh", "canonical: c.sh"))

    run_s2s("manifest", "build", cwd=repo.path)

    text = repo.read(PATH).decode()
    assert "  - id: b/a.sh\n    canonical: c.sh\n" in text
    assert "{worktree: ., path: b/a.sh, relation: identical}" in text


def test_hostile_names_are_recorded_and_read_back(
    make_repo: Callable[..., Repo], run_s2s: Run
) -> None:
    repo = make_repo({name: f"#!/bin/sh\necho {i}\n" for i, name in enumerate(HOSTILE)})

    built = run_s2s("manifest", "build", cwd=repo.path)
    checked = run_s2s("manifest", "check", "--json", cwd=repo.path)
    shown = run_s2s("manifest", "show", "--json", cwd=repo.path)

    names = [entry["id"] for entry in json.loads(shown.stdout)["scripts"]]
    assert built.exit_code == checked.exit_code == 0
    assert sorted(map(os.fsencode, names)) == sorted(HOSTILE)
    assert b"\x1b" not in repo.read(PATH)


def test_human_output_of_hostile_names_is_escaped(
    make_repo: Callable[..., Repo], run_s2s: Run
) -> None:
    repo = make_repo({name: f"#!/bin/sh\necho {i}\n" for i, name in enumerate(HOSTILE)})
    run_s2s("manifest", "build", cwd=repo.path)
    for name in HOSTILE:
        repo.file(name).chmod(0o644)

    for words in (["show"], ["check"], ["show", os.fsdecode(HOSTILE[3])]):
        said = run_s2s("manifest", *words, cwd=repo.path)
        assert "\x1b" not in said.stdout + said.stderr
        assert all(line.isprintable() for line in said.stdout.splitlines())


def test_check_names_each_difference(repo: Repo, run_s2s: Run) -> None:
    run_s2s("manifest", "build", cwd=repo.path)
    repo.write("a.sh", "#!/bin/sh\ncd $(dirname $0)\n")
    repo.file("b/a.sh").chmod(0o644)
    repo.write("new.sh", "#!/bin/sh\n")
    repo.file("c.sh").unlink()

    done = run_s2s("manifest", "check", "--json", cwd=repo.path)

    found = {(d["id"], d["kind"]) for d in json.loads(done.stdout)["differences"]}
    assert done.exit_code == 1
    assert found >= {
        ("a.sh", "sha256"),
        ("a.sh", "strategy"),
        ("b/a.sh", "mode"),
        ("b/a.sh", "copies"),
        ("new.sh", "extra"),
    }


def test_check_without_a_manifest_says_what_to_do(repo: Repo, run_s2s: Run) -> None:
    done = run_s2s("manifest", "check", cwd=repo.path)

    assert done.exit_code == 11
    assert "s2s manifest build" in done.stderr


@pytest.mark.parametrize("words", [["build"], ["check"], ["show"]])
def test_a_broken_manifest_is_named_by_line_and_not_touched(
    repo: Repo, run_s2s: Run, words: list[str]
) -> None:
    repo.write(PATH, "scripts:\n  - id: a.sh\n    idd: b\n")

    done = run_s2s("manifest", *words, "--json", cwd=repo.path)

    error = json.loads(done.stderr)
    assert (done.exit_code, done.stdout) == (2, "")
    assert f"{PATH}:3: scripts[0].idd" in error["message"]
    assert repo.read(PATH).endswith(b"idd: b\n")


def test_an_object_tag_runs_nothing(repo: Repo, run_s2s: Run) -> None:
    repo.write(PATH, "keep: !!python/object/apply:os.system ['touch canary']\n")

    done = run_s2s("manifest", "check", cwd=repo.path)

    assert done.exit_code == 2
    assert not repo.file("canary").exists()


def test_show_finds_a_script_by_its_file_name(repo: Repo, run_s2s: Run) -> None:
    run_s2s("manifest", "build", cwd=repo.path)

    by_id = run_s2s("manifest", "show", "b/a.sh", cwd=repo.path)
    exact = run_s2s("manifest", "show", "a.sh", cwd=repo.path)
    none = run_s2s("manifest", "show", "z.sh", cwd=repo.path)

    assert by_id.stdout.startswith("b/a.sh\n")
    assert "stale      wt: a.sh" in exact.stdout
    assert none.exit_code == 11


def test_outside_a_repository_is_exit_11(run_s2s: Run, tmp_path: Any) -> None:
    assert run_s2s("manifest", "build", cwd=tmp_path).exit_code == 11


@pytest.mark.parametrize("hidden", ["a.sh", "b", "wt/a.sh", "c.sh"])
def test_what_cannot_be_read_stays_recorded_and_is_named(
    make_shared: Any, run_s2s: Run, as_ordinary_user: Any, hidden: str
) -> None:
    files = {"a.sh": "echo 1\n", "b/a.sh": "echo 9\n", "c.sh": "echo 9\n"}
    repo = make_shared(files)
    as_ordinary_user(lambda: repo.worktree("wt", branch="side"))
    as_ordinary_user(lambda: run_s2s("manifest", "build", cwd=repo.path))
    before = repo.read(PATH)
    repo.file(hidden).chmod(0)

    built = as_ordinary_user(lambda: run_s2s("manifest", "build", cwd=repo.path))
    checked = as_ordinary_user(lambda: run_s2s("manifest", "check", cwd=repo.path))

    assert built.exit_code == 0, built
    assert f"unreadable: {'wt' if hidden[0] == 'w' else '.'}: " in built.stderr
    assert repo.read(PATH) == before
    assert checked.exit_code == 0, checked


def test_build_names_the_worktree_where_that_is_another(
    make_repo: Callable[..., Repo], repo: Repo, run_s2s: Run
) -> None:
    bare = make_repo(name="bare.git", bare=True)
    repo.git("push", "-q", bare.path, "main")
    bare.git("worktree", "add", "-q", "tree", "main")

    said = [
        run_s2s("manifest", "build", cwd=folder).stdout
        for folder in (repo.path / "wt", bare.path, bare.path / "tree")
    ]

    assert said[0].startswith("main worktree: .s2s/manifest.yaml written: ")
    assert said[1].startswith("tree: .s2s/manifest.yaml written: ")
    assert said[2].startswith(".s2s/manifest.yaml is up to date: ")


def test_check_tells_a_copy_that_was_changed_from_one_that_is_gone(
    make_repo: Callable[..., Repo], run_s2s: Run
) -> None:
    names = ("a.sh", "x/b.sh", "x/c.sh")
    repo = make_repo(dict.fromkeys(names, "#!/bin/sh\necho 9\n"))
    run_s2s("manifest", "build", cwd=repo.path)
    repo.write("x/b.sh", "#!/bin/sh\necho mine\n")
    repo.file("x/c.sh").unlink()

    said = run_s2s("manifest", "check", cwd=repo.path).stdout

    assert "the copy x/b.sh was changed" in said
    assert "the copy x/c.sh is gone" in said
