"""`s2s dedupe apply`: carry out a plan of links."""

from __future__ import annotations

import click

from s2s_tools.cli import options


@click.command(
    epilog=options.examples(
        "s2s dedupe apply --dry-run",
        "s2s dedupe apply --plan plan.json --yes",
        "s2s dedupe apply ~/src/app --bundle /backup/scripts.bundle",
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
@options.dry_run
@options.yes
@options.as_json
def dedupe_apply(
    path: bytes,
    file: bytes | None,
    bundle: bytes | None,
    dry_run: bool,
    yes: bool,
    as_json: bool,
) -> None:
    """Replace duplicates in the tree at PATH by links, all or none.

    Every file is compared with the plan again right before it is replaced, and
    `s2s dedupe undo` brings the old files back.

    Exit codes: 0 done or nothing to do, 1 refused, 2 nobody to ask without --yes
    or a plan of another repository, 11 no repository, 13 a file changed since the
    plan, 18 another run holds the lock.
    """
    from s2s_tools.cli import carry_out, plans, progress
    from s2s_tools.scripts.dedupe import service

    if file is not None:
        planned = service.saved(path, file)
    else:
        with progress.Progress() as report:
            planned = service.dedupe(path, progress=report)
    carry_out.run(
        planned.plan,
        planned.repository,
        plans.lines(planned.plan, planned.worktree),
        carry_out.Wish(dry_run=dry_run, yes=yes, as_json=as_json, bundle=bundle),
    )
