"""`s2s links check`: does every link lead where it should?"""

from __future__ import annotations

import click

from s2s_tools.cli import options, output


@click.command(epilog=options.examples("s2s links check", "s2s links check --json"))
@options.path
@options.as_json
def links_check(path: bytes, as_json: bool) -> int:
    """Name each link of the manifest that is not as it should be.

    Exit codes: 0 all lead where they should, 1 one is missing, dangling, changed
    or foreign, 2 a broken manifest, 11 no repository or no manifest.
    """
    from s2s_tools.cli import upkeep
    from s2s_tools.scripts.wrappers import stock
    from s2s_tools.scripts.wrappers.upkeep import LINKS

    found = stock.take(path, kinds=LINKS)
    lines = [*upkeep.wrong(found.findings)]
    lines.append(f"Links: {upkeep.counts(found.findings)}")
    document = upkeep.document(found.name, found.findings)
    output.emit(document, lines, as_json=as_json)
    return upkeep.exit_code(found.findings)
