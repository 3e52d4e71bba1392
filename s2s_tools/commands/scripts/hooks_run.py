"""`s2s hooks run`: what the hooks check, by hand or from a hook."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from s2s_tools import constants
from s2s_tools.cli import options, output

if TYPE_CHECKING:
    from s2s_tools.scripts.guard.model import Finding


@click.command(
    epilog=options.examples(
        "s2s hooks run pre-commit", "s2s hooks run s2s-no-duplicates --json"
    )
)
@click.argument("hook")
@click.argument("arguments", nargs=-1, type=click.UNPROCESSED, metavar="[ARGUMENT]...")
@options.as_json
def hooks_run(hook: str, arguments: tuple[str, ...], as_json: bool) -> int:
    """Do what git's hook HOOK does here, or make one check alone.

    HOOK is pre-commit or pre-merge-commit (every check of what is staged),
    post-commit or post-merge (refresh the scripts in the common directory, where
    there are any), or a check: s2s-no-duplicates, s2s-wrappers-fresh,
    s2s-no-wrapper-over-canonical, s2s-canonical-only, s2s-manifest-valid. What git
    or pre-commit adds as ARGUMENT changes nothing: the whole commit is looked at,
    as it is staged, never the work tree.

    Exit codes: 0 the commit may be made, 1 it may not, 2 a broken manifest or no
    such hook, 11 no repository.
    """
    from s2s_tools.scripts.guard import hooktext, service
    from s2s_tools.scripts.guard.model import Check

    if hook in hooktext.REFRESHES:
        return _refresh(hook, as_json=as_json)
    if hook not in (*hooktext.CHECKS, *Check):
        known = ", ".join((*hooktext.HOOKS, *Check))
        raise click.UsageError(f"there is no hook {hook!r}; known: {known}")
    checks = tuple(Check) if hook in hooktext.CHECKS else (Check(hook),)
    found = service.check(b".", checks)
    lines = [
        f"{output.safe(f.path)}: {output.safe(f.message)} [{f.check}]" for f in found
    ]
    document = {
        "schema": 1,
        "hook": hook,
        "findings": [_finding(f) for f in found],
        "refreshed": [],
    }
    output.emit(document, lines, as_json=as_json)
    return constants.EXIT_FAILURE if found else constants.EXIT_DONE


def _finding(found: Finding) -> dict[str, str | None]:
    from s2s_tools.changes import codec

    return {
        "check": found.check.value,
        "path": codec.text(found.path),
        "message": found.message,
        "canonical": codec.text(found.canonical) if found.canonical else None,
    }


def _refresh(hook: str, *, as_json: bool) -> int:
    from s2s_tools.changes import codec
    from s2s_tools.scripts.guard import refresh

    changed = [codec.text(id) for id in refresh.bodies(b".")]
    document = {"schema": 1, "hook": hook, "findings": [], "refreshed": changed}
    many = output.count(len(changed), "script")
    lines = [f"s2s: {many} refreshed in the common directory"] if changed else []
    output.emit(document, lines, as_json=as_json)
    return constants.EXIT_DONE
