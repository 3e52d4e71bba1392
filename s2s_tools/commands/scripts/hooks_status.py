"""`s2s hooks status`: what git calls here."""

from __future__ import annotations

import click

from s2s_tools import constants
from s2s_tools.cli import hooks, options, output


@click.command(epilog=options.examples("s2s hooks status", "s2s hooks status --json"))
@options.path
@options.as_json
def hooks_status(path: bytes, as_json: bool) -> int:
    """Show where git looks for hooks at PATH, and which of ours it calls.

    Exit codes: 0 all are installed, 1 some are not, 11 no repository.
    """
    from s2s_tools.scripts.guard import install

    found = install.status(path)
    output.emit(hooks.document(found), hooks.lines(found), as_json=as_json)
    every = hooks.installed(found) == len(found.hooks)
    return constants.EXIT_DONE if every else constants.EXIT_FAILURE
