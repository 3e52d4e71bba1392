"""`s2s dedupe status`: what was done, what waits, what was cut off."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import click

from s2s_tools.cli import options, output

if TYPE_CHECKING:
    from s2s_tools.changes.journal import Transaction
    from s2s_tools.scripts.dedupe.status import Status

_RECENT = 5


@click.command(
    epilog=options.examples("s2s dedupe status", "s2s dedupe status ~/src/app --json")
)
@options.path
@options.as_json
def dedupe_status(path: bytes, as_json: bool) -> None:
    """Show the last transactions and what waits to be done.

    Exit codes: 0 shown, 1 a journal cannot be read, 11 no repository.
    """
    from s2s_tools.cli import progress
    from s2s_tools.scripts.dedupe import status

    with progress.Progress() as report:
        found = status.status(path, progress=report)
    for note in found.duplicates.notes:
        output.note(note)
    output.emit(_document(found), _lines(found), as_json=as_json)


def _document(found: Status) -> dict[str, Any]:
    return {
        "schema": 1,
        "manifest": found.manifest,
        "manifest_differences": found.untrue,
        "duplicates": len(found.duplicates.writes),
        "copies": {relation.value: n for relation, n in found.copies.items()},
        "half_done": [item.txid for item in found.half_done],
        "transactions": [_transaction(item) for item in found.transactions[::-1]],
    }


def _transaction(item: Transaction) -> dict[str, Any]:
    return {
        "txid": item.txid,
        "when": _when(item),
        "command": item.command,
        "state": item.state.value,
        "files": item.writes,
        "undoes": item.undoes,
        "backup": item.backup_ref,
    }


def _lines(found: Status) -> Iterator[str]:
    from s2s_tools.scripts.dedupe import status

    for item in found.half_done:
        yield f"Half-done: {item.txid}; the next apply, sync or undo puts it right."
    yield f"Manifest: {_manifest(found)}"
    many = output.count(len(found.duplicates.writes), "duplicate")
    yield f"Here: {many} to replace by links"
    counts = ", ".join(f"{n} {relation.value}" for relation, n in found.copies.items())
    yield f"Copies in other worktrees: {counts}"
    recent = status.recent(found, _RECENT)
    if not recent:
        yield "No transaction yet."
        return
    yield ""
    rows = [(_when(t), t.txid, t.state.value, t.writes, t.command) for t in recent]
    headers = ("when (UTC)", "transaction", "state", "files", "command")
    yield from output.table(headers, rows, right=[3])


def _manifest(found: Status) -> str:
    if found.manifest is None:
        return "none; s2s manifest build makes one"
    name = output.safe(found.manifest)
    if not found.untrue:
        return f"{name} agrees with the scripts"
    many = output.count(found.untrue, "difference")
    return f"{name}, {many}; s2s manifest check names them"


def _when(item: Transaction) -> str:
    from s2s_tools.system import clock

    return clock.text(item.when)
