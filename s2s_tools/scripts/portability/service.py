"""Look at scripts, compare with what is known."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Final

from s2s_tools import errors
from s2s_tools.changes import single
from s2s_tools.changes.model import Plan
from s2s_tools.model import Repository
from s2s_tools.scripts.inventory import spot
from s2s_tools.scripts.portability import baseline, own, shellcheck, sources
from s2s_tools.scripts.portability.model import (
    Finding,
    Located,
    Report,
    Script,
    Severity,
)
from s2s_tools.scripts.syntax import facts
from s2s_tools.system import files

BASELINE: Final = b".s2s/lint-baseline.json"
Progress = Callable[[int, int, str], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """How to look; `severity`: nothing below it is reported."""

    with_shellcheck: bool = True
    all_worktrees: bool = False
    severity: Severity = Severity.STYLE


def lint(
    paths: Sequence[bytes], options: Options, *, progress: Progress | None = None
) -> Report:
    """Everything that the checkers find in the scripts at `paths`.

    Equal bytes are looked at once. Raises errors.NotFound where a path or
    shellcheck is missing.
    """
    scripts, skipped = sources.collect(paths, all_worktrees=options.all_worktrees)
    unique = {script.data: script for script in scripts}
    found = _checked(tuple(unique.values()), options, progress)
    findings = [
        Located(script.worktree, script.path, finding)
        for script in scripts
        for finding in found[script.data]
        if finding.severity.rank <= options.severity.rank
    ]
    more = (shellcheck.SOURCE,) if options.with_shellcheck else ()
    return Report(
        files=len(scripts),
        paths=frozenset(os.fsdecode(script.path) for script in scripts),
        findings=tuple(findings),
        skipped=skipped,
        checkers=(own.SOURCE, *more),
    )


def known(path: bytes, file: bytes | None) -> baseline.Baseline | None:
    """The baseline in `file`, or the one that the worktree of `path` has, if any.

    Raises errors.FileUnreadable, errors.InvalidDocument.
    """
    if file is None:
        try:
            at = spot.find(os.path.join(path, b".") if os.path.isdir(path) else path)
        except errors.NotARepository:
            return None
        file = os.path.join(at.worktree.path, BASELINE)
        if not os.path.lexists(file):
            return None
    return baseline.from_json(files.read(file), os.fsdecode(file))


def compared(report: Report, start: baseline.Baseline) -> Report:
    """The report with what is known marked."""
    return replace(
        report,
        findings=baseline.mark(report.findings, start),
        stale=baseline.stale(report.findings, start, report.paths),
    )


def plan_baseline(
    path: bytes, file: bytes | None, report: Report
) -> tuple[Repository, Plan]:
    """Plan to write the baseline that knows the report's findings."""
    at = spot.find(os.path.join(path, b".") if os.path.isdir(path) else path)
    if file is not None:
        at = spot.find(file)
    inner = BASELINE if file is None else at.inner
    made = single.Single(
        data=baseline.to_json(baseline.of(report.findings)),
        mode=0o644,
        command="lint --write-baseline",
        reason="the findings that are known from now on",
        may_replace=baseline.is_baseline,
    )
    tree = at.worktree
    common_dir = at.repository.common_dir
    return at.repository, single.plan(made, common_dir, tree.name, tree.path, inner)


def _checked(
    scripts: tuple[Script, ...], options: Options, progress: Progress | None
) -> dict[bytes, tuple[Finding, ...]]:
    found: dict[bytes, tuple[Finding, ...]] = {}
    for at, script in enumerate(scripts):
        found[script.data] = own.findings(script.data)
        if progress is not None:
            progress(at + 1, len(scripts), "reading scripts")
    if not options.with_shellcheck:
        return found
    known_shells = [
        s for s in scripts if facts.interpreter(s.data) in shellcheck.SHELLS
    ]
    for done, (at, more) in enumerate(shellcheck.findings(known_shells), 1):
        data = known_shells[at].data
        found[data] = tuple(sorted((*found[data], *more)))
        if progress is not None:
            progress(done, len(known_shells), "running shellcheck")
    return found
