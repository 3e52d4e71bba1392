"""`s2s edit`: open the body of a script."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING, Any

import click

from s2s_tools import errors
from s2s_tools.cli import options, output

if TYPE_CHECKING:
    from s2s_tools.scripts.wrappers.body import Body


@click.command(
    epilog=options.examples("s2s edit scripts/build.sh", "s2s edit --print build.sh")
)
@click.argument("name", type=click.Path(path_type=bytes))
@click.option("--print", "only_print", is_flag=True, help="Print the path only.")
@options.as_json
def edit(name: bytes, only_print: bool, as_json: bool) -> int:
    """Open the body of the script NAME in $VISUAL or $EDITOR.

    NAME is a script's id, its file name, or the path of a wrapper, a link or a
    copy: what opens is the one file to edit, that of this worktree if it has its
    own. With --json the path is printed, and no editor started.

    Exit codes: those of the editor; 0 printed, 1 nothing to edit, 2 no editor is
    set, 11 no such script or editor.
    """
    from s2s_tools.scripts.wrappers import body

    found = body.find(b".", name)
    if as_json:
        output.emit(_document(found), [], as_json=True)
        return 0
    if only_print:
        whole = os.path.abspath(found.path)
        click.echo(output.safe(whole) if sys.stdout.isatty() else whole)
        return 0
    return _edit(found)


def _edit(found: Body) -> int:
    from s2s_tools.system import files, process

    before = files.read(found.path)
    code = process.interactive([*_editor(), found.path])
    changed = os.path.exists(found.path) and files.read(found.path) != before
    if found.shared and changed:
        output.note("s2s dedupe sync gives the change to the other worktrees")
    return code


def _editor() -> list[str]:
    import shlex

    text = os.environ.get("VISUAL") or os.environ.get("EDITOR") or ""
    try:
        words = shlex.split(text)
    except ValueError as exc:
        raise errors.UsageFault(f"{text!r} is no command: {exc}; set EDITOR") from exc
    if not words:
        raise errors.UsageFault("no editor is set; set VISUAL or EDITOR, or --print")
    return words


def _document(found: Body) -> dict[str, Any]:
    return {
        "schema": 1,
        "id": os.fsdecode(found.id),
        "worktree": found.worktree,
        "path": os.fsdecode(os.path.abspath(found.path)),
    }
