"""`s2s worktree remove`: a worktree goes, nothing is lost."""

from __future__ import annotations

import click

from s2s_tools import constants
from s2s_tools.cli import options, output, worktrees


@click.command(
    epilog=options.examples(
        "s2s worktree remove login --dry-run", "s2s worktree remove login --yes"
    )
)
@click.argument("name", type=click.Path(path_type=bytes))
@worktrees.repo
@options.dry_run
@options.yes
@options.as_json
def worktree_remove(
    name: bytes, repo: bytes, dry_run: bool, yes: bool, as_json: bool
) -> int:
    """Remove the worktree NAME, its unedited .env, its ports and database names.

    It stays where something would be lost: changes that are not committed, ignored
    files, an unfinished merge or rebase, commits of a detached HEAD that no branch
    or tag holds. Its branch stays. No database is dropped.

    Exit codes: 0 removed, 1 it stays, 2 nobody to ask without --yes, 11 no such
    worktree, 18 waited two minutes for another run.
    """
    from s2s_tools.scripts.worktrees import removal

    found = removal.look(repo, name)
    if not dry_run:
        if not found.objections:
            output.confirm(f"Remove {found.row.worktree.name}?", yes=yes)
        found = removal.remove(repo, name)
    shown = output.safe(found.row.worktree.name)
    lines = [f"{shown} stays: {output.safe(why)}" for why in found.objections]
    done = f"{shown} would be removed." if dry_run else f"{shown} removed."
    document = {
        "schema": 1,
        "worktree": worktrees.record(found.row),
        "objections": list(found.objections),
        "removed": not dry_run,
    }
    output.emit(document, lines or [done], as_json=as_json)
    return constants.EXIT_FAILURE if found.objections else constants.EXIT_DONE
