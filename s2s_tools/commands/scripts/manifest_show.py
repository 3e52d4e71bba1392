"""`s2s manifest show`: what the manifest records."""

from __future__ import annotations

import click

from s2s_tools.cli import options, output


@click.command(
    epilog=options.examples("s2s manifest show", "s2s manifest show setup.sh --json")
)
@click.argument("name", required=False)
@options.as_json
def manifest_show(name: str | None, as_json: bool) -> None:
    """List the recorded scripts, or everything about the script NAME.

    NAME is an id, a canonical path or a file name.

    Exit codes: 0 shown, 2 a broken manifest, 11 no repository, manifest or script
    of that name.
    """
    from s2s_tools.cli import manifests
    from s2s_tools.scripts.manifest import service

    entries = service.entries(b".", name)
    document = {"schema": 1, "scripts": [manifests.entry(e) for e in entries]}
    lines = manifests.table(entries) if name is None else manifests.details(entries)
    output.emit(document, lines, as_json=as_json)
