"""`s2s dedupe plan`: what would become a link, what stays and why."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from s2s_tools.cli import bodies, everywhere, options, output

if TYPE_CHECKING:
    from s2s_tools.scripts.dedupe.worktrees.service import Wish


@click.command(
    epilog=options.examples(
        "s2s dedupe plan",
        "s2s dedupe plan ~/src/app --out plan.json",
        "s2s dedupe plan --all-worktrees --stale update",
        "s2s dedupe plan --json",
    )
)
@options.path
@click.option(
    "--out",
    type=click.Path(dir_okay=False, path_type=bytes),
    metavar="FILE",
    help="Save the plan; `s2s dedupe apply --plan FILE` carries it out.",
)
@everywhere.scope
@click.option("--all", "whole", is_flag=True, help="List every file that stays.")
@options.as_json
def dedupe_plan(
    path: bytes, out: bytes | None, whole: bool, as_json: bool, **scope: Any
) -> None:
    """Show which duplicates in the tree at PATH would become links.

    Only files inside one worktree are replaced, and only where a link runs the
    same. Copies in other worktrees are listed. PATH may be one script, also one
    that git does not track. Nothing in the repository is changed.

    With --all-worktrees: which scripts get one body in main's .s2s/canonical, what
    runs it from every worktree, and the commands to commit that.

    Exit codes: 0 a plan was made, with or without work in it, 1 FILE cannot be
    written, 2 a broken manifest, 11 no repository or no such script.
    """
    from s2s_tools.changes import planfile
    from s2s_tools.cli import plans, progress
    from s2s_tools.scripts.dedupe import service

    wish = everywhere.Scope(**scope).wish()
    if wish is not None:
        _plan_everywhere(path, wish, out, whole=whole, as_json=as_json)
        return
    with progress.Progress() as report:
        planned = service.dedupe(path, progress=report)
    if out is not None:
        planfile.save(planned.plan, out)
    lines = [*plans.lines(planned.plan, planned.worktree, whole=whole)]
    lines.append(_last(len(planned.plan.writes), out))
    output.emit(plans.document(planned.plan), lines, as_json=as_json)


def _plan_everywhere(
    path: bytes, wish: Wish, out: bytes | None, *, whole: bool, as_json: bool
) -> None:
    from s2s_tools.changes import planfile
    from s2s_tools.cli import progress
    from s2s_tools.scripts.dedupe.worktrees import service

    with progress.Progress() as report:
        planned = service.consolidate(path, wish, progress=report)
    made = planned.decided.plan
    if out is not None:
        planfile.save(made, out)
    lines = [*bodies.lines(planned, whole=whole)]
    lines += bodies.commands(made, planned.repository)
    if made.writes:
        again = "--all-worktrees" if out is None else f"--plan {output.safe(out)}"
        lines.append(f"Nothing was changed; s2s dedupe apply {again} does it.")
    else:
        lines.append("Nothing to do: no script here can get one body.")
    output.emit(bodies.document(planned), lines, as_json=as_json)


def _last(count: int, out: bytes | None) -> str:
    if not count:
        return "Nothing to do: no file here can become a link."
    if out is None:
        return "Nothing was changed; s2s dedupe apply does it."
    return f"Saved; s2s dedupe apply --plan {output.safe(out)} does it."
