"""`s2s dedupe plan`: what would become a link, what stays and why."""

from __future__ import annotations

import click

from s2s_tools.cli import options, output


@click.command(
    epilog=options.examples(
        "s2s dedupe plan",
        "s2s dedupe plan ~/src/app --out plan.json",
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
@click.option("--all", "whole", is_flag=True, help="List every file that stays.")
@options.as_json
def dedupe_plan(path: bytes, out: bytes | None, whole: bool, as_json: bool) -> None:
    """Show which duplicates in the tree at PATH would become links.

    Only files inside one worktree are replaced, and only where a link runs the
    same. Copies in other worktrees are listed. PATH may be one script, also one
    that git does not track. Nothing in the repository is changed.

    Exit codes: 0 a plan was made, with or without work in it, 1 FILE cannot be
    written, 2 a broken manifest, 11 no repository or no such script.
    """
    from s2s_tools.changes import planfile
    from s2s_tools.cli import plans, progress
    from s2s_tools.scripts.dedupe import service

    with progress.Progress() as report:
        planned = service.dedupe(path, progress=report)
    if out is not None:
        planfile.save(planned.plan, out)
    lines = [*plans.lines(planned.plan, planned.worktree, whole=whole)]
    lines.append(_last(len(planned.plan.writes), out))
    output.emit(plans.document(planned.plan), lines, as_json=as_json)


def _last(count: int, out: bytes | None) -> str:
    if not count:
        return "Nothing to do: no file here can become a link."
    if out is None:
        return "Nothing was changed; s2s dedupe apply does it."
    return f"Saved; s2s dedupe apply --plan {output.safe(out)} does it."
