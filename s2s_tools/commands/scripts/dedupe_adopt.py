"""`s2s dedupe adopt`: bring the one body of each script into a branch."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from s2s_tools.cli import options, output

if TYPE_CHECKING:
    from s2s_tools.scripts.dedupe.worktrees.adopt import Ready


@click.command(
    epilog=options.examples(
        "s2s dedupe adopt", "s2s dedupe adopt worktrees/app --dry-run"
    )
)
@click.argument("worktree", default=".", metavar="[WORKTREE]")
@options.dry_run
@options.as_json
def dedupe_adopt(worktree: str, dry_run: bool, as_json: bool) -> None:
    """Merge main's move and main's wrappers into the branch of WORKTREE.

    Two merges, in this order: so git carries the branch's own edits of a script
    over to its body. Wrappers that were written there and not committed give way
    to the merged ones. Neither hooks nor filters run. On a conflict nothing is
    changed, and the files are named.

    \b
    After a squash: if the move and the wrappers are one commit on main, merge
    main by hand; in a conflict take the wrapper, and put the branch's edits into
    .s2s/canonical/PATH.
    After a rebase: rebase the branch onto the move first, then onto the wrappers;
    or abort that and run this command.

    Exit codes: 0 adopted or nothing to adopt, 1 refused: uncommitted changes, no
    branch, a conflict or a squashed move, 11 no repository or worktree.
    """
    from s2s_tools.scripts.dedupe import service
    from s2s_tools.scripts.dedupe.worktrees import adopt
    from s2s_tools.scripts.inventory import discovery

    repository = discovery.find(b".")
    name = worktree
    if worktree == ".":
        name = service.current(repository, b".").name
    ready = adopt.prepare(repository, service.worktree(repository, name))
    document = _document(ready)
    branch = output.safe(ready.branch)
    if not ready.moves:
        output.emit(document, [f"{branch} has all of it already."], as_json=as_json)
        return
    if dry_run:
        lines = [*map(output.safe, ready.commands()), "Nothing was merged (dry run)."]
        output.emit(document, lines, as_json=as_json)
        return
    done = adopt.adopt(ready)
    document["after"] = done.after
    lines = [
        f"{branch}: {output.count(len(ready.moves), 'commit')} of main merged.",
        f"It was at {done.before[:12]} and is at {done.after[:12]}.",
    ]
    output.emit(document, lines, as_json=as_json)


def _document(ready: Ready) -> dict[str, Any]:
    return {
        "schema": 1,
        "worktree": ready.tree.name,
        "branch": ready.branch,
        "merges": list(ready.moves),
        "commands": list(ready.commands()),
        "before": ready.tree.head,
        "after": None,
    }
