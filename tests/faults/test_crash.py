"""A sample of the crash harness, and the planted bugs that it must find."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

HARNESS = Path(__file__).with_name("crash.py")
BUGS = (
    "unlink-before-link",
    "no-recheck",
    "journal-after-rename",
    "no-full-write-loop",
    "commit-record-before-verify",
)


def run(*args: str) -> subprocess.CompletedProcess[str]:
    """Run the harness in a process of its own: it forks, kills and drops rights."""
    argv = [sys.executable, str(HARNESS), *args]
    return subprocess.run(argv, capture_output=True, text=True, check=False)


def test_a_sample_of_the_trials_breaks_no_promise(
    require_tool: Callable[[str], str],
) -> None:
    if os.environ.get("S2S_REQUIRE_ALL") == "1":
        require_tool("strace")

    done = run("--quick", "--json")

    table = json.loads(done.stdout)
    failures = [f for row in table.values() for f in row["failures"]]
    assert failures == []
    assert sum(row["trials"] for row in table.values()) >= 100
    assert sum(row["after"] for row in table.values()) >= 20


@pytest.mark.parametrize("bug", BUGS)
def test_a_planted_bug_is_caught_and_clean_code_passes_the_same_trial(
    bug: str,
) -> None:
    done = run("--bug", bug)

    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.startswith(f"{bug}: caught by ")
