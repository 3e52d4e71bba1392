"""`s2s dedupe apply`: carry out a plan of links."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import click

from s2s_tools import errors
from s2s_tools.cli import everywhere, options, proofs

if TYPE_CHECKING:
    from s2s_tools.scripts.dedupe import service
    from s2s_tools.scripts.dedupe.worktrees import service as consolidation
    from s2s_tools.scripts.dedupe.worktrees.service import Wish


@click.command(
    epilog=options.examples(
        "s2s dedupe apply --dry-run",
        "s2s dedupe apply --plan plan.json --yes",
        "s2s dedupe apply ~/src/app --bundle /backup/scripts.bundle",
        "s2s dedupe apply --all-worktrees --commit",
        "s2s dedupe apply --all-worktrees --require-proof --yes",
    )
)
@options.path
@click.option(
    "--plan",
    "file",
    type=click.Path(exists=True, dir_okay=False, path_type=bytes),
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
@click.option(
    "--require-proof",
    is_flag=True,
    help="Apply what was proved alone; s2s dedupe prove says how.",
)
@options.dry_run
@options.yes
@options.as_json
def dedupe_apply(
    path: bytes,
    file: bytes | None,
    bundle: bytes | None,
    commit: bool,
    require_proof: bool,
    dry_run: bool,
    yes: bool,
    as_json: bool,
    **scope: Any,
) -> None:
    """Replace duplicates in the tree at PATH by links, all or none.

    Every file is compared with the plan again right before it is replaced, and
    `s2s dedupe undo` brings the old files back. With --all-worktrees each script
    gets one body in main's .s2s/canonical, and every old path runs it. With
    --require-proof a script is replaced where it was run before and after, and
    nothing differed: by the proof beside the saved plan, or by one made now.

    Exit codes: 0 done or nothing to do, 1 refused, 2 nobody to ask without --yes,
    no plan in FILE or one of another repository, 11 no repository, 13 a file
    changed since the plan or its proof, 18 another run holds the lock.
    """
    from s2s_tools.cli import bodies, carry_out, plans
    from s2s_tools.scripts.dedupe.worktrees.model import COMMAND

    far = everywhere.Scope(**scope).wish()
    wish = carry_out.Wish(dry_run=dry_run, yes=yes, as_json=as_json, bundle=bundle)
    if file is None and far is not None:
        whole = _everywhere(path, far)
        plan, repository = whole.decided.plan, whole.repository
    else:
        whole, planned = None, _planned(path, file)
        plan, repository = planned.plan, planned.repository
    if commit and plan.command != COMMAND:
        raise errors.UsageFault("--commit goes with --all-worktrees; add that")
    with proofs.required(plan, repository, file, wish, wanted=require_proof) as left:
        if whole is not None:
            whole = whole._replace(decided=replace(whole.decided, plan=left))
            lines, shown = bodies.lines(whole), bodies.document(whole)
        else:
            lines = plans.lines(left, planned.worktree)
            shown = plans.document(left)
        if plan.command == COMMAND:
            job = everywhere.Job(
                plan=left, repository=repository, shown=shown, commit=commit
            )
            everywhere.run(job, lines, wish)
        else:
            carry_out.run(left, repository, lines, wish)


def _everywhere(path: bytes, far: Wish) -> consolidation.Planned:
    from s2s_tools.cli import progress
    from s2s_tools.scripts.dedupe.worktrees import service

    with progress.Progress() as report:
        return service.consolidate(path, far, progress=report)


def _planned(path: bytes, file: bytes | None) -> service.Planned:
    from s2s_tools.cli import progress
    from s2s_tools.scripts.dedupe import service

    if file is not None:
        return service.saved(path, file)
    with progress.Progress() as report:
        return service.dedupe(path, progress=report)
