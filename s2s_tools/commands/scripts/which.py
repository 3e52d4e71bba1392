"""`s2s which`: the body that a path runs, and why."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

import click

from s2s_tools.cli import options, output

if TYPE_CHECKING:
    from s2s_tools.scripts.wrappers.which import Answer


@click.command(
    epilog=options.examples("s2s which scripts/build.sh", "s2s which --json build.sh")
)
@click.argument("path", type=click.Path(path_type=bytes))
@options.as_json
def which(path: bytes, as_json: bool) -> int:
    """Say which script runs when PATH is called, and why.

    PATH is a wrapper, a symbolic link or a script. For a wrapper every place
    that it looks in is named, in its order, under the environment of this call.

    Exit codes: 0 something runs, 1 nothing does, 11 no such script.
    """
    from s2s_tools.scripts.wrappers import which as service

    answer = service.which(path)
    output.emit(_document(answer), _lines(answer), as_json=as_json)
    return int(answer.code != 0)


def _document(answer: Answer) -> dict[str, Any]:
    return {
        "schema": 1,
        "path": os.fsdecode(answer.path),
        "file": os.fsdecode(answer.file),
        "kind": answer.kind,
        "body": None if answer.body is None else os.fsdecode(answer.body),
        "source": answer.source,
        "why": answer.why,
        "code": answer.code,
        "interpreter": [os.fsdecode(word) for word in answer.interpreter],
        "places": [
            {"source": at.source, "path": os.fsdecode(at.path), "found": at.found}
            for at in answer.places
        ],
    }


def _lines(answer: Answer) -> list[str]:
    body = "nothing" if answer.body is None or answer.code else answer.body
    lines = [output.safe(body if answer.kind != "entry" else answer.file)]
    lines.append(f"  {output.safe(answer.why)}")
    if answer.code and answer.kind == "wrapper":
        lines.append(f"  the wrapper would exit {answer.code}")
    if answer.interpreter and not answer.code:
        lines.append(f"  run by {output.safe(b' '.join(answer.interpreter))}")
    lines += [
        f"  {'has it' if at.found else 'lacks it':8}  {at.source}: "
        f"{output.safe(at.path)}"
        for at in answer.places
    ]
    return lines
