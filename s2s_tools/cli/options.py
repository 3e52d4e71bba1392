"""Options that mean the same in every command."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import click

_Decorator = Callable[[Callable[..., Any]], Callable[..., Any]]

as_json: _Decorator = click.option(
    "--json", "as_json", is_flag=True, help="Print one JSON document on stdout."
)
yes: _Decorator = click.option(
    "--yes", is_flag=True, help="Do not ask; needed where nobody can be asked."
)
dry_run: _Decorator = click.option(
    "--dry-run", is_flag=True, help="Print the plan and change nothing."
)
locked_too: _Decorator = click.option(
    "--worktree",
    "-w",
    "worktrees",
    multiple=True,
    metavar="NAME",
    help="Write to this one though it is locked; may be repeated.",
)
# S2S_REPO is how an entry script says which repository it stands in.
path: _Decorator = click.argument(
    "path",
    default=".",
    envvar="S2S_REPO",
    type=click.Path(path_type=bytes),
    metavar="[PATH]",
)


def examples(*lines: str) -> str:
    """The epilog of a command's help: a line for each example."""
    return "\b\nExamples:\n" + "\n".join(f"  {line}" for line in lines)
