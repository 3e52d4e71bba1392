"""`s2s worktree env`: what a worktree has for itself."""

from __future__ import annotations

import click

from s2s_tools.cli import options, output, worktrees


@click.command(
    epilog=options.examples(
        "s2s worktree env", "s2s worktree env login", "s2s worktree env login --json"
    )
)
@click.argument("name", required=False, type=click.Path(path_type=bytes))
@worktrees.repo
@options.as_json
def worktree_env(name: bytes | None, repo: bytes, as_json: bool) -> None:
    """Print the variables of the worktree NAME, by default of this one.

    A worktree that has no ports and databases yet is given some, and an .env where
    it has none; after that the answer stays the same.

    Exit codes: 0 printed, 1 the worktree's folder is gone, 11 no such worktree,
    18 waited two minutes for another run.
    """
    from s2s_tools.scripts.worktrees import dotenv, service

    found = service.env(repo, name, worktrees.server())
    lines = [output.safe(line) for line in dotenv.lines(found.variables)]
    output.emit(worktrees.document(found), lines, as_json=as_json)
