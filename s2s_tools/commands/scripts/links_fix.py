"""`s2s links fix`: make the links that the manifest owns again."""

from __future__ import annotations

import click

from s2s_tools.cli import options


@click.command(
    epilog=options.examples("s2s links fix --dry-run", "s2s links fix ~/src/app --yes")
)
@options.path
@options.locked_too
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
    from s2s_tools.cli import carry_out, upkeep
    from s2s_tools.scripts.wrappers.upkeep import LINKS

    wish = carry_out.Wish(dry_run=dry_run, yes=yes, as_json=as_json)
    upkeep.write(path, worktrees, wish, command="s2s links fix", kinds=LINKS)
