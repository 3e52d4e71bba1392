"""`s2s dedupe sync`: bring stale checkout copies up to date."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import click

from s2s_tools.cli import options, output

if TYPE_CHECKING:
    from s2s_tools.model import Repository


@click.command(
    epilog=options.examples(
        "s2s dedupe sync --dry-run",
        "s2s dedupe sync setup.sh --yes",
        "s2s dedupe sync --worktree worktrees/app --yes",
    )
)
@click.argument("names", nargs=-1, metavar="[NAME]...")
@click.option(
    "--worktree",
    "worktrees",
    multiple=True,
    metavar="W",
    help="Only this worktree, even if it is locked or has changes; repeatable.",
)
@click.option("--all", "whole", is_flag=True, help="List every file that stays.")
@options.dry_run
@options.yes
@options.as_json
def dedupe_sync(
    names: tuple[str, ...],
    worktrees: tuple[str, ...],
    whole: bool,
    dry_run: bool,
    yes: bool,
    as_json: bool,
) -> None:
    """Give stale copies in other worktrees the canonical's bytes and mode.

    Without NAME every script, without --worktree every clean worktree. A copy
    that was changed in its worktree is never replaced. The shared bodies, from
    which worktrees without a store run, follow main. Nothing is staged or
    committed; `s2s dedupe undo` takes it back.

    Exit codes: 0 done or nothing to do, 1 refused, 2 nobody to ask without --yes,
    11 no repository, script or worktree of that name, 13 a file changed
    meanwhile, 18 another run holds the lock.
    """
    from s2s_tools.cli import carry_out, plans, progress
    from s2s_tools.scripts.dedupe import service

    with progress.Progress() as report:
        planned = service.refresh(
            b".", worktrees=worktrees, names=names, progress=report
        )
    wish = carry_out.Wish(dry_run=dry_run, yes=yes, as_json=as_json)
    lines = plans.lines(planned.plan, planned.worktree, whole=whole)
    carry_out.run(planned.plan, planned.repository, lines, wish)
    if not dry_run:
        _share(planned.repository)
    if worktrees and not planned.plan.writes and not as_json:
        output.note("the worktrees that were named hold nothing to refresh")


def _share(repository: Repository) -> None:
    from s2s_tools.scripts.dedupe.worktrees import sharing
    from s2s_tools.scripts.guard import refresh

    for id in (*refresh.bodies(b"."), *sharing.uncommitted(repository)):
        output.note(f"the shared body of {os.fsdecode(id)} is up to date now")
