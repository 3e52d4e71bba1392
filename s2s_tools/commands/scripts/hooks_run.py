"""`s2s hooks run`: what the hooks check, by hand or from a hook."""

from __future__ import annotations

import click

from s2s_tools import constants
from s2s_tools.cli import options, output

_HOOKS = ("pre-commit", "pre-merge-commit")


@click.command(
    epilog=options.examples(
        "s2s hooks run pre-commit", "s2s hooks run s2s-no-duplicates --json"
    )
)
@click.argument("hook")
@click.argument("arguments", nargs=-1, type=click.UNPROCESSED, metavar="[ARGUMENT]...")
@options.as_json
def hooks_run(hook: str, arguments: tuple[str, ...], as_json: bool) -> int:
    """Check what is staged here, as git's hook HOOK or as one check alone.

    HOOK is pre-commit or pre-merge-commit (every check), or the name of a check:
    s2s-no-duplicates, s2s-wrappers-fresh, s2s-no-wrapper-over-canonical,
    s2s-canonical-only, s2s-manifest-valid. What git or pre-commit adds as
    ARGUMENT changes nothing: the whole commit is looked at, never the work tree.

    Exit codes: 0 the commit may be made, 1 it may not, 2 a broken manifest or no
    such hook, 11 no repository.
    """
    from s2s_tools.changes import codec
    from s2s_tools.scripts.guard import service
    from s2s_tools.scripts.guard.model import Check

    if hook not in (*_HOOKS, *Check):
        known = ", ".join((*_HOOKS, *Check))
        raise click.UsageError(f"there is no hook {hook!r}; known: {known}")
    found = service.check(b".", Check if hook in _HOOKS else (Check(hook),))
    lines = [
        f"{output.safe(f.path)}: {output.safe(f.message)} [{f.check}]" for f in found
    ]
    document = {
        "schema": 1,
        "hook": hook,
        "findings": [
            {
                "check": f.check.value,
                "path": codec.text(f.path),
                "message": f.message,
                "canonical": codec.text(f.canonical) if f.canonical else None,
            }
            for f in found
        ],
    }
    output.emit(document, lines, as_json=as_json)
    return constants.EXIT_FAILURE if found else constants.EXIT_DONE
