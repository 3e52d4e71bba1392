"""`s2s lint`: what works on one machine and not on another."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

import click

from s2s_tools import constants, errors
from s2s_tools.cli import options, output

if TYPE_CHECKING:
    from s2s_tools.cli.carry_out import Wish
    from s2s_tools.scripts.portability.model import Report, Severity
    from s2s_tools.scripts.portability.service import Options


@click.command(
    epilog=options.examples(
        "s2s lint",
        "s2s lint scripts/build.sh --severity warning",
        "s2s lint --write-baseline --yes",
        "s2s lint --sarif > lint.sarif",
    )
)
@click.argument(
    "paths", nargs=-1, type=click.Path(path_type=bytes), metavar="[PATH]..."
)
@click.option(
    "--severity",
    default="style",
    show_default=True,
    help="The least that counts: error, warning, info or style.",
)
@click.option("--no-shellcheck", is_flag=True, help="Only the rules of s2s.")
@click.option("--all-worktrees", is_flag=True, help="The scripts of every worktree.")
@click.option(
    "--baseline",
    type=click.Path(path_type=bytes),
    metavar="FILE",
    help="Known findings. Default: .s2s/lint-baseline.json, if there.",
)
@click.option("--no-baseline", is_flag=True, help="Every finding is new.")
@click.option("--write-baseline", is_flag=True, help="Make what is found known.")
@click.option("--summary", is_flag=True, help="Only the totals.")
@click.option("--sarif", is_flag=True, help="Print SARIF 2.1.0 on stdout.")
@options.dry_run
@options.yes
@options.as_json
def lint(
    paths: tuple[bytes, ...],
    write_baseline: bool,
    summary: bool,
    sarif: bool,
    dry_run: bool,
    yes: bool,
    as_json: bool,
    **how: Any,
) -> int:
    """Find what in the scripts at PATHs is not portable.

    A PATH is a script, or a folder: then every script beneath it in its worktree.
    shellcheck says what it knows; a table of our own adds what it does not: GNU
    against BSD, bash 4 against the 3.2 of macOS, fixed ports, fixed files in the
    temp folder, home folders, names of users and machines.

    A baseline lets a repository start from where it is: an old finding is known by
    its line's content and its path, so often as it was there; one more is new.

    Exit codes: 0 nothing new, 1 something new, 2 bad options or a broken baseline,
    11 no such path, or shellcheck is not installed.
    """
    from s2s_tools.cli import carry_out
    from s2s_tools.scripts.portability import service

    if sarif and (as_json or write_baseline):
        raise errors.UsageFault("--sarif goes with neither --json nor --write-baseline")
    where = paths or (os.environb.get(b"S2S_REPO") or b".",)
    report = _report(where, _options(**how))
    if write_baseline:
        wish = carry_out.Wish(dry_run=dry_run, yes=yes, as_json=as_json)
        _write(where[0], how["baseline"], report, wish)
        return constants.EXIT_DONE
    if not how["no_baseline"]:
        start = service.known(where[0], how["baseline"])
        report = report if start is None else service.compared(report, start)
    _show(report, sarif=sarif, summary=summary, as_json=as_json)
    return constants.EXIT_FAILURE if report.fresh else constants.EXIT_DONE


def _options(
    *, severity: str, no_shellcheck: bool, all_worktrees: bool, **_: Any
) -> Options:
    from s2s_tools.scripts.portability import service

    return service.Options(
        with_shellcheck=not no_shellcheck,
        all_worktrees=all_worktrees,
        severity=_severity(severity),
    )


def _severity(text: str) -> Severity:
    from s2s_tools.scripts.portability.model import Severity

    try:
        return Severity(text)
    except ValueError as exc:
        known = ", ".join(Severity)
        raise errors.UsageFault(f"{text!r} is no severity; known: {known}") from exc


def _report(paths: tuple[bytes, ...], asked: Options) -> Report:
    from s2s_tools.cli import progress
    from s2s_tools.scripts.portability import service

    with progress.Progress() as report:
        return service.lint(paths, asked, progress=report)


def _write(path: bytes, file: bytes | None, report: Report, wish: Wish) -> None:
    from s2s_tools.cli import carry_out, plans
    from s2s_tools.scripts.portability import service

    repository, plan = service.plan_baseline(path, file, report)
    here = plan.writes[0].worktree if plan.writes else "."
    carry_out.run(plan, repository, plans.lines(plan, here), wish)


def _show(report: Report, *, sarif: bool, summary: bool, as_json: bool) -> None:
    import s2s_tools
    from s2s_tools.cli import lints
    from s2s_tools.scripts.portability import sarif as log

    if sarif:
        output.emit(log.document(report, s2s_tools.__version__), (), as_json=True)
        return
    shown = lints.lines(report, summary=summary)
    output.emit(lints.document(report), shown, as_json=as_json)
