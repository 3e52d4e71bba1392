"""The ground that the other tests stand on holds."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest


def test_the_real_home_and_its_git_configuration_are_out_of_reach(git_env):
    asked = subprocess.run(
        ["git", "config", "--global", "--list"], capture_output=True, check=False
    )

    assert Path.home() == git_env
    assert asked.stdout == b""
    assert not [
        name for name in os.environ if name.startswith(("S2S_", "AGENT_", "CLAUDE"))
    ]


def test_the_same_commits_get_the_same_ids(make_repo):
    one = make_repo({"a.sh": "#!/bin/sh\n"}, name="one")
    two = make_repo({"a.sh": "#!/bin/sh\n"}, name="two")

    assert one.head() == two.head()
    assert one.commit({"a.sh": "x"}) == two.commit({"a.sh": "x"})


def test_a_repository_has_commits_branches_and_worktrees(make_repo):
    repo = make_repo({"bin/run.sh": "#!/bin/sh\necho 1\n", b"odd-\xff.sh": b"x\r\n"})
    linked = repo.worktree("worktrees/old one", branch="old")
    loose = repo.worktree("../outside")

    linked.commit({"bin/run.sh": ("#!/bin/sh\necho 2\n", 0o644)})

    assert repo.read("bin/run.sh") == b"#!/bin/sh\necho 1\n"
    assert repo.file("bin/run.sh").stat().st_mode & 0o777 == 0o755
    assert linked.git("show", "--format=", "--raw").startswith(b":100755 100644")
    assert loose.head() == repo.head() != linked.head("old")
    assert b"odd-\xff.sh" in os.listdir(os.fsencode(loose.path))


def test_a_tool_that_is_missing_is_named(require_tool, monkeypatch):
    with pytest.raises(
        (pytest.skip.Exception, pytest.fail.Exception), match="no-such-tool"
    ):
        require_tool("no-such-tool")

    assert require_tool("git").endswith("git")


def test_the_program_runs_in_this_process_and_as_its_own(run_s2s, s2s_process):
    inside, outside = run_s2s("--version"), s2s_process("--version")

    assert inside == outside
    assert inside.exit_code == 0
    assert inside.stdout.startswith("s2s")
    assert run_s2s("no-such-command").exit_code == 2
