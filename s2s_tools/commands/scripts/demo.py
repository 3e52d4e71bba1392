"""`s2s demo`: build the fixture estate, do the main job on it, visibly."""

from __future__ import annotations

import os
from typing import Any

import click

from s2s_tools import errors
from s2s_tools.cli import options, output

_SHOWN = 14  # lines of a step's output that fit on a screen with the rest


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

    Exit codes: 0 done, 1 FOLDER is not empty or a step failed.
    """
    from s2s_tools.scripts.estate import build, tour

    estate = build.load()
    root = tour.prepare(estate, folder, fresh=fresh)
    said: list[dict[str, Any]] = []

    def report(done: tour.Done) -> None:
        said.append(_record(done))
        if not as_json:
            output.emit(None, _lines(done), as_json=False)

    before, digest = tour.totals(root), tour.digest(estate, root)
    if not as_json:
        output.emit(None, _head(root), as_json=False)
    width = min(output.terminal_width(), 100) - 2
    tour.run(root, tour.JOB, report, width=width)
    after = tour.totals(root)
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
    output.emit(document, _tail(root, before, after, undo), as_json=as_json)
    if undo and not same:
        raise errors.S2SError(f"undo left differences in {os.fsdecode(root)}")


def _record(done: Any) -> dict[str, Any]:
    command = " ".join(("s2s", *done.step.arguments))
    return {"command": command, "exit_code": done.exit_code, "stdout": done.out}


def _head(root: bytes) -> list[str]:
    return [f"A constructed estate of a pretend shop, in {output.safe(root)}"]


def _lines(done: Any) -> list[str]:
    text = done.out.splitlines() + done.err.splitlines()
    lines = ["", f"# {done.step.say}", f"$ s2s {' '.join(done.step.arguments)}"]
    lines += [f"  {output.safe(line)}".rstrip() for line in text[:_SHOWN]]
    if len(text) > _SHOWN:
        lines.append(f"  … {len(text) - _SHOWN} more lines")
    return lines


def _tail(
    root: bytes, before: dict[str, int], after: dict[str, int], undo: bool
) -> list[str]:
    lines = ["", "# Before and after"]
    for name in ("scripts", "families", "stale", "bodies"):
        lines.append(f"  {name:10}{before[name]:>6} → {after[name]}")
    lines += ["", f"To look at it: cd {_quoted(root)}"]
    if undo:
        lines.append("Undone: paths, modes and bytes were compared with the beginning.")
    else:
        lines.append("To take it back there: s2s dedupe undo --yes, twice")
    return lines


def _quoted(root: bytes) -> str:
    import shlex

    return shlex.quote(output.safe(root))
