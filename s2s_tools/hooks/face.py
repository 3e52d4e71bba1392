"""Runs one check as `s2s hooks run` does, so that both speak alike."""

from __future__ import annotations

from collections.abc import Sequence

from s2s_tools.cli import main as boundary


def run(check: str, argv: Sequence[str]) -> int:
    """The check's exit code; names of files in `argv` do not narrow it."""
    return boundary.run(["hooks", "run", check, *argv])
