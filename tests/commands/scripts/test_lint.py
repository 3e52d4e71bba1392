"""`s2s lint` on real repositories."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from typing import Any

import pytest

Run = Callable[..., Any]
BAD = "#!/bin/bash\nsed -i s/a/b/ f\ncat $x\n"
GOOD = '#!/bin/sh\necho "$1"\n'


@pytest.fixture
def repo(make_repo: Callable[..., Any]) -> Any:
    return make_repo({"a.sh": GOOD, "lib/b.sh": BAD, "doc.md": "sed -i x"})


def rules(done: Any) -> set[str]:
    return {row["rule"] for row in json.loads(done.stdout)["findings"]}


def test_both_checkers_report(repo: Any, run_s2s: Run) -> None:
    done = run_s2s("lint", "--json", cwd=repo.path)

    said = json.loads(done.stdout)
    assert done.exit_code == 1
    assert rules(done) == {"sed-in-place", "SC2086", "SC2154"}
    assert {row["path"] for row in said["findings"]} == {"lib/b.sh"}
    assert said["checkers"] == ["s2s", "shellcheck"]
    assert said["totals"]["findings"] == said["totals"]["new"] == 3


def test_for_people_a_line_each(repo: Any, run_s2s: Run) -> None:
    done = run_s2s("lint", cwd=repo.path)

    assert done.stdout.startswith("lib/b.sh:2:1: warning: sed -i takes its suffix")
    assert "sed.bak" not in done.stdout
    assert done.stdout.endswith("2 scripts: 3 findings.\n")


def test_nothing_found_is_0(repo: Any, run_s2s: Run) -> None:
    assert run_s2s("lint", "a.sh", cwd=repo.path).exit_code == 0


def test_a_folder_covers_what_is_beneath_it(repo: Any, run_s2s: Run) -> None:
    repo.write("c.sh", "#!/bin/sh\ntac f\n")

    below = run_s2s("lint", "lib", "--json", cwd=repo.path)
    whole = run_s2s("lint", "--json", cwd=repo.file("lib"))

    assert "tac-command" not in rules(below)
    assert rules(whole) == rules(below)


def test_severity_and_checkers_can_be_chosen(repo: Any, run_s2s: Run) -> None:
    own = run_s2s("lint", "--json", "--no-shellcheck", cwd=repo.path)
    warnings = run_s2s("lint", "--json", "--severity", "warning", cwd=repo.path)
    errors = run_s2s("lint", "--json", "--severity", "error", cwd=repo.path)
    odd = run_s2s("lint", "--severity", "loud", cwd=repo.path)

    assert rules(own) == {"sed-in-place"}
    assert rules(warnings) == {"sed-in-place", "SC2154"}
    assert (errors.exit_code, odd.exit_code) == (0, 2)


def test_a_path_given_twice_is_one(repo: Any, run_s2s: Run) -> None:
    done = run_s2s("lint", "--json", "lib/b.sh", "./lib/b.sh", "lib", cwd=repo.path)

    assert json.loads(done.stdout)["files"] == 1


def test_an_untracked_file_and_one_outside_are_looked_at(
    repo: Any, run_s2s: Run, tmp_path_factory: pytest.TempPathFactory
) -> None:
    other = tmp_path_factory.mktemp("outside") / "x y.sh"
    other.write_text(BAD)
    repo.write("new", BAD)

    done = run_s2s("lint", "--json", "new", other, cwd=repo.path)

    assert json.loads(done.stdout)["files"] == 2


def test_what_cannot_be_looked_at_is_named(repo: Any, run_s2s: Run) -> None:
    repo.write("binary.sh", b"#!/bin/sh\n\0")
    repo.write("large.sh", "#!/bin/sh\n" + "# x\n" * 300_000)
    repo.file("link.sh").symlink_to("a.sh")
    repo.write("tool", "#!/usr/bin/env python3\nimport os\n")
    os.mkfifo(repo.file("pipe.sh"))
    words = ("binary.sh", "large.sh", "link.sh", "tool", "pipe.sh", "doc.md", "a.sh")

    done = run_s2s("lint", "--json", *words, cwd=repo.path)

    said = json.loads(done.stdout)
    reasons = {row["path"]: row["reason"] for row in said["skipped"]}
    assert said["files"] == 1
    assert "NUL" in reasons["binary.sh"]
    assert "larger than 1 MiB" in reasons["large.sh"]
    assert "symbolic link" in reasons["link.sh"]
    assert "no regular file" in reasons["pipe.sh"]
    assert "no shell script" in reasons["tool"]
    assert "no shell script" in reasons["doc.md"]


def test_options_of_the_users_own_do_not_confuse_it(
    repo: Any, run_s2s: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    repo.write("c.sh", "#!/bin/bash\n. ./lib/b.sh\n")
    monkeypatch.setenv("SHELLCHECK_OPTS", "-a -x -f gcc")

    done = run_s2s("lint", "--json", "c.sh", cwd=repo.path)

    assert done.exit_code in (0, 1)
    assert json.loads(done.stdout)["files"] == 1


@pytest.mark.parametrize(
    "name",
    [b"-x.sh", b"a b.sh", b"new\nline.sh", b"\xff.sh", b"$(id).sh", "é.sh".encode()],
)
def test_odd_names_are_looked_at_by_both(repo: Any, run_s2s: Run, name: bytes) -> None:
    repo.write(name, BAD)

    done = run_s2s("lint", "--json", "--no-baseline", cwd=repo.path)

    path = os.fsdecode(name)
    found = [r for r in json.loads(done.stdout)["findings"] if r["path"] == path]
    assert {row["source"] for row in found} == {"s2s", "shellcheck"}


def test_text_that_is_not_utf_8_and_dos_ends_and_no_shell(
    repo: Any, run_s2s: Run
) -> None:
    repo.write("latin.sh", b"#!/bin/bash\n# \xe9\nsed -i s/\xe9/b/ f\n")
    repo.write("dos.sh", b"#!/bin/bash\r\nsed -i s/a/b/ f\r\n")
    repo.write("broken.sh", b"#!/bin/bash\nif (( then\n")
    words = ("latin.sh", "dos.sh", "broken.sh")

    done = run_s2s("lint", "--json", *words, cwd=repo.path)

    found = json.loads(done.stdout)["findings"]
    by_path = {p: {r["rule"] for r in found if r["path"] == p} for p in words}
    assert "sed-in-place" in by_path["latin.sh"]
    assert "sed-in-place" in by_path["dos.sh"]
    assert "not-read" in by_path["broken.sh"]


def test_a_missing_path_is_11(repo: Any, run_s2s: Run) -> None:
    done = run_s2s("lint", "nowhere.sh", cwd=repo.path)

    assert (done.exit_code, done.stdout) == (11, "")


def test_without_shellcheck_it_says_how_to_get_it(
    repo: Any, run_s2s: Run, monkeypatch: pytest.MonkeyPatch, tmp_path: Any
) -> None:
    git = tmp_path / "bin"
    git.mkdir()
    monkeypatch.setenv("PATH", str(git))
    monkeypatch.setattr("sys.executable", str(git / "python"))

    missing = run_s2s("lint", "a.sh", cwd=repo.path)
    own = run_s2s("lint", "a.sh", "--no-shellcheck", cwd=repo.path)

    assert missing.exit_code == 11
    assert "pip install 's2s_tools[lint]'" in missing.stderr
    assert own.exit_code == 0


def test_a_baseline_lets_a_repository_start_from_where_it_is(
    repo: Any, run_s2s: Run
) -> None:
    asked = run_s2s("lint", "--write-baseline", cwd=repo.path)
    dry = run_s2s("lint", "--write-baseline", "--dry-run", cwd=repo.path)
    absent = not repo.file(".s2s/lint-baseline.json").exists()
    wrote = run_s2s("lint", "--write-baseline", "--yes", cwd=repo.path)
    again = run_s2s("lint", "--write-baseline", "--yes", cwd=repo.path)

    known = run_s2s("lint", cwd=repo.path)
    repo.write("lib/b.sh", BAD.replace("sed", "\n\nsed"))
    moved = run_s2s("lint", "lib", cwd=repo.path)
    repo.write("lib/b.sh", BAD + "sed -i s/a/b/ f\n")
    copied = run_s2s("lint", "--json", cwd=repo.path)
    every = run_s2s("lint", "--no-baseline", cwd=repo.path)

    assert (asked.exit_code, dry.exit_code, absent) == (2, 0, True)
    assert (wrote.exit_code, again.exit_code) == (0, 0)
    assert "Nothing was changed." in again.stdout
    assert (known.exit_code, moved.exit_code) == (0, 0)
    assert "known to the baseline" in known.stdout
    fresh = [row for row in json.loads(copied.stdout)["findings"] if row["new"]]
    assert [(row["rule"], row["line"]) for row in fresh] == [("sed-in-place", 4)]
    assert (copied.exit_code, every.exit_code) == (1, 1)


def test_a_baseline_is_undone_and_never_takes_anothers_place(
    repo: Any, run_s2s: Run
) -> None:
    words = ("lint", "--write-baseline", "--yes")
    run_s2s(*words, cwd=repo.path)

    undone = run_s2s("dedupe", "undo", "--yes", cwd=repo.path)
    refused = run_s2s(*words, "--baseline", "doc.md", cwd=repo.path)

    assert undone.exit_code == 0
    assert not repo.file(".s2s/lint-baseline.json").exists()
    assert refused.exit_code == 1
    assert repo.read("doc.md") == b"sed -i x"


def test_a_broken_baseline_is_2(repo: Any, run_s2s: Run) -> None:
    repo.write(".s2s/lint-baseline.json", "{")

    assert run_s2s("lint", cwd=repo.path).exit_code == 2


def test_all_worktrees_and_one(repo: Any, run_s2s: Run) -> None:
    tree = repo.worktree("../linked", branch="b")
    tree.write("only.sh", "#!/bin/sh\ntac f\n")

    own = run_s2s("lint", "--json", cwd=repo.path)
    every = run_s2s("lint", "--json", "--all-worktrees", cwd=repo.path)
    there = run_s2s("lint", "--json", tree.path, cwd=repo.path)

    assert "tac-command" not in rules(own)
    assert json.loads(every.stdout)["totals"]["by_rule"]["sed-in-place"] == 2
    assert "tac-command" in rules(there)


def test_sarif_is_one_document_and_goes_alone(repo: Any, run_s2s: Run) -> None:
    done = run_s2s("lint", "--sarif", cwd=repo.path)
    both = run_s2s("lint", "--sarif", "--json", cwd=repo.path)

    (run,) = json.loads(done.stdout)["runs"]
    assert done.exit_code == 1
    assert {result["ruleId"] for result in run["results"]} == {
        "sed-in-place",
        "SC2086",
        "SC2154",
    }
    assert both.exit_code == 2


def test_nothing_is_written(repo: Any, run_s2s: Run) -> None:
    run_s2s("lint", cwd=repo.path)

    assert repo.git("status", "--porcelain") == b""
