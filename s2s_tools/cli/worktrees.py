"""How worktrees and what they have are asked for and shown."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, Any

import click

from s2s_tools.cli import output

if TYPE_CHECKING:
    from s2s_tools.scripts.worktrees.model import Allocation, Row, Server
    from s2s_tools.scripts.worktrees.service import Setup, Start

repo: Callable[[Callable[..., Any]], Callable[..., Any]] = click.option(
    "--repo",
    default=b".",
    envvar="S2S_REPO",
    type=click.Path(path_type=bytes),
    help="The repository; default: the one around this folder.",
)


def server() -> Server:
    """The database server that the caller's environment names."""
    from s2s_tools.scripts.worktrees.model import Server

    given = Server()
    return Server(
        user=os.environ.get("POSTGRES_USER") or given.user,
        host=os.environ.get("POSTGRES_HOST") or given.host,
    )


def record(row: Row) -> dict[str, Any]:
    """A worktree as JSON."""
    tree, held = row.worktree, row.allocation
    return {
        "name": tree.name,
        "path": os.fsdecode(tree.path),
        "branch": tree.branch,
        "head": tree.head,
        "locked": tree.locked,
        "folder_gone": tree.prunable,
        "port": None if held is None else held.port,
        "database_dev": None if held is None else held.database_dev,
        "database_test": None if held is None else held.database_test,
        "env": row.env.value,
        "unfinished": row.unfinished,
    }


def document(setup: Setup) -> dict[str, Any]:
    """A worktree and its variables as JSON."""
    return {
        "schema": 1,
        "worktree": record(setup.row),
        "variables": setup.variables,
        "filters_not_run": list(setup.filters),
    }


def wanted(start: Start, held: Allocation) -> tuple[dict[str, Any], list[str]]:
    """What would be made, as JSON and for people."""
    said = {
        "schema": 1,
        "path": os.fsdecode(start.target),
        "branch": start.branch,
        "new_branch": start.new,
        "commit": start.commit,
        "port": held.port,
        "database_dev": held.database_dev,
        "database_test": held.database_test,
    }
    kind = "new branch" if start.new else "branch"
    shown = [
        f"{output.safe(start.target)} would be on the {kind} "
        f"{output.safe(start.branch)} at {start.commit[:12]}",
        *_given(held),
        "Nothing was changed (dry run).",
    ]
    return said, shown


def _given(held: Allocation) -> Iterator[str]:
    _, assets, reload = held.ports
    yield f"  port      {held.port}, assets {assets}, live reload {reload}"
    yield f"  databases {held.database_dev}, {held.database_test}"


def lines(setup: Setup) -> Iterator[str]:
    """A new worktree, for people."""
    tree, held = setup.row.worktree, setup.row.allocation
    yield f"{output.safe(tree.path)} is on {output.safe(tree.branch or 'no branch')}"
    if held is not None:
        yield from _given(held)
    if setup.row.env == "ours":
        yield "  .env      written"
    else:
        yield "  .env      was there; s2s worktree env prints what belongs in it"


def table(rows: Sequence[Row]) -> list[str]:
    """Worktrees, a line each, and what to do about those that were cut off."""
    cells = [
        (
            row.worktree.name,
            row.worktree.branch or "(detached)",
            "-" if row.allocation is None else row.allocation.port,
            "-" if row.allocation is None else row.allocation.database_dev,
            row.env.value,
            _state(row),
        )
        for row in rows
    ]
    headers = ("worktree", "branch", "port", "database", ".env", "")
    lines = output.table(headers, cells, right=(2,))
    if any(row.unfinished for row in rows):
        lines.append("unfinished: its making was cut off; git reset --hard ends it")
    return lines


def _state(row: Row) -> str:
    tree = row.worktree
    if tree.foreign:
        return "belongs to another repository"
    if tree.prunable:
        return "folder is gone"
    if row.unfinished:
        return "unfinished"
    return "locked" if tree.locked is not None else ""
