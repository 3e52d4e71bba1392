"""`s2s uninstall`: give every worktree its scripts back."""

from __future__ import annotations

import click

from s2s_tools.cli import options, output


@click.command(
    epilog=options.examples(
        "s2s uninstall --dry-run", "s2s uninstall ~/src/app --worktree worktrees/x"
    )
)
@options.path
@click.option(
    "--worktree",
    "worktrees",
    multiple=True,
    metavar="W",
    help="This one too, though it is locked or has other changes; repeatable.",
)
@options.dry_run
@options.yes
@options.as_json
def uninstall(
    path: bytes, worktrees: tuple[str, ...], dry_run: bool, yes: bool, as_json: bool
) -> None:
    """Put each body back to its old path, in place of wrappers and links.

    Works long after everything was committed, and needs no journal. A body that
    was edited goes back with its edits. A script that cannot go back whole in a
    worktree stays there and is named; so are shared bodies that a branch or a
    worktree still needs. Nothing is committed; `s2s dedupe undo` takes it back.

    Exit codes: 0 done or nothing to do, 1 refused, 2 nobody to ask without --yes,
    11 no repository or worktree of that name, 13 a file changed meanwhile, 18
    another run holds the lock.
    """
    from s2s_tools.cli import bodies, carry_out, plans, progress
    from s2s_tools.scripts.dedupe.worktrees import needs, store
    from s2s_tools.scripts.dedupe.worktrees import uninstall as service

    with progress.Progress() as report:
        planned = service.plan(path, worktrees, progress=report)
    made = planned.removal.plan
    wish = carry_out.Wish(dry_run=dry_run, yes=yes, as_json=as_json)
    carry_out.run(made, planned.repository, plans.lines(made, "."), wish)
    if dry_run:
        return
    typed = service.commands(made, planned.repository)
    store.prune(t.path for t in planned.repository.worktrees if not t.foreign)
    swept = needs.sweep(planned.repository)
    if not as_json:
        lines = ["To commit it:", *(f"  {output.safe(line)}" for line in typed)]
        output.emit(None, lines if typed else (), as_json=False)
        output.emit(None, bodies.swept(swept), as_json=False)
