"""`s2s demo`: build the fixture estate, do the main job on it, visibly."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

import click

from s2s_tools import errors
from s2s_tools.cli import options, output

if TYPE_CHECKING:
    from s2s_tools.scripts.estate import tour

_LAST = 2  # lines at the end of a step's output that are always shown


@click.command(
    epilog=options.examples(
        "s2s demo", "s2s demo /tmp/lantern --undo", "s2s demo .demo --fresh"
    )
)
@click.argument("folder", required=False, type=click.Path(path_type=bytes))
@click.option("--undo/--keep", default=False, help="Take everything back at the end.")
@click.option("--fresh", is_flag=True, help="Replace the demo that FOLDER holds.")
@options.as_json
def demo(folder: bytes | None, undo: bool, fresh: bool, as_json: bool) -> None:
    """Build a pretend estate of 164 scripts and do the main job on it.

    The estate is constructed: a real git repository with three linked
    worktrees, in FOLDER (new or empty) or in a temporary folder. Each step
    prints the command that a user would type. The folder is left to look at.

    Exit codes: 0 done, 1 FOLDER is not empty or a step failed, 11 git is missing.
    """
    from s2s_tools.scripts.estate import build, tour

    estate = build.load()
    root = tour.prepare(estate, folder, fresh=fresh)
    said: list[dict[str, Any]] = []

    def report(done: tour.Done) -> None:
        said.append(_record(done))
        _say(_lines(done), quiet=as_json)

    before, digest = tour.totals(root), tour.digest(estate, root)
    _say(_head(root), quiet=as_json)
    width = min(output.terminal_width(), 100)
    tour.run(root, tour.JOB, report, width=width)
    after = tour.totals(root)
    _say(_figures(before, after), quiet=as_json)
    if undo:
        tour.run(root, tour.UNDO, report, width=width)
    same = tour.digest(estate, root) == digest
    document = {
        "schema": 1,
        "root": os.fsdecode(root),
        "steps": said,
        "before": before,
        "after": after,
        "as_before": same,
    }
    if undo and not same:
        raise errors.S2SError(f"undo left differences in {os.fsdecode(root)}")
    output.emit(document, _tail(root, undo=undo), as_json=as_json)


def _say(lines: list[str], *, quiet: bool) -> None:
    if not quiet:
        output.emit(None, lines, as_json=False)


def _record(done: tour.Done) -> dict[str, Any]:
    return {
        "command": done.step.command,
        "exit_code": done.exit_code,
        "stdout": done.out,
    }


def _head(root: bytes) -> list[str]:
    return [f"A constructed estate of a pretend shop, in {output.safe(root)}"]


def _lines(done: tour.Done) -> list[str]:
    text = done.out.splitlines() + done.err.splitlines()
    left = len(text) - done.step.shown - _LAST
    if left > 1:
        text[done.step.shown : -_LAST] = [f"… {left} more lines"]
    head = ["", f"# {done.step.say}", f"$ {done.step.command}"]
    return head + [output.safe(line) for line in text]


def _figures(before: dict[str, int], after: dict[str, int]) -> list[str]:
    names = ("scripts", "families", "stale", "bodies")
    rows = [(name, before[name], after[name]) for name in names]
    table = output.table(("", "before", "after"), rows, right=(1, 2))
    return ["", "# Before and after", *table]


def _tail(root: bytes, *, undo: bool) -> list[str]:
    import shlex

    look = f"To look at it: cd {shlex.quote(output.safe(root))}"
    if undo:
        same = "Undone: paths, modes and bytes were compared with the beginning."
        return ["", same, look]
    return ["", look, "To take it back there: s2s dedupe undo --yes"]
