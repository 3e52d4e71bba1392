"""`s2s dedupe undo`: take a transaction back."""

from __future__ import annotations

import click

from s2s_tools.cli import options, output


@click.command(
    epilog=options.examples(
        "s2s dedupe undo", "s2s dedupe undo --tx 000003-1f2e3d4c --yes"
    )
)
@options.path
@click.option("--tx", "txid", metavar="ID", help="This transaction, not the last one.")
@options.dry_run
@options.yes
@options.as_json
def dedupe_undo(
    path: bytes, txid: str | None, dry_run: bool, yes: bool, as_json: bool
) -> None:
    """Bring back the files that the last transaction changed.

    Bytes, modes and links are restored, what was made is removed. A file that was
    changed since keeps the change and is named. After --all-worktrees each script
    goes back whole or stays whole; a body that was edited goes back with its edits.

    Exit codes: 0 taken back, 1 refused, 2 nobody to ask without --yes, 11 nothing
    to undo, 18 another run holds the lock.
    """
    from s2s_tools.cli import bodies, plans
    from s2s_tools.scripts.dedupe.worktrees import undo
    from s2s_tools.scripts.inventory import discovery

    repository = discovery.find(path)
    found = undo.undo(repository, txid, dry_run=True)
    if not dry_run:
        many = output.count(found.done.restored, "file")
        output.confirm(f"Take back {found.done.txid} ({many})?", yes=yes)
        found = undo.undo(repository, found.done.txid)
    document = {
        "schema": 1,
        "txid": found.done.txid,
        "restored": found.done.restored,
        "kept": plans.keeps(found.done.kept),
        "shared": bodies.swept_document(found.swept),
        "dry_run": dry_run,
    }
    lines = [*plans.undone(found.done, dry_run=dry_run), *bodies.swept(found.swept)]
    output.emit(document, lines, as_json=as_json)
