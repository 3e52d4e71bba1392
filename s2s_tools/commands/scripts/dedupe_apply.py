"""`s2s dedupe apply`: carry out a plan of links."""

from __future__ import annotations

from typing import Any

import click

from s2s_tools import errors
from s2s_tools.cli import everywhere, options


@click.command(
    epilog=options.examples(
        "s2s dedupe apply --dry-run",
        "s2s dedupe apply --plan plan.json --yes",
        "s2s dedupe apply ~/src/app --bundle /backup/scripts.bundle",
        "s2s dedupe apply --all-worktrees --commit",
    )
)
@options.path
@click.option(
    "--plan",
    "file",
    type=click.Path(dir_okay=False, path_type=bytes),
    metavar="FILE",
    help="Carry out this saved plan instead of a new one.",
)
@click.option(
    "--bundle",
    type=click.Path(dir_okay=False, path_type=bytes),
    metavar="FILE",
    help="Write the backup of what changes to FILE too, as a git bundle.",
)
@everywhere.scope
@click.option(
    "--commit",
    is_flag=True,
    help="With --all-worktrees: make main's two commits; it must be clean.",
)
@options.dry_run
@options.yes
@options.as_json
def dedupe_apply(
    path: bytes,
    file: bytes | None,
    bundle: bytes | None,
    commit: bool,
    dry_run: bool,
    yes: bool,
    as_json: bool,
    **scope: Any,
) -> None:
    """Replace duplicates in the tree at PATH by links, all or none.

    Every file is compared with the plan again right before it is replaced, and
    `s2s dedupe undo` brings the old files back. With --all-worktrees each script
    gets one body in main's .s2s/canonical, and every old path runs it.

    Exit codes: 0 done or nothing to do, 1 refused, 2 nobody to ask without --yes
    or a plan of another repository, 11 no repository, 13 a file changed since the
    plan, 18 another run holds the lock.
    """
    from s2s_tools.cli import carry_out, plans, progress
    from s2s_tools.scripts.dedupe import service
    from s2s_tools.scripts.dedupe.worktrees import service as consolidation
    from s2s_tools.scripts.dedupe.worktrees.model import COMMAND

    far = everywhere.Scope(**scope).wish()
    wish = carry_out.Wish(dry_run=dry_run, yes=yes, as_json=as_json, bundle=bundle)
    if file is None and far is not None:
        with progress.Progress() as report:
            whole = consolidation.consolidate(path, far, progress=report)
        job = everywhere.Job(
            plan=whole.decided.plan,
            repository=whole.repository,
            shown=everywhere.document(whole),
            commit=commit,
        )
        everywhere.run(job, everywhere.lines(whole), wish)
        return
    if file is not None:
        planned = service.saved(path, file)
    else:
        with progress.Progress() as report:
            planned = service.dedupe(path, progress=report)
    lines = plans.lines(planned.plan, planned.worktree)
    if planned.plan.command == COMMAND:
        job = everywhere.Job(
            plan=planned.plan,
            repository=planned.repository,
            shown=plans.document(planned.plan),
            commit=commit,
        )
        everywhere.run(job, lines, wish)
        return
    if commit:
        raise errors.UsageFault("--commit goes with --all-worktrees; add that")
    carry_out.run(planned.plan, planned.repository, lines, wish)
