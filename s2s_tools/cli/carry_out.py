"""Show a plan, ask, carry it out, say how to take it back."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from s2s_tools import errors
from s2s_tools.changes import apply as changes
from s2s_tools.changes.model import Plan
from s2s_tools.cli import output, plans, progress
from s2s_tools.model import Repository


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What the user said about how to go on."""

    dry_run: bool
    yes: bool
    as_json: bool
    bundle: bytes | None = None
    allow_dirty: frozenset[str] = frozenset()


def run(
    plan: Plan,
    repository: Repository,
    lines: Iterable[str],
    wish: Wish,
    *,
    told: Mapping[str, Any] | None = None,
) -> changes.Applied | None:
    """What applying did; None after a dry run. Prints the plan before it asks.

    `told` is what the JSON document says besides.
    """
    document = {"schema": 1, **(told or {})}
    document |= {"plan": plans.document(plan), "applied": None}
    if not wish.as_json:
        output.emit(None, lines, as_json=False)
    if wish.dry_run:
        output.emit(document, ["Nothing was changed (dry run)."], as_json=wish.as_json)
        return None
    if plan.writes:
        many = output.count(len(plan.writes), "file")
        output.confirm(f"Change {many}?", yes=wish.yes)
    applied = _apply(plan, repository, wish)
    document["applied"] = plans.applied(applied)
    for note in applied.notes:
        output.note(note)
    _tell(document, applied, as_json=wish.as_json)
    return applied


def _tell(document: Any, applied: changes.Applied, *, as_json: bool) -> None:
    try:
        output.emit(document, plans.outcome(applied), as_json=as_json)
    except OSError as exc:
        output.give_up_stdout()
        done = f"transaction {applied.txid} was made" if applied.txid else "all is done"
        raise errors.OutputFailed(
            f"{done}, but the output cannot be written: {exc.strerror}"
        ) from exc


def _apply(plan: Plan, repository: Repository, wish: Wish) -> changes.Applied:
    with progress.Progress() as report:
        return changes.apply(
            plan,
            repository,
            bundle=wish.bundle,
            allow_dirty=wish.allow_dirty,
            progress=lambda done, total: report(done, total, "changing files"),
        )
