"""`s2s dedupe prove`: run what a plan replaces, before and after, and compare."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

import click

from s2s_tools import errors
from s2s_tools.cli import everywhere, options, output, proofs

if TYPE_CHECKING:
    from s2s_tools.changes.model import Plan
    from s2s_tools.model import Repository
    from s2s_tools.scripts.dedupe.equivalence.service import Proved


@click.command(
    epilog=options.examples(
        "s2s dedupe prove",
        "s2s dedupe prove --all-worktrees --out proved.json",
        "s2s dedupe prove plan.json ~/src/app",
    )
)
@click.argument(
    "file",
    required=False,
    type=click.Path(exists=True, path_type=bytes),
    metavar="[PLAN]",
)
@options.path
@click.option(
    "--out",
    type=click.Path(dir_okay=False, path_type=bytes),
    metavar="FILE",
    help="Save the plan without what differs, and its proof as FILE.proof.",
)
@everywhere.scope
@proofs.limits
@click.option("--all", "whole", is_flag=True, help="List every script.")
@options.as_json
def dedupe_prove(
    file: bytes | None,
    path: bytes,
    out: bytes | None,
    whole: bool,
    as_json: bool,
    **wishes: Any,
) -> None:
    """Run each script that PLAN replaces, before and after, and compare.

    Without PLAN the plan that `s2s dedupe plan` would make now. The scripts run in
    throw-away copies mounted where the originals are, in bubblewrap: no network, no
    home folder, outside programs only recorded. They are called with --help, or as
    the manifest's probe: says. Exit code, output, recorded calls and changed files
    are compared; what varies between two runs of the original is left out and
    named. A script that differs is taken out of the plan.

    Nothing in the repository is changed. Without bubblewrap nothing is run.

    Exit codes: 0 a proof was made, whatever it says, 1 a file cannot be written, 2
    a broken plan or manifest, 11 no repository, 13 a file changed since the plan.
    """
    from s2s_tools.cli import plans, progress
    from s2s_tools.scripts.dedupe.equivalence import service
    from s2s_tools.scripts.manifest import store as manifests

    if file is not None and os.path.isdir(file):
        path, file = file, None
    limits = proofs.wish(**{name: wishes.pop(name) for name in proofs.LIMITS})
    with progress.Progress() as report:
        plan, repository = _plan(file, path, wishes, report)
        decisions = manifests.load(repository).manifest.decisions
        probes = service.probes(decisions)
        found = service.prove(plan, repository, probes, limits, progress=report)
    _save(found, file, out)
    lines = [*proofs.lines(found.proof, whole=whole)]
    if out is not None:
        lines.append(f"Saved; s2s dedupe apply --plan {output.safe(out)} does it.")
    document = {"schema": 1, "proof": proofs.document(found.proof)}
    document["plan"] = plans.document(found.plan)
    output.emit(document, lines, as_json=as_json)


def _save(found: Proved, file: bytes | None, out: bytes | None) -> None:
    """The plan to `out`, the proof beside it, or else beside the plan in `file`."""
    from s2s_tools.changes import planfile
    from s2s_tools.scripts.dedupe.equivalence import store

    if out is not None:
        planfile.save(found.plan, out)
    target = out if out is not None else file
    if target is not None:
        store.save(found.proof, store.beside(target))


def _plan(
    file: bytes | None, path: bytes, scope: dict[str, Any], report: Any
) -> tuple[Plan, Repository]:
    from s2s_tools.scripts.dedupe import service
    from s2s_tools.scripts.dedupe.worktrees import service as consolidation

    wish = everywhere.Scope(**scope).wish()
    if file is not None and wish is not None:
        raise errors.UsageFault("a saved PLAN has its own scope; drop --all-worktrees")
    if wish is not None:
        whole = consolidation.consolidate(path, wish, progress=report)
        return whole.decided.plan, whole.repository
    if file is not None:
        planned = service.saved(path, file)
    else:
        planned = service.dedupe(path, progress=report)
    return planned.plan, planned.repository
