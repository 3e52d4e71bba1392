"""`s2s fix-paths`: hard-coded paths in shell scripts."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from s2s_tools.cli import options, output

if TYPE_CHECKING:
    from s2s_tools.scripts.pathfix.service import Report


@click.command(
    epilog=options.examples(
        "s2s fix-paths",
        "s2s fix-paths --prefix /Users/ada/project --diff",
        "s2s fix-paths deploy.sh --apply --yes",
    )
)
@click.argument(
    "paths", nargs=-1, type=click.Path(path_type=bytes), metavar="[PATHS]..."
)
@click.option("--check", is_flag=True, help="Exit 1 if any path is hard-coded.")
@click.option("--diff", "as_diff", is_flag=True, help="Print what would change.")
@click.option("--apply", "apply_", is_flag=True, help="Rewrite what is proved.")
@click.option(
    "--prefix",
    "prefixes",
    multiple=True,
    metavar="P",
    help="Look for this folder instead; P=HOME puts $HOME there. Repeatable.",
)
@click.option(
    "--root-var",
    default="S2S_ROOT",
    show_default=True,
    metavar="NAME",
    help="The variable that scripts get for the main tree.",
)
@options.dry_run
@options.yes
@options.as_json
def fix_paths(
    paths: tuple[bytes, ...],
    prefixes: tuple[str, ...],
    root_var: str,
    **flags: bool,
) -> int:
    """Find hard-coded absolute paths in shell scripts, and rewrite them.

    PATHS are scripts, or folders of a worktree; the tree around you by default.
    Looked for are the folder of the repository and the manifest's former_roots,
    or what --prefix says. Each place is rewritten as its quotes ask for, and only
    where bash and a second parser show that the script stays the same. A rewritten
    script finds its repository itself. `s2s dedupe undo` takes it back.

    Exit codes: 0 done, also where places are left for a person, 1 refused or
    --check found something, 2 a bad option or nobody to ask without --yes, 11 no
    repository or script there, 13 a file changed meanwhile, 18 locked.
    """
    import os

    from s2s_tools.cli import progress
    from s2s_tools.scripts.pathfix import service

    if flags["check"] and flags["apply_"]:
        raise click.UsageError("--check only looks; leave it or --apply out")
    wish = service.Wish(prefixes=tuple(map(os.fsencode, prefixes)), root=root_var)
    # S2S_REPO is how an entry script says which repository it stands in.
    where = paths or (os.fsencode(os.environ.get("S2S_REPO") or "."),)
    with progress.Progress() as bar:
        report = service.look(where, wish, progress=bar)
    show = _apply if flags["apply_"] else _show
    show(report, flags)
    return 1 if flags["check"] and _is_found(report) else 0


def _apply(report: Report, flags: dict[str, bool]) -> None:
    from s2s_tools.cli import carry_out, paths
    from s2s_tools.scripts.pathfix import report as reports

    as_diff = flags["as_diff"] or flags["dry_run"]
    carry_out.run(
        report.plan,
        report.repository,
        paths.diff(report) if as_diff else paths.lines(report),
        carry_out.Wish(
            dry_run=flags["dry_run"], yes=flags["yes"], as_json=flags["as_json"]
        ),
        told=reports.document(report),
    )


def _show(report: Report, flags: dict[str, bool]) -> None:
    from s2s_tools.cli import paths
    from s2s_tools.scripts.pathfix import report as reports

    if (flags["as_diff"] or flags["dry_run"]) and not flags["as_json"]:
        output.emit(None, paths.diff(report), as_json=False)
        return
    lines = list(paths.lines(report))
    if report.plan.writes:
        many = output.count(len(report.plan.writes), "script")
        lines.append(f"{many} can be rewritten: --diff shows how, --apply does it.")
    output.emit(reports.document(report), lines, as_json=flags["as_json"])


def _is_found(report: Report) -> bool:
    from s2s_tools.scripts.pathfix import report as reports
    from s2s_tools.scripts.pathfix.model import Verdict

    totals = reports.totals(report)
    return totals[Verdict.SKIPPED] < sum(totals.values()) or any(
        script.problem for script in report.scripts
    )
