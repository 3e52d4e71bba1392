"""`s2s worktree add`: a worktree with ports and databases of its own."""

from __future__ import annotations

import click

from s2s_tools.cli import options, output, worktrees


@click.command(
    epilog=options.examples(
        "s2s worktree add login",
        "s2s worktree add login --branch feature/login --base main",
        "s2s worktree add login --folder ../login --json",
    )
)
@click.argument("name")
@click.option("--branch", help="The branch; made if it does not exist. Default: NAME.")
@click.option("--base", help="Where a new branch starts. Default: the main one's HEAD.")
@click.option(
    "--folder",
    type=click.Path(path_type=bytes),
    help="Where it goes. Default: worktrees/NAME of the main worktree.",
)
@worktrees.repo
@options.dry_run
@options.as_json
def worktree_add(
    name: str,
    branch: str | None,
    base: str | None,
    folder: bytes | None,
    repo: bytes,
    dry_run: bool,
    as_json: bool,
) -> None:
    """Make the worktree NAME with its own ports, database names and .env.

    Ports where somebody listens are skipped. An .env that the branch has is never
    written over. No hooks and no content filters of the repository are run. Any
    number of these may run at once.

    Exit codes: 0 made, 1 the folder or the branch is taken or git failed, 2 a bad
    name, 11 no repository or no such base, 18 waited two minutes for another run.
    """
    from s2s_tools.scripts.worktrees import service

    wish = service.Wish(name=name, branch=branch, base=base, folder=folder)
    if dry_run:
        document, lines = worktrees.wanted(*service.start(repo, wish))
        output.emit(document, lines, as_json=as_json)
        return
    made = service.add(repo, wish, worktrees.server())
    for filtered in made.filters:
        output.note(f"the content filter {filtered} was not run on the new files")
    output.emit(worktrees.document(made), worktrees.lines(made), as_json=as_json)
