"""`s2s dedupe verify`: does what was done still stand?"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import click

from s2s_tools import constants
from s2s_tools.cli import options, output, proofs

if TYPE_CHECKING:
    from s2s_tools.scripts.dedupe.verify import Verdict


@click.command(
    epilog=options.examples(
        "s2s dedupe verify",
        "s2s dedupe verify --all-worktrees --prove",
        "s2s dedupe verify ~/src/app --json",
    )
)
@options.path
@click.option(
    "--all-worktrees",
    is_flag=True,
    help="Check what was done in all of them; work that waits does not count.",
)
@click.option(
    "--prove",
    is_flag=True,
    help="Run what stands in for scripts, and the scripts in its place, and compare.",
)
@proofs.limits
@options.as_json
def dedupe_verify(
    path: bytes,
    all_worktrees: bool,
    prove: bool,
    as_json: bool,
    **limits: Any,
) -> int:
    """Check that planning again finds nothing and that nothing was changed since.

    Every wrapper of every worktree must find its body, every link that stands in
    for a script a file. Copies that a plan kept, stale or changed, do not count.
    With --prove each runs in a sandbox beside its body; what cannot be proved is
    listed and does not count.

    Exit codes: 0 all stands, 1 a file waits to become a link, is no longer as the
    last `apply` or `sync` left it, finds no body, or behaves otherwise than that,
    11 no repository.
    """
    from s2s_tools.cli import progress
    from s2s_tools.scripts.dedupe import verify

    wish = proofs.wish(**limits) if prove else None
    question = verify.Question(all_worktrees, wish)
    with progress.Progress() as report:
        verdict = verify.verify(path, question, progress=report)
    output.emit(_document(verdict), _lines(verdict), as_json=as_json)
    return constants.EXIT_DONE if verdict.stands else constants.EXIT_FAILURE


def _document(verdict: Verdict) -> dict[str, Any]:
    from s2s_tools.changes import codec
    from s2s_tools.cli import plans

    return {
        "schema": 1,
        "stands": verdict.stands,
        "transaction": verdict.txid,
        "pending": [
            {"worktree": w.worktree, "path": codec.text(w.path), "reason": w.reason}
            for w in verdict.pending
        ],
        "notes": list(verdict.notes),
        "changed": plans.keeps(verdict.changed),
        "unresolved": plans.keeps(verdict.unresolved),
        "proof": None if verdict.proof is None else proofs.document(verdict.proof),
    }


def _lines(verdict: Verdict) -> Iterator[str]:
    from s2s_tools.cli import plans

    for write in verdict.pending:
        yield f"{plans.place(write)} waits: {output.safe(write.reason)}"
    for keep in (*verdict.changed, *verdict.unresolved):
        yield f"{plans.place(keep)}: {output.safe(keep.reason)}"
    yield from map(output.safe, verdict.notes)
    if verdict.proof is not None:
        yield from proofs.lines(verdict.proof)
    if not verdict.stands:
        return
    if verdict.proof is None:
        yield "All stands: planning again finds nothing to do."
    else:
        yield "All stands, and nothing that was compared differs."
