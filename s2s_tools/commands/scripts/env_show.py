"""`s2s env show`: each name, its value, where it came from."""

from __future__ import annotations

import click

from s2s_tools.cli import options, output


@click.command(epilog=options.examples("s2s env show", "s2s env show --json"))
@options.path
@options.as_json
def env_show(path: bytes, as_json: bool) -> None:
    """Show what the library would export at PATH, and why.

    Exit codes: 0 shown, 11 no repository, or S2S_ROOT is no folder.
    """
    from s2s_tools.scripts.environment import service

    values = service.show(path)
    document = {
        "schema": 1,
        "values": [
            {"name": v.name, "value": v.value, "source": v.source, "given": v.given}
            for v in values
        ],
    }
    rows = [(v.name, v.value, v.source) for v in values]
    output.emit(
        document, output.table(("name", "value", "source"), rows), as_json=as_json
    )
