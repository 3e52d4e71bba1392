"""Repositories that want to harm: programs in the configuration, broken state."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from s2s_tools.changes import place

Repo = Any
Run = Callable[..., Any]
FREE = "#!/bin/sh\necho free\n"
COMMANDS = (
    ("manifest", "build"),
    ("manifest", "show"),
    ("manifest", "check"),
    ("dedupe", "plan"),
    ("dedupe", "apply", "--yes"),
    ("dedupe", "status"),
    ("dedupe", "verify"),
    ("dedupe", "undo", "--yes"),
    ("dedupe", "sync", "--yes"),
    ("dedupe", "undo", "--yes"),
)


@pytest.fixture
def repo(make_repo: Callable[..., Repo]) -> Repo:
    """A duplicate here, a stale copy in a worktree, a file with a filter."""
    main = make_repo({"a.sh": FREE, "b.sh": FREE, "c.sh": "echo old\n", "d.txt": "d\n"})
    main.worktree("wt", branch="side")
    main.commit({"c.sh": "echo new\n"})
    return main


def test_no_program_that_the_repository_names_is_run(
    repo: Repo, run_s2s: Run, tmp_path: Path
) -> None:
    canary = tmp_path / "canary"
    touch = f"touch '{canary}'; cat"
    repo.commit({".gitattributes": "*.txt filter=f diff=d\n*.sh diff=d\n"})
    hook = tmp_path / "hooks/post-checkout"
    hook.parent.mkdir()
    hook.write_text(f"#!/bin/sh\n{touch}\n")
    hook.chmod(0o755)
    for name in ("reference-transaction", "post-index-change", "pre-commit"):
        os.link(hook, hook.with_name(name))
    for key, value in {
        "core.fsmonitor": touch,
        "core.hooksPath": str(hook.parent),
        "core.pager": touch,
        "core.editor": touch,
        "core.sshCommand": touch,
        "filter.f.clean": touch,
        "filter.f.smudge": touch,
        "filter.f.process": touch,
        "filter.f.required": "true",
        "diff.external": touch,
        "diff.d.textconv": touch,
        "diff.d.command": touch,
        "merge.d.driver": touch,
        "gpg.program": touch,
        "credential.helper": touch,
        "alias.status": f"!{touch}",
        "alias.config": f"!{touch}",
    }.items():
        repo.git("config", key, value)
    for folder in (repo.path, repo.path / "wt"):
        os.utime(folder / "d.txt", (4_000_000_000, 4_000_000_000))
        os.utime(folder / "a.sh", (4_000_000_000, 4_000_000_000))
    canary.unlink(missing_ok=True)

    codes = [run_s2s(*words, cwd=repo.path).exit_code for words in COMMANDS]

    assert codes == [0] * len(COMMANDS)
    assert not canary.exists()


def test_reading_commands_write_nothing_at_all(repo: Repo, run_s2s: Run) -> None:
    def everything() -> dict[str, tuple[int, int]]:
        return {
            str(path): (path.lstat().st_mtime_ns, path.lstat().st_size)
            for path in repo.path.rglob("*")
        }

    os.utime(repo.file("d.txt"), (1, 1))
    before = everything()

    for words in (
        ("dedupe", "plan"),
        ("dedupe", "status"),
        ("dedupe", "verify"),
        ("dedupe", "apply", "--dry-run"),
        ("dedupe", "sync", "--dry-run"),
        ("dedupe", "undo", "--dry-run"),
        ("manifest", "build", "--dry-run"),
        ("manifest", "check"),
    ):
        run_s2s(*words, cwd=repo.path)

    assert everything() == before


@pytest.mark.parametrize(
    "words",
    [
        ("dedupe", "apply"),
        ("dedupe", "sync"),
        ("dedupe", "undo"),
        ("manifest", "build"),
    ],
    ids=" ".join,
)
def test_a_second_run_at_the_same_time_is_exit_18(
    repo: Repo, run_s2s: Run, words: tuple[str, str]
) -> None:
    run_s2s("dedupe", "apply", "--yes", cwd=repo.path)
    repo.write("new.sh", "#!/bin/sh\n")
    repo.commit({"e.sh": FREE})
    more = ("--yes",) if words[0] == "dedupe" else ()

    with place.hold(os.fsencode(repo.file(".git").resolve()), who="a test"):
        done = run_s2s(*words, *more, cwd=repo.path)

    assert done.exit_code == 18
    assert len(done.stderr.splitlines()) == 1


@pytest.mark.parametrize("word", ["status", "verify", "undo", "apply"])
def test_a_corrupt_journal_stops_everything_in_one_line(
    repo: Repo, run_s2s: Run, word: str
) -> None:
    run_s2s("dedupe", "apply", "--yes", cwd=repo.path)
    (journal,) = repo.file(".git/s2s").glob("*.journal")
    journal.write_bytes(b"{}\n" + journal.read_bytes())
    repo.commit({"e.sh": FREE})
    more = ("--yes",) if word in ("undo", "apply") else ()

    done = run_s2s("dedupe", word, *more, "--json", cwd=repo.path)

    assert (done.exit_code, done.stdout) == (1, "")
    assert json.loads(done.stderr)["error"] == "JournalCorrupt"
    assert not repo.file("e.sh").is_symlink()


def test_a_corrupt_index_is_one_line(repo: Repo, run_s2s: Run) -> None:
    repo.file(".git/index").write_bytes(b"DIRC" + b"\xff" * 40)

    for words in (
        ("dedupe", "plan"),
        ("dedupe", "sync", "--yes"),
        ("manifest", "build"),
    ):
        done = run_s2s(*words, cwd=repo.path)
        assert done.exit_code == 1
        assert len(done.stderr.splitlines()) == 1


def test_outside_a_repository_is_exit_11(run_s2s: Run, tmp_path: Path) -> None:
    for words in COMMANDS:
        assert run_s2s(*words, cwd=tmp_path).exit_code == 11


def test_a_plan_that_leads_out_of_the_tree_is_refused(
    repo: Repo, run_s2s: Run, tmp_path: Path
) -> None:
    plan = json.loads(run_s2s("dedupe", "plan", "--json", cwd=repo.path).stdout)
    for path in ("../out.sh", "/etc/x", "a/../../out.sh", ".git/config", "a\0b"):
        plan["writes"][0]["path"] = path
        (tmp_path / "p.json").write_text(json.dumps(plan))

        done = run_s2s(
            "dedupe", "apply", "--plan", tmp_path / "p.json", "--yes", cwd=repo.path
        )

        assert done.exit_code == 2, path
        assert len(done.stderr.splitlines()) == 1


@pytest.mark.parametrize("words", COMMANDS, ids=" ".join)
def test_every_command_has_help_with_an_example_and_its_exit_codes(
    run_s2s: Run, words: tuple[str, ...]
) -> None:
    done = run_s2s(*words[:2], "--help")

    assert done.exit_code == 0
    assert "Examples:" in done.stdout
    assert "Exit codes:" in done.stdout
    assert max(map(len, done.stdout.splitlines())) <= 80


def test_a_bad_index_elsewhere_leaves_that_tree_alone(
    make_repo: Callable[..., Repo], run_s2s: Run
) -> None:
    repo = make_repo({"a.sh": "echo a\n", "b.sh": "echo a\n", "c.sh": "echo old\n"})
    side = repo.worktree("../side", branch="side")
    repo.commit({"c.sh": "echo new\n"})
    (repo.path / ".git/worktrees/side/index").write_bytes(b"")

    ran = {
        words: run_s2s(*words, cwd=repo.path)
        for words in (
            ("dedupe", "plan"),
            ("dedupe", "status"),
            ("dedupe", "sync", "--yes"),
            ("dedupe", "apply", "--yes"),
            ("dedupe", "verify"),
        )
    }
    named = run_s2s("dedupe", "sync", "--worktree", "../side", "--yes", cwd=repo.path)
    built = run_s2s("manifest", "build", cwd=repo.path)

    assert [r.exit_code for r in ran.values()] == [0] * 5, ran
    assert all("too short" in r.stdout + r.stderr for r in ran.values()), ran
    assert [named.exit_code, built.exit_code] == [1, 1]
    assert "too short" in named.stderr
    assert "too short" in built.stderr
    assert side.read("c.sh") == b"echo old\n"
    assert repo.file("b.sh").is_symlink()
