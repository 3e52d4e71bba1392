"""`s2s links fix`: make the links that the manifest owns again."""

from __future__ import annotations

import click

from s2s_tools.cli import options


@click.command(
    epilog=options.examples("s2s links fix --dry-run", "s2s links fix ~/src/app --yes")
)
@options.path
@click.option(
    "--worktree",
    "-w",
    "worktrees",
    multiple=True,
    metavar="NAME",
    help="Write to this one though it is locked; may be repeated.",
)
@options.dry_run
@options.yes
@options.as_json
def links_fix(
    path: bytes, worktrees: tuple[str, ...], dry_run: bool, yes: bool, as_json: bool
) -> None:
    """Make missing and changed links again, as the manifest has them.

    A file with bytes of its own is never replaced: it is kept and named, as is a
    link whose target is gone. `s2s dedupe undo` takes it back.

    Exit codes: 0 done or nothing to do, 1 refused, 2 nobody to ask without --yes
    or a broken manifest, 11 no repository or no manifest, 13 a file changed
    meanwhile, 18 another run holds the lock.
    """
    from s2s_tools.cli import carry_out, plans
    from s2s_tools.scripts.dedupe import service
    from s2s_tools.scripts.inventory import discovery
    from s2s_tools.scripts.wrappers import upkeep

    found = discovery.find(path)
    made = upkeep.build(
        path,
        command="s2s links fix",
        kinds=upkeep.LINKS,
        named=frozenset(service.worktree(found, name) for name in worktrees),
    )
    carry_out.run(
        made.plan,
        made.repository,
        plans.lines(made.plan, ".", whole=True),
        carry_out.Wish(dry_run=dry_run, yes=yes, as_json=as_json),
    )
