"""How the paths that a manifest owns are shown, to people and to programs."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Any

from s2s_tools import constants
from s2s_tools.changes import codec
from s2s_tools.cli import output
from s2s_tools.scripts.wrappers.audit import FINE, Finding, Verdict


def document(name: str, findings: Iterable[Finding]) -> dict[str, Any]:
    """All findings as JSON."""
    found = [_item(finding) for finding in findings]
    return {"schema": 1, "manifest": name, "findings": found}


def table(findings: Iterable[Finding]) -> list[str]:
    """Each path with what it stands for and its state."""
    rows = [
        (_place(f), "" if f.wanted is None else _leads(f), f.verdict.value, f.reason)
        for f in findings
    ]
    return output.table(("path", "stands for", "state", "why"), rows)


def wrong(findings: Iterable[Finding]) -> Iterator[str]:
    """A line for each path that is not as it should be, by what it is."""
    for verdict in Verdict:
        for finding in findings:
            if finding.verdict is verdict and verdict is not Verdict.OK:
                reason = output.safe(finding.reason)
                yield f"{verdict.value:10}  {output.safe(_place(finding))}: {reason}"


def counts(findings: Iterable[Finding]) -> str:
    """How many paths are in which state."""
    found = Counter(finding.verdict for finding in findings)
    parts = [
        f"{found[verdict]} {verdict.value}" for verdict in Verdict if found[verdict]
    ]
    return ", ".join(parts) or "none"


def exit_code(findings: Iterable[Finding]) -> int:
    """1 where something is not as it should be."""
    bad = any(finding.verdict not in FINE for finding in findings)
    return constants.EXIT_FAILURE if bad else constants.EXIT_DONE


def _item(finding: Finding) -> dict[str, Any]:
    wanted = finding.wanted
    return {
        "worktree": finding.worktree,
        "path": codec.text(finding.path),
        "kind": finding.kind.value,
        "id": None if wanted is None else codec.text(wanted.id),
        "target": None if wanted is None else codec.text(wanted.body) or None,
        "state": finding.verdict.value,
        "reason": finding.reason,
    }


def _place(finding: Finding) -> str:
    path = codec.text(finding.path)
    return path if finding.worktree == "." else f"{finding.worktree}: {path}"


def _leads(finding: Finding) -> str:
    assert finding.wanted is not None
    return codec.text(finding.wanted.body or finding.wanted.id)
