"""`s2s wrappers clean`: remove wrappers that the manifest does not name."""

from __future__ import annotations

import click

from s2s_tools.cli import options


@click.command(
    epilog=options.examples(
        "s2s wrappers clean --dry-run", "s2s wrappers clean ~/src/app --yes"
    )
)
@options.path
@options.dry_run
@options.yes
@options.as_json
def wrappers_clean(path: bytes, dry_run: bool, yes: bool, as_json: bool) -> None:
    """Remove wrappers at paths that the manifest no longer names.

    Only a file that is exactly as s2s makes it is removed; one that somebody
    edited is kept and named, and no script's body is touched. `s2s dedupe undo`
    takes it back.

    Exit codes: 0 done or nothing to do, 1 refused, 2 nobody to ask without --yes
    or a broken manifest, 11 no repository or no manifest, 13 a file changed
    meanwhile, 18 another run holds the lock.
    """
    from s2s_tools.cli import carry_out, plans, progress
    from s2s_tools.scripts.wrappers import upkeep

    with progress.Progress() as report:
        made = upkeep.clean(path, progress=report)
    carry_out.run(
        made.plan,
        made.repository,
        plans.lines(made.plan, ".", whole=True),
        carry_out.Wish(dry_run=dry_run, yes=yes, as_json=as_json),
    )
