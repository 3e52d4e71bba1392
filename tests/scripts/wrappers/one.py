"""One wrapper, one body, one run: what the tests of a single wrapper share."""

from __future__ import annotations

import subprocess
from pathlib import Path
from typing import Any, Final

import pytest

from tests.scripts.wrappers.worlds import NAME, STORE, World

SHELLS: Final = {
    "exec": [],
    "bash": ["bash"],
    "bash posix": ["bash", "--posix"],
    "dash": ["dash"],
    "busybox": ["busybox", "sh"],
    "zsh": ["zsh"],
    "zsh as sh": ["zsh", "--emulate", "sh"],
}
every_shell = pytest.mark.parametrize("shell", SHELLS)


def body(tree: Path, data: bytes, mode: int = 0o755) -> Path:
    """Put a body into the tree's store."""
    return World(tree).write(tree / STORE / NAME, data, mode)


def run(*argv: str | Path, **more: Any) -> subprocess.CompletedProcess[bytes]:
    """Run it, and keep what it says."""
    return subprocess.run(argv, capture_output=True, check=False, timeout=30, **more)
