"""`s2s worktree list`: every worktree and what it has."""

from __future__ import annotations

import click

from s2s_tools.cli import options, output, worktrees


@click.command(epilog=options.examples("s2s worktree list", "s2s worktree list --json"))
@worktrees.repo
@options.as_json
def worktree_list(repo: bytes, as_json: bool) -> None:
    """List the worktrees that git knows, with their ports and databases.

    Exit codes: 0 listed, 2 an allocation cannot be read, 11 no repository.
    """
    from s2s_tools.scripts.worktrees import service

    rows = service.listed(repo)
    document = {"schema": 1, "worktrees": [worktrees.record(row) for row in rows]}
    output.emit(document, worktrees.table(rows), as_json=as_json)
