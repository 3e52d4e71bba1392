"""`s2s wrappers install`: the entry scripts at the paths that people call."""

from __future__ import annotations

import click

from s2s_tools.cli import options


@click.command(
    epilog=options.examples(
        "s2s wrappers install . --dry-run",
        "s2s wrappers install ~/src/app --yes",
        "s2s wrappers install . --replace analyze-script-duplication.sh --yes",
    )
)
@options.path
@click.option(
    "--only", multiple=True, metavar="NAME", help="Only this entry; may be repeated."
)
@click.option(
    "--replace",
    multiple=True,
    metavar="NAME",
    help="Take the place of another script that stands at NAME's path.",
)
@options.dry_run
@options.yes
@options.as_json
def wrappers_install(
    path: bytes,
    only: tuple[str, ...],
    replace: tuple[str, ...],
    dry_run: bool,
    yes: bool,
    as_json: bool,
) -> None:
    """Put the generated entry scripts into the repository at PATH.

    Each is a small portable script that runs an s2s command on the repository it
    stands in. A script of another origin is kept and named. `s2s dedupe undo` takes
    the whole installation back.

    Exit codes: 0 done or nothing to do, 1 refused, 2 nobody to ask without --yes,
    11 no repository or no such entry, 13 a file changed meanwhile, 18 locked.
    """
    from s2s_tools.cli import carry_out, plans
    from s2s_tools.scripts.wrappers import service

    repository, plan = service.plan_install(path, names=only, replace=replace)
    carry_out.run(
        plan,
        repository,
        plans.lines(plan, "."),
        carry_out.Wish(dry_run=dry_run, yes=yes, as_json=as_json),
    )
