"""How a report on portability is shown, to people and to programs."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any

from s2s_tools.changes import codec
from s2s_tools.cli import output
from s2s_tools.scripts.portability import baseline
from s2s_tools.scripts.portability.model import Located, Report, Skipped


def document(report: Report) -> dict[str, Any]:
    """The report as JSON."""
    return {
        "schema": 1,
        "files": report.files,
        "checkers": list(report.checkers),
        "totals": totals(report),
        "findings": [_record(found) for found in report.findings],
        "skipped": [_left_out(item) for item in report.skipped],
        "baseline_stale": report.stale,
    }


def totals(report: Report) -> dict[str, Any]:
    """Counts, new ones apart."""
    rules = Counter(found.finding.rule for found in report.findings)
    severities = Counter(found.finding.severity.value for found in report.findings)
    return {
        "findings": len(report.findings),
        "new": len(report.fresh),
        "by_rule": dict(sorted(rules.items())),
        "by_severity": dict(sorted(severities.items())),
    }


def lines(report: Report, *, summary: bool) -> Iterator[str]:
    """New findings, a line each as compilers write them, then the totals."""
    if not summary:
        yield from map(_line, report.fresh)
        yield from _hints(report)
    yield from _table(report)
    for item in report.skipped:
        yield f"left out: {_place(item)}: {item.reason}"
    yield _summary(report)


def _record(found: Located) -> dict[str, Any]:
    finding = found.finding
    return {
        "worktree": found.worktree,
        "path": codec.text(found.path),
        "line": finding.line,
        "column": finding.column,
        "rule": finding.rule,
        "severity": finding.severity.value,
        "message": finding.message,
        "hint": finding.hint,
        "source": finding.source,
        "fingerprint": baseline.fingerprint(finding),
        "new": not found.known,
    }


def _left_out(item: Skipped) -> dict[str, str]:
    return {
        "worktree": item.worktree,
        "path": codec.text(item.path),
        "reason": item.reason,
    }


def _line(found: Located) -> str:
    at = f"{_place(found)}:{found.finding.line}:{found.finding.column}"
    what = f"{found.finding.severity}: {found.finding.message}"
    return f"{at}: {output.safe(what)} [{found.finding.rule}]"


def _hints(report: Report) -> Iterator[str]:
    hints = {f.finding.rule: f.finding.hint for f in report.fresh if f.finding.hint}
    if hints:
        yield ""
    for rule, hint in sorted(hints.items()):
        yield f"{rule}: {output.safe(hint)}"


def _table(report: Report) -> Iterator[str]:
    every = Counter(_kind(found) for found in report.findings)
    fresh = Counter(_kind(found) for found in report.fresh)
    if not every:
        return
    ranked = sorted(every, key=lambda kind: (kind[0] != "s2s", -every[kind], kind))
    rows = [(*kind, every[kind], fresh[kind]) for kind in ranked]
    yield ""
    headers = ("checker", "rule", "severity", "findings", "new")
    yield from output.table(headers, rows, right=(3, 4))


def _kind(found: Located) -> tuple[str, str, str]:
    finding = found.finding
    return finding.source, finding.rule, finding.severity.value


def _place(item: Located | Skipped) -> str:
    path = output.safe(item.path)
    return (
        path if item.worktree in ("", ".") else f"{output.safe(item.worktree)}/{path}"
    )


def _summary(report: Report) -> str:
    scripts = output.count(report.files, "script")
    many = output.count(len(report.findings), "finding")
    old = len(report.findings) - len(report.fresh)
    known = f", {old} of them known to the baseline" if old else ""
    stale = f"; {report.stale} in the baseline are gone" if report.stale else ""
    return f"{scripts}: {many}{known}{stale}."
