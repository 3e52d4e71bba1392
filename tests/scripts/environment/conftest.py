"""A repository with the libraries in it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from s2s_tools.scripts.environment import render
from tests.scripts.environment import sourced


@pytest.fixture
def place(make_repo: Callable[..., Any]) -> Any:
    """A repository in a hostile folder, with the libraries and a linked tree."""
    files = {
        f"lib/s2s-env.{shell}": render.library(shell, sourced.SIGNALS).decode()
        for shell in ("sh", "bash", "fish")
    }
    repo = make_repo(files, name="a place *[x] 'q' & $HOME")
    repo.worktree("../linked tree", branch="linked")
    return repo
