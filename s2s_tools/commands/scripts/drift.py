"""`s2s drift`: who has which version of a script."""

from __future__ import annotations

import click

from s2s_tools.cli import options, output


@click.command(
    epilog=options.examples(
        "s2s drift",
        "s2s drift setup.sh",
        "s2s drift bin/setup.sh --json",
        "s2s drift --markdown > duplication.md",
    )
)
@click.argument("name", required=False, default="", metavar="[NAME]")
@click.option(
    "--repo",
    default=".",
    envvar="S2S_REPO",
    type=click.Path(path_type=bytes),
    help="The repository; the one around this folder by default.",
)
@click.option("--markdown", "as_markdown", is_flag=True, help="Print a report.")
@options.as_json
def drift(name: str, repo: bytes, as_markdown: bool, as_json: bool) -> None:
    """Show which worktree and branch has which version of a script.

    NAME is a script's path, from here or from a worktree's top, or its file name
    alone; without it every script that
    differs anywhere is shown. For each version: how many commits it is behind or
    what was changed, by whom, and whether merging it would be clean. Branches
    that are not checked out are read from git. Nothing is written.

    Exit codes: 0 whatever was found, 2 --json with --markdown, 11 no repository
    or no script of that name.
    """
    from s2s_tools.cli import drifts, progress, scans
    from s2s_tools.scripts.inventory import drift as drifting
    from s2s_tools.scripts.inventory import markdown, versions
    from s2s_tools.scripts.manifest import survey

    if as_json and as_markdown:
        raise click.UsageError("--json and --markdown are two answers; choose one")
    with progress.Progress() as report:
        scan = survey.take(repo, tolerant=True, progress=report).scan
        found = drifting.read(scan, name, progress=report)
    for line in scans.troubles(scan.apart):
        output.note(line)
    if as_markdown:
        output.emit(None, markdown.report(scan, found), as_json=False)
        return
    document = versions.document(found) if as_json else None
    output.emit(document, drifts.lines(found, whole=bool(name)), as_json=as_json)
