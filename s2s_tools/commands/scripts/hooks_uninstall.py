"""`s2s hooks uninstall`: as it was before."""

from __future__ import annotations

import click

from s2s_tools.cli import hooks, options, output


@click.command(
    epilog=options.examples("s2s hooks uninstall", "s2s hooks uninstall --dry-run")
)
@options.path
@options.dry_run
@options.as_json
def hooks_uninstall(path: bytes, dry_run: bool, as_json: bool) -> None:
    """Take our hooks away; the hooks that stood there stand there again.

    Exit codes: 0 done or nothing to do, 1 refused: a hook was edited, 11 no
    repository.
    """
    from s2s_tools.scripts.guard import install

    before = install.uninstall(path, dry_run=dry_run)
    found = before if dry_run else install.status(path)
    gone = hooks.installed(before)
    verb = "would be taken away" if dry_run else "taken away"
    document = hooks.document(found) | {"removed": gone, "dry_run": dry_run}
    done = f"{output.count(gone, 'hook')} {verb}."
    output.emit(document, [*hooks.lines(found), done], as_json=as_json)
