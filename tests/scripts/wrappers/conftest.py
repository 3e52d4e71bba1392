"""A tree, a body for it and a shell, for the tests that run one wrapper."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.scripts.wrappers.one import SHELLS
from tests.scripts.wrappers.worlds import World


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """A tree with the wrapper; the store is up to the test."""
    return World(tmp_path).tree(who="")


@pytest.fixture
def words(require_tool: Callable[[str], str]) -> Callable[[str], list[str]]:
    """The command line of a shell; skips where it is missing."""

    def get(shell: str) -> list[str]:
        if SHELLS[shell]:
            require_tool(SHELLS[shell][0])
        return SHELLS[shell]

    return get
