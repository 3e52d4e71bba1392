"""`s2s env emit`: the environment-detection library."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import click

from s2s_tools import errors
from s2s_tools.cli import options, output

if TYPE_CHECKING:
    from s2s_tools.changes.single import Single
    from s2s_tools.cli.carry_out import Wish


@click.command(
    epilog=options.examples(
        "s2s env emit > s2s-env.sh",
        "s2s env emit --out scripts/lib/s2s-env.sh --yes",
        "s2s env emit --shell fish --out s2s-env.fish --dry-run",
    )
)
@click.option("--shell", default="sh", show_default=True, help="sh, bash or fish.")
@click.option(
    "--out",
    type=click.Path(path_type=bytes),
    metavar="FILE",
    help="Write FILE instead of printing.",
)
@click.option(
    "--beside",
    is_flag=True,
    help="Write s2s-env.sh into S2S_REPO, the folder of an entry script, or here.",
)
@click.option("--replace", is_flag=True, help="Take the place of another file.")
@options.dry_run
@options.yes
@options.as_json
def env_emit(
    shell: str,
    out: bytes | None,
    beside: bool,
    replace: bool,
    dry_run: bool,
    yes: bool,
    as_json: bool,
) -> None:
    """Print or write a library that tells a script where it is.

    Sourced, it exports S2S_ROOT (the main worktree, where shared state is),
    S2S_TREE (the tree of the file), S2S_ENVIRONMENT (kubernetes, docker, ci,
    production, staging, development or unknown) and what follows from them. It
    never changes what the caller has set, works under `set -eu` and from every
    folder. "sh" is for sh, dash, bash, busybox, ksh and zsh. Run, it prints the
    names, or runs a command with them.

    Exit codes: 0 done, 1 another file stands there, 2 no such shell, or nobody to
    ask without --yes, 13 the file changed meanwhile, 18 another run holds the lock.
    """
    from s2s_tools.cli import carry_out
    from s2s_tools.scripts.environment import service

    made = service.library(shell, replace=replace)
    file = out or (_beside(shell) if beside else None)
    if file is None:
        text = made.data.decode()
        document = {"schema": 1, "shell": shell, "text": text}
        output.emit(document, text.splitlines(), as_json=as_json)
        return
    wish = carry_out.Wish(dry_run=dry_run, yes=yes, as_json=as_json)
    _write(made, file, wish)


def _beside(shell: str) -> bytes:
    folder = os.environb.get(b"S2S_REPO") or b"."
    ending = b"fish" if shell == "fish" else b"sh"
    return os.path.join(folder, b"s2s-env." + ending)


def _write(made: Single, file: bytes, wish: Wish) -> None:
    from s2s_tools.cli import carry_out, plans
    from s2s_tools.scripts.environment import service

    planned = service.plan(made, file)
    if planned is None:
        _put(made, file, wish)
        return
    repository, plan = planned
    here = plan.writes[0].worktree if plan.writes else "."
    carry_out.run(plan, repository, plans.lines(plan, here), wish)


def _put(made: Single, file: bytes, wish: Wish) -> None:
    """Outside every repository there is no journal: a new file, or an earlier one."""
    from s2s_tools.changes import single

    if wish.dry_run:
        raise errors.UsageFault(
            f"{os.fsdecode(file)} is in no repository, so there is no plan to show"
        )
    written = single.put(made, file)
    line = "written" if written else "up to date"
    document = {"schema": 1, "file": os.fsdecode(file), "written": written}
    output.emit(document, [f"{output.safe(file)}: {line}"], as_json=wish.as_json)
