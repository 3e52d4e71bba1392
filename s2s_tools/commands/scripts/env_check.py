"""`s2s env check`: contradictions in the environment."""

from __future__ import annotations

import click

from s2s_tools import constants
from s2s_tools.cli import options, output


@click.command(epilog=options.examples("s2s env check", "s2s env check --json"))
@options.path
@options.as_json
def env_check(path: bytes, as_json: bool) -> int:
    """Check that what the environment says at PATH can be meant.

    Found are: an S2S_ROOT that is another folder than the main worktree, state
    files outside COORDINATION_DIR, an unknown environment, a staging marker on a
    production machine, values that no program would understand.

    Exit codes: 0 nothing contradicts, 1 something does, 11 no repository here and
    no S2S_ROOT.
    """
    from s2s_tools.scripts.environment import service

    found = service.contradictions(path)
    document = {
        "schema": 1,
        "contradictions": [{"name": c.name, "message": c.message} for c in found],
    }
    lines = [f"{c.name}: {output.safe(c.message)}" for c in found]
    output.emit(document, lines or ["Nothing contradicts."], as_json=as_json)
    return constants.EXIT_FAILURE if found else constants.EXIT_DONE
