"""The paths that a manifest owns: how they are shown and made right again."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Any

from s2s_tools import constants
from s2s_tools.changes import codec
from s2s_tools.cli import carry_out, output, plans
from s2s_tools.scripts.dedupe import service
from s2s_tools.scripts.inventory import discovery
from s2s_tools.scripts.wrappers import upkeep
from s2s_tools.scripts.wrappers.audit import FINE, Finding, Verdict
from s2s_tools.scripts.wrappers.owned import Kind


def write(
    path: bytes,
    worktrees: Iterable[str],
    wish: carry_out.Wish,
    *,
    command: str,
    kinds: frozenset[Kind] = frozenset(Kind),
) -> None:
    """Make what the manifest owns as it should be, also in the named worktrees."""
    repository = discovery.find(path)
    named = frozenset(service.worktree(repository, name) for name in worktrees)
    made = upkeep.build(path, command=command, kinds=kinds, named=named)
    lines = plans.lines(made.plan, ".", whole=True)
    carry_out.run(made.plan, made.repository, lines, wish)


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
