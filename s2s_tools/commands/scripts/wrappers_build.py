"""`s2s wrappers build`: make what the manifest owns as it should be."""

from __future__ import annotations

import click

from s2s_tools.cli import options


@click.command(
    epilog=options.examples(
        "s2s wrappers build --dry-run", "s2s wrappers build ~/src/app --yes"
    )
)
@options.path
@options.locked_too
@options.dry_run
@options.yes
@options.as_json
def wrappers_build(
    path: bytes, worktrees: tuple[str, ...], dry_run: bool, yes: bool, as_json: bool
) -> None:
    """Make each wrapper, link and managed copy that the manifest owns.

    What is missing or outdated is written, entry scripts that were installed too.
    A file of another origin, or a wrapper that somebody edited, is kept and named.
    Building twice changes nothing; `s2s dedupe undo` takes it back.

    Exit codes: 0 done or nothing to do, 1 refused, 2 nobody to ask without --yes
    or a broken manifest, 11 no repository or no manifest, 13 a file changed
    meanwhile, 18 another run holds the lock.
    """
    from s2s_tools.cli import carry_out, upkeep

    wish = carry_out.Wish(dry_run=dry_run, yes=yes, as_json=as_json)
    upkeep.write(path, worktrees, wish, command="s2s wrappers build")
