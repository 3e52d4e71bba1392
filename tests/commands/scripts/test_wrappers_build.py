"""What the manifest owns is made, checked and cleaned on real repositories."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from s2s_tools.scripts.wrappers import render
from s2s_tools.scripts.wrappers.model import ExecWrapper

BODY = '#!/bin/sh\necho body "$@"\n'
STORE = ".s2s/canonical/tools/a.sh"
ENTRY = "beamops/v3/scripts/tools/eliminate-duplication.sh"


def wrapper(path: str, id: str = "tools/a.sh") -> bytes:
    row = ExecWrapper(
        id=id.encode(),
        path=path.encode(),
        body=f".s2s/canonical/{id}".encode(),
        project=b"0123456789ab",
    )
    return render.exec_wrapper(row)


@pytest.fixture
def repo(make_repo: Callable[..., Any], run_s2s: Callable[..., Any]) -> Any:
    """A body in the store, two wrappers and a link, all recorded."""
    made = make_repo(
        {STORE: BODY, "tools/a.sh": wrapper("tools/a.sh"), "b.sh": wrapper("b.sh")}
    )
    made.file("link.sh").symlink_to(STORE)
    made.commit(message="a link")
    run_s2s("manifest", "build", made.path)
    return made


def states(run_s2s: Callable[..., Any], repo: Any) -> dict[str, str]:
    done = run_s2s("wrappers", "check", repo.path, "--json")
    found = json.loads(done.stdout)["findings"]
    return {f"{f['worktree']}:{f['path']}": f["state"] for f in found}


def snapshot(root: Path) -> dict[str, tuple[int, bytes]]:
    found = {}
    for path in sorted(root.rglob("*")):
        if path.is_symlink():
            found[str(path)] = (0, os.fsencode(os.readlink(path)))
        elif path.is_file() and ".git" not in path.relative_to(root).parts:
            found[str(path)] = (path.stat().st_mode, path.read_bytes())
    return found


def test_all_is_in_its_place_and_building_changes_nothing(
    repo: Any, run_s2s: Callable[..., Any]
) -> None:
    before = snapshot(repo.path)

    checked = run_s2s("wrappers", "check", repo.path)
    built = run_s2s("wrappers", "build", repo.path, "--yes", "--json")

    assert (checked.exit_code, checked.stdout.splitlines()[-1]) == (
        0,
        "Wrappers, links, managed copies: 3 ok",
    )
    assert json.loads(built.stdout)["applied"]["txid"] is None
    assert snapshot(repo.path) == before


def test_what_is_missing_or_outdated_is_made_and_taken_back(
    repo: Any, run_s2s: Callable[..., Any]
) -> None:
    whole = snapshot(repo.path)
    repo.file("tools/a.sh").unlink()
    repo.file("link.sh").unlink()
    repo.write("b.sh", wrapper("elsewhere.sh"))
    broken = snapshot(repo.path)

    checked = run_s2s("wrappers", "check", repo.path)
    built = run_s2s("wrappers", "build", repo.path, "--yes")
    mended = snapshot(repo.path)
    run_s2s("dedupe", "undo", repo.path, "--yes")

    assert checked.exit_code == 1
    assert "missing     tools/a.sh" in checked.stdout
    assert "outdated    b.sh: made for tools/a.sh at elsewhere.sh" in checked.stdout
    assert built.exit_code == 0
    assert mended == whole
    assert snapshot(repo.path) == broken


def test_a_wrapper_that_was_made_runs_the_body(
    repo: Any, run_s2s: Callable[..., Any]
) -> None:
    repo.file("b.sh").unlink()

    run_s2s("wrappers", "build", repo.path, "--yes")

    done = subprocess.run([repo.file("b.sh"), "x y"], capture_output=True, check=False)
    assert done.stdout == b"body x y\n"


@pytest.mark.parametrize(
    ("data", "state"),
    [
        (b"#!/bin/sh\necho mine\n", "foreign"),
        (wrapper("b.sh") + b"echo more\n", "changed"),
    ],
)
def test_what_somebody_else_wrote_is_kept_and_named(
    data: bytes, state: str, repo: Any, run_s2s: Callable[..., Any]
) -> None:
    repo.write("b.sh", data)

    done = run_s2s("wrappers", "build", repo.path, "--yes")

    assert (done.exit_code, repo.read("b.sh")) == (0, data)
    assert state in done.stdout
    assert states(run_s2s, repo)[".:b.sh"] == state


def test_a_dry_run_shows_and_changes_nothing(
    repo: Any, run_s2s: Callable[..., Any]
) -> None:
    repo.file("b.sh").unlink()

    done = run_s2s("wrappers", "build", repo.path, "--dry-run")

    assert "b.sh" in done.stdout
    assert not repo.file("b.sh").exists()


def test_nobody_to_ask_is_exit_2_and_changes_nothing(
    repo: Any, run_s2s: Callable[..., Any]
) -> None:
    repo.file("b.sh").unlink()

    done = run_s2s("wrappers", "build", repo.path)

    assert (done.exit_code, repo.file("b.sh").exists()) == (2, False)


def test_without_a_manifest_it_is_exit_11_and_says_what_next(
    make_repo: Callable[..., Any], run_s2s: Callable[..., Any]
) -> None:
    repo = make_repo({"a.sh": BODY})

    for command in ("build", "check", "clean"):
        done = run_s2s("wrappers", command, repo.path)
        assert (done.exit_code, "s2s manifest build" in done.stderr) == (11, True)


def test_a_wrapper_without_a_body_is_unresolved_and_none_is_made(
    repo: Any, run_s2s: Callable[..., Any]
) -> None:
    repo.file(STORE).unlink()
    repo.file("b.sh").unlink()

    done = run_s2s("wrappers", "build", repo.path, "--yes")

    assert not repo.file("b.sh").exists()
    assert "no place holds tools/a.sh" in done.stdout
    assert states(run_s2s, repo) == {
        ".:b.sh": "missing",
        ".:link.sh": "dangling",
        ".:tools/a.sh": "unresolved",
    }


def test_another_worktree_is_mended_too_unless_it_is_locked(
    repo: Any, run_s2s: Callable[..., Any]
) -> None:
    other = repo.worktree("../other", branch="other")
    run_s2s("manifest", "build", repo.path)
    other.file("b.sh").unlink()
    repo.git("worktree", "lock", "--reason", "busy", other.path)

    locked = run_s2s("wrappers", "build", repo.path, "--yes")
    kept = not other.file("b.sh").exists()
    named = run_s2s("wrappers", "build", repo.path, "--yes", "--worktree", "../other")

    assert "the worktree is locked (busy)" in locked.stdout
    assert kept
    assert (named.exit_code, other.read("b.sh")) == (0, wrapper("b.sh"))


def test_a_worktree_whose_branch_never_had_the_script_gets_none(
    repo: Any, run_s2s: Callable[..., Any]
) -> None:
    other = repo.worktree("../other", branch="other")
    run_s2s("manifest", "build", repo.path)
    other.git("checkout", "-q", "--orphan", "empty")
    other.git("rm", "-r", "-q", "-f", ".")

    built = run_s2s("wrappers", "build", repo.path, "--yes")
    found = states(run_s2s, repo)

    assert "Nothing was changed." in built.stdout
    assert found["../other:b.sh"] == "elsewhere"
    assert run_s2s("wrappers", "check", repo.path).exit_code == 0


def test_a_worktree_that_is_gone_does_not_count(
    repo: Any, run_s2s: Callable[..., Any]
) -> None:
    other = repo.worktree("../other", branch="other")
    run_s2s("manifest", "build", repo.path)
    repo.git("worktree", "remove", other.path)

    assert states(run_s2s, repo)["../other:b.sh"] == "elsewhere"
    assert run_s2s("wrappers", "check", repo.path).exit_code == 0


def test_a_new_worktrees_wrappers_are_not_extra(
    repo: Any, run_s2s: Callable[..., Any]
) -> None:
    other = repo.worktree("../other", branch="other")

    cleaned = run_s2s("wrappers", "clean", repo.path, "--yes")

    assert states(run_s2s, repo)["../other:b.sh"] == "unrecorded"
    assert "Nothing was changed." in cleaned.stdout
    assert other.file("b.sh").exists()


def test_clean_removes_an_extra_wrapper_and_undo_brings_it_back(
    repo: Any, run_s2s: Callable[..., Any]
) -> None:
    repo.commit({"extra.sh": wrapper("extra.sh")})
    edited = wrapper("edited.sh").replace(b'exec "$@"', b'exec "$@" more')
    repo.commit({"edited.sh": edited})
    before = snapshot(repo.path)

    checked = run_s2s("wrappers", "check", repo.path)
    cleaned = run_s2s("wrappers", "clean", repo.path, "--yes")
    after = snapshot(repo.path)
    run_s2s("dedupe", "undo", repo.path, "--yes")

    assert checked.exit_code == 1
    assert "extra       extra.sh" in checked.stdout
    assert "edited.sh" in cleaned.stdout
    assert before.keys() - after.keys() == {f"{repo.path}/extra.sh"}
    assert snapshot(repo.path) == before


def test_a_managed_copy_follows_its_canonical(
    make_repo: Callable[..., Any], run_s2s: Callable[..., Any]
) -> None:
    repo = make_repo({"a.sh": BODY, "copy.sh": BODY, "own.sh": BODY})
    run_s2s("manifest", "build", repo.path)
    text = repo.read(".s2s/manifest.yaml").decode()
    repo.write(".s2s/manifest.yaml", text.replace("strategy: link", "strategy: copy"))
    repo.write("a.sh", BODY + "echo new\n")
    repo.write("own.sh", BODY + "echo own\n")

    done = run_s2s("wrappers", "build", repo.path, "--yes")

    assert done.exit_code == 0
    assert repo.read("copy.sh") == repo.read("a.sh")
    assert repo.read("own.sh").endswith(b"echo own\n")
    assert states(run_s2s, repo) == {".:copy.sh": "ok", ".:own.sh": "changed"}


def test_an_installed_entry_script_of_an_older_version_is_renewed(
    repo: Any, run_s2s: Callable[..., Any]
) -> None:
    run_s2s("wrappers", "install", repo.path, "--yes")
    now = repo.read(ENTRY)
    repo.write(ENTRY, now.replace(b"s2s-wrapper:1", b"s2s-wrapper:0"))

    before = states(run_s2s, repo)[f".:{ENTRY}"]
    run_s2s("wrappers", "build", repo.path, "--yes")

    assert (before, repo.read(ENTRY)) == ("outdated", now)


def test_a_path_that_two_scripts_claim_is_refused_by_name(
    repo: Any, run_s2s: Callable[..., Any]
) -> None:
    text = repo.read(".s2s/manifest.yaml").decode()
    forged = text.replace("path: b.sh,", "path: link.sh,")
    repo.write(".s2s/manifest.yaml", forged)

    done = run_s2s("wrappers", "build", repo.path, "--yes")

    assert (done.exit_code, "link.sh: a copy twice" in done.stderr) == (2, True)


def test_a_pipe_in_the_place_of_a_wrapper_is_foreign_and_not_waited_for(
    repo: Any, run_s2s: Callable[..., Any]
) -> None:
    repo.file("b.sh").unlink()
    os.mkfifo(repo.file("b.sh"))

    assert states(run_s2s, repo)[".:b.sh"] == "foreign"


def test_a_repository_with_linked_worktrees_alone_is_looked_after(
    make_repo: Callable[..., Any], run_s2s: Callable[..., Any]
) -> None:
    bare = make_repo(name="bare.git", bare=True)
    tree = bare.git("hash-object", "-t", "tree", "-w", "--stdin").decode().strip()
    first = bare.git("commit-tree", tree, "-m", "first").decode()
    bare.git("update-ref", "refs/heads/main", first.strip())
    one = bare.worktree("../one", branch="main")
    one.commit(
        {STORE: BODY, "tools/a.sh": wrapper("tools/a.sh"), "b.sh": wrapper("b.sh")}
    )
    run_s2s("manifest", "build", one.path)
    one.file("tools/a.sh").unlink()

    done = run_s2s("wrappers", "build", one.path, "--yes")

    assert (done.exit_code, one.read("tools/a.sh")) == (0, wrapper("tools/a.sh"))


@pytest.mark.parametrize("path", [".git/hooks/pre-commit", "a/.git/config"])
def test_a_manifest_that_names_a_path_inside_git_is_refused(
    path: str, repo: Any, run_s2s: Callable[..., Any]
) -> None:
    text = repo.read(".s2s/manifest.yaml").decode()
    forged = text.replace("path: b.sh,", f'path: "{path}",')
    repo.write(".s2s/manifest.yaml", forged)

    done = run_s2s("wrappers", "build", repo.path, "--yes")

    assert (done.exit_code, "leads into .git" in done.stderr) == (2, True)


def test_a_folder_that_is_a_link_is_not_written_through(
    repo: Any, run_s2s: Callable[..., Any], tmp_path: Path
) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    repo.file("tools/a.sh").unlink()
    repo.file("tools").rmdir()
    repo.file("tools").symlink_to(outside)

    done = run_s2s("wrappers", "build", repo.path, "--yes")

    assert "symbolic link" in done.stdout
    assert list(outside.iterdir()) == []


def test_hostile_names_are_owned_like_any_other(
    make_repo: Callable[..., Any], run_s2s: Callable[..., Any]
) -> None:
    name = os.fsdecode(b"a \n'$(id)\xff.sh")
    repo = make_repo({STORE: BODY})
    repo.file(name).symlink_to(STORE)
    repo.commit(message="a link")
    run_s2s("manifest", "build", repo.path)
    repo.file(name).unlink()

    done = run_s2s("wrappers", "build", repo.path, "--yes")

    assert done.exit_code == 0, done.stderr
    assert os.readlink(repo.file(name)) == STORE
