"""Help, unknown commands and aliases come from the table."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click
import pytest

from s2s_tools.cli import main
from s2s_tools.plugins import codec, shipped
from s2s_tools.plugins.model import Row

ROOT = Path(__file__).resolve().parents[2]
HEAVY = ("yaml", "jinja2", "git", "anthropic", "rich", "pydantic")
LEAVES = [row for row in shipped.COMMANDS if row.target]


def test_the_shipped_table_equals_the_yaml() -> None:
    data = (ROOT / "manifests" / "commands.yaml").read_bytes()

    assert codec.rows(data, "commands.yaml") == shipped.COMMANDS, "run: make table"


def test_short_help_names_the_first_commands_and_the_whole_help_all(
    run_s2s: Callable[..., Any],
) -> None:
    short, whole = run_s2s("--help"), run_s2s("--help-all")

    assert short.exit_code == whole.exit_code == 0
    assert 0 < sum(row.first for row in shipped.COMMANDS) <= 15
    for row in shipped.COMMANDS:
        assert (f"\n  {row.name}" in short.stdout) == row.first
    for row in LEAVES:
        assert f"\n  {row.name}" in whole.stdout
        assert row.room in whole.stdout


@pytest.mark.parametrize("row", LEAVES, ids=lambda row: row.name)
def test_every_command_has_help_an_example_json_and_exit_codes(
    row: Row, run_s2s: Callable[..., Any]
) -> None:
    done = run_s2s(*row.name.split(), "--help")

    assert done.exit_code == 0
    assert f"Usage: s2s {row.name}" in done.stdout
    assert "Example" in done.stdout
    assert f"s2s {row.name}" in done.stdout.split("Example")[1]
    assert "--json" in done.stdout
    assert "exit codes" in done.stdout.lower()
    assert max(map(len, done.stdout.splitlines())) <= 80


@pytest.mark.parametrize("row", shipped.COMMANDS, ids=lambda row: row.name)
def test_every_command_stands_in_the_readme(row: Row) -> None:
    assert f"s2s {row.name}" in (ROOT / "README.md").read_text(encoding="utf-8")


def test_an_unknown_command_is_exit_2_with_a_near_match(
    run_s2s: Callable[..., Any],
) -> None:
    done = run_s2s("complteion")

    assert done.exit_code == 2
    assert done.stdout == ""
    assert done.stderr.splitlines() == [
        "s2s: there is no command 'complteion'; did you mean completion; see s2s --help"
    ]


def test_an_error_with_json_is_one_json_line_on_stderr(
    run_s2s: Callable[..., Any],
) -> None:
    done = run_s2s("completion", "tcsh", "--json")

    said = json.loads(done.stderr)
    assert done.stdout == ""
    assert said["exit_code"] == done.exit_code == 2
    assert said["error"] == "UsageFault"


def test_a_word_after_two_dashes_is_no_option(run_s2s: Callable[..., Any]) -> None:
    done = run_s2s("scan", "--", "--json")

    assert done.stderr.startswith("s2s: ")


@pytest.mark.parametrize("arguments", [["--help"], ["--version"], ["scan", "."]])
def test_start_up_imports_nothing_heavy(
    arguments: list[str], make_repo: Callable[..., Any]
) -> None:
    repo = make_repo({"a.sh": "#!/bin/sh\n", "b.sh": "#!/bin/sh\n"})
    program = (
        "import sys\nfrom s2s_tools.cli import main\n"
        f"code = main.run({arguments!r})\n"
        f"heavy = [m for m in {HEAVY!r} + ('importlib.metadata',) if m in sys.modules]"
        "\nassert not heavy, heavy\nsys.exit(code)"
    )

    done = subprocess.run(
        [sys.executable, "-c", program],
        cwd=repo.path,
        env={"PYTHONPATH": str(ROOT), "PATH": "/usr/bin:/bin"},
        capture_output=True,
        check=False,
    )

    assert done.returncode == 0, done.stderr.decode()


def test_an_unexpected_failure_is_one_line_and_a_traceback_in_the_log(
    run_s2s: Callable[..., Any], monkeypatch: pytest.MonkeyPatch, git_env: Path
) -> None:
    def explode() -> click.Group:
        raise ZeroDivisionError("by design")

    monkeypatch.setattr(main, "tree", explode)
    done = run_s2s("scan")

    log = git_env / "xdg-state" / "s2s" / "errors.log"
    assert done.exit_code == 3
    assert len(done.stderr.splitlines()) == 1
    assert "bug" in done.stderr
    assert "ZeroDivisionError: by design" in log.read_text()


def test_a_reader_that_goes_away_is_no_traceback() -> None:
    done = subprocess.run(
        ["bash", "-c", f"{sys.executable} -m s2s_tools --help-all | true"],
        cwd=ROOT,
        capture_output=True,
        check=False,
    )

    assert done.stderr == b""


def test_without_a_command_the_help_is_shown_as_it_is(
    run_s2s: Callable[..., Any],
) -> None:
    done = run_s2s("manifest")

    assert done.exit_code == 2
    assert done.stdout == ""
    assert "\n  build  " in done.stderr


def test_a_usage_error_is_one_line(run_s2s: Callable[..., Any]) -> None:
    done = run_s2s("completion")

    assert done.stderr.count("\n") == 1
    assert "\\n" not in done.stderr


@pytest.mark.parametrize("word", ["--help", "--version", "--help-all"])
@pytest.mark.parametrize("stdout", ["/dev/full", "&-"])
def test_a_stdout_that_takes_nothing_is_one_line_and_exit_1(
    word: str, stdout: str
) -> None:
    done = subprocess.run(
        ["bash", "-c", f"{sys.executable} -m s2s_tools {word} >{stdout}"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )

    assert (done.returncode, done.stderr.count("\n")) == (1, 1), done.stderr
    assert "bug" not in done.stderr


def test_what_was_done_is_said_when_stdout_takes_no_more(
    make_repo: Callable[..., Any],
) -> None:
    repo = make_repo({"a.sh": "#!/bin/sh\n:\n", "b.sh": "#!/bin/sh\n:\n"})
    run = f"{sys.executable} -P -m s2s_tools dedupe apply --yes --json"

    done = subprocess.run(
        ["bash", "-c", f"{run} >/dev/full"],
        cwd=repo.path,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 1
    assert (repo.path / "b.sh").is_symlink()
    assert "was made" in json.loads(done.stderr)["message"]
