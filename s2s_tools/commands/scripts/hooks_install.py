"""`s2s hooks install`: git's own hooks, without pre-commit."""

from __future__ import annotations

import click

from s2s_tools.cli import hooks, options, output


@click.command(
    epilog=options.examples("s2s hooks install", "s2s hooks install --dry-run")
)
@options.path
@click.option(
    "--outside",
    is_flag=True,
    help="Also where core.hooksPath leads out of the repository.",
)
@options.dry_run
@options.as_json
def hooks_install(path: bytes, outside: bool, dry_run: bool, as_json: bool) -> None:
    """Let git check each commit in the repository at PATH, in all its worktrees.

    Writes pre-commit, pre-merge-commit, post-commit and post-merge where git looks
    for hooks (core.hooksPath is respected). A hook that is already there is kept
    beside ours and called first, with its arguments, stdin and exit code. The
    hooks find s2s when they run: the program that $S2S names, else s2s on PATH;
    where neither is, the commit is refused.

    Exit codes: 0 done, 1 refused, 11 no repository.
    """
    from s2s_tools.scripts.guard import install

    before = install.install(path, outside=outside, dry_run=dry_run)
    found = before if dry_run else install.status(path)
    added = len(before.hooks) - hooks.installed(before)
    verb = "would be installed" if dry_run else "installed"
    done = f"{output.count(added, 'hook')} {verb}; s2s hooks uninstall takes them away."
    document = hooks.document(found) | {"installed": added, "dry_run": dry_run}
    output.emit(document, [*hooks.lines(found), done], as_json=as_json)
