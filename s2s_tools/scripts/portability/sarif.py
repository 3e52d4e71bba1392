"""A report as SARIF 2.1.0, for code scanning."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable
from typing import Any, Final
from urllib.parse import quote_from_bytes

from s2s_tools.scripts.portability import baseline, rules
from s2s_tools.scripts.portability.model import Located, Report, Severity

_SCHEMA: Final = "https://json.schemastore.org/sarif-2.1.0.json"
_WIKI: Final = "https://www.shellcheck.net/wiki/"
_LEVELS: Final = {
    Severity.ERROR: "error",
    Severity.WARNING: "warning",
    Severity.INFO: "note",
    Severity.STYLE: "note",
}


def document(report: Report, version: str) -> dict[str, Any]:
    """The whole log: one run, its rules, its results."""
    ids = sorted({found.finding.rule for found in report.findings})
    driver = {
        "name": "s2s lint",
        "semanticVersion": version,
        "informationUri": "https://pypi.org/project/s2s_tools/",
        "rules": [_rule(id, report.findings) for id in ids],
    }
    run = {
        "tool": {"driver": driver},
        "columnKind": "unicodeCodePoints",
        "results": list(_results(report.findings, ids)),
    }
    return {"$schema": _SCHEMA, "version": "2.1.0", "runs": [run]}


def _rule(id: str, findings: Iterable[Located]) -> dict[str, Any]:
    own = rules.ALL.get(id)
    first = next(found.finding for found in findings if found.finding.rule == id)
    rule: dict[str, Any] = {
        "id": id,
        "shortDescription": {"text": own.message if own else f"shellcheck {id}"},
        "defaultConfiguration": {"level": _LEVELS[first.severity]},
    }
    if own is not None:
        rule["help"] = {"text": own.hint}
    else:
        rule["helpUri"] = _WIKI + id
    return rule


def _results(findings: Iterable[Located], ids: list[str]) -> Iterable[dict[str, Any]]:
    seen: Counter[str] = Counter()
    for found in findings:
        finding = found.finding
        uri = _uri(found)
        base = f"{uri}\0{baseline.fingerprint(finding)}"
        seen[base] += 1
        print = hashlib.sha256(f"{base}\0{seen[base]}".encode()).hexdigest()
        hint = f"; {finding.hint}" if finding.hint else ""
        region = {"startLine": finding.line, "startColumn": finding.column}
        yield {
            "ruleId": finding.rule,
            "ruleIndex": ids.index(finding.rule),
            "level": _LEVELS[finding.severity],
            "message": {"text": finding.message + hint},
            "locations": [
                {
                    "physicalLocation": {
                        "artifactLocation": {"uri": uri},
                        "region": region,
                    }
                }
            ],
            "partialFingerprints": {"s2sFinding/v1": print},
            "baselineState": "unchanged" if found.known else "new",
        }


def _uri(found: Located) -> str:
    path = quote_from_bytes(found.path)
    if found.worktree in ("", "."):
        return path
    tree = found.worktree.encode("utf-8", "surrogateescape")
    return f"{quote_from_bytes(tree)}/{path}"
