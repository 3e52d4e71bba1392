"""Real shells that source or run a library, and what they then have."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

from s2s_tools.scripts.environment import table

SHELLS = ("sh", "dash", "bash", "busybox", "zsh", "mksh", "ksh")
# The machine that runs the tests may itself be a container.
SIGNALS = tuple(signal._replace(files=()) for signal in table.SIGNALS)
FOREIGN = {name for signal in table.SIGNALS for name in signal.variables}
PRINT = "; ".join(f'printf "%s=%s\\0" {name} "${name}"' for name in table.NAMES)


def argv(shell: str) -> list[str]:
    return ["busybox", "sh"] if shell == "busybox" else [shell]


def clean(**more: str) -> dict[str, str]:
    names = {*table.NAMES, *FOREIGN}
    kept = {key: value for key, value in os.environ.items() if key not in names}
    return kept | more


def run(
    words: list[str], cwd: Path, env: dict[str, str] | None = None
) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        words,
        cwd=cwd,
        env=clean() if env is None else env,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )


def values(text: str) -> dict[str, str]:
    return dict(row.split("=", 1) for row in text.split("\0") if row)
