"""`s2s links list`: the links that the manifest owns."""

from __future__ import annotations

import click

from s2s_tools.cli import options, output


@click.command(epilog=options.examples("s2s links list", "s2s links list --json"))
@options.path
@options.as_json
def links_list(path: bytes, as_json: bool) -> None:
    """List each link that the manifest owns, where it leads and its state.

    States: ok, missing, dangling (its target is gone), changed (it leads
    elsewhere, or a copy stands there), foreign (a file of another origin stands
    there), elsewhere (not on the branch that is checked out).

    Exit codes: 0 listed, 2 a broken manifest, 11 no repository or no manifest.
    """
    from s2s_tools.cli import upkeep
    from s2s_tools.scripts.wrappers import stock
    from s2s_tools.scripts.wrappers.upkeep import LINKS

    found = stock.take(path, kinds=LINKS)
    document = upkeep.document(found.name, found.findings)
    lines = upkeep.table(found.findings) if found.findings else ["No links."]
    output.emit(document, lines, as_json=as_json)
