"""`s2s dedupe verify`: does what was done still stand?"""

from __future__ import annotations

import click

from s2s_tools import constants
from s2s_tools.cli import options, output


@click.command(
    epilog=options.examples("s2s dedupe verify", "s2s dedupe verify ~/src/app --json")
)
@options.path
@options.as_json
def dedupe_verify(path: bytes, as_json: bool) -> int:
    """Check that planning again finds nothing and that nothing was changed since.

    Exit codes: 0 all stands, 1 a file waits to become a link or is no longer as
    the last `apply` or `sync` left it, 11 no repository.
    """
    from s2s_tools.changes import codec
    from s2s_tools.cli import plans, progress
    from s2s_tools.scripts.dedupe import verify

    with progress.Progress() as report:
        verdict = verify.verify(path, progress=report)
    lines = [
        f"{plans.place(w)} waits: {output.safe(w.reason)}" for w in verdict.pending
    ]
    lines += [f"{plans.place(k)}: {output.safe(k.reason)}" for k in verdict.changed]
    if verdict.stands:
        lines.append("All stands: planning again finds nothing to do.")
    document = {
        "schema": 1,
        "stands": verdict.stands,
        "transaction": verdict.txid,
        "pending": [
            {"worktree": w.worktree, "path": codec.text(w.path), "reason": w.reason}
            for w in verdict.pending
        ],
        "changed": plans.keeps(verdict.changed),
    }
    output.emit(document, lines, as_json=as_json)
    return constants.EXIT_DONE if verdict.stands else constants.EXIT_FAILURE
