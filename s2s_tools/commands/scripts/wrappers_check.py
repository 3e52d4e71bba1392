"""`s2s wrappers check`: is everything that the manifest owns in its place?"""

from __future__ import annotations

import click

from s2s_tools.cli import options, output


@click.command(
    epilog=options.examples("s2s wrappers check", "s2s wrappers check --json")
)
@options.path
@options.as_json
def wrappers_check(path: bytes, as_json: bool) -> int:
    """Name each wrapper, link and managed copy that is not as it should be.

    Missing, outdated, unresolved (it finds no body), changed, foreign (something
    else stands there), or extra: the manifest does not name it.

    Exit codes: 0 all is in its place, 1 something is not, 2 a broken manifest,
    11 no repository or no manifest.
    """
    from s2s_tools.cli import progress, upkeep
    from s2s_tools.scripts.wrappers import stock

    with progress.Progress() as report:
        found = stock.with_extras(stock.take(path), path, progress=report)
    lines = [*upkeep.wrong(found.findings)]
    lines.append(f"Wrappers, links, managed copies: {upkeep.counts(found.findings)}")
    document = upkeep.document(found.name, found.findings)
    output.emit(document, lines, as_json=as_json)
    return upkeep.exit_code(found.findings)
