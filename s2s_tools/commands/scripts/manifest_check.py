"""`s2s manifest check`: is the manifest true?"""

from __future__ import annotations

import click

from s2s_tools import constants
from s2s_tools.cli import options, output


@click.command(
    epilog=options.examples("s2s manifest check", "s2s manifest check --json")
)
@options.path
@options.as_json
def manifest_check(path: bytes, as_json: bool) -> int:
    """Compare the manifest with the scripts that are there.

    Exit codes: 0 they agree, 1 they differ, 2 a broken manifest, 11 no repository
    or no manifest.
    """
    from s2s_tools.changes import codec
    from s2s_tools.cli import progress
    from s2s_tools.scripts.manifest import service

    with progress.Progress() as report:
        name, found = service.differences(path, progress=report)
    lines = [f"{output.safe(d.id)}: {output.safe(d.message)} ({d.kind})" for d in found]
    many = output.count(len(found), "difference")
    shown = output.safe(name)
    lines.append(
        f"{shown}: {many}; s2s manifest build records them"
        if found
        else f"{shown} agrees with the scripts."
    )
    document = {
        "schema": 1,
        "manifest": name,
        "differences": [
            {"id": codec.text(d.id), "kind": d.kind, "message": d.message}
            for d in found
        ],
    }
    output.emit(document, lines, as_json=as_json)
    return constants.EXIT_FAILURE if found else constants.EXIT_DONE
