"""What a look for hard-coded paths found, as values for programs."""

from __future__ import annotations

from collections import Counter
from typing import Any

from s2s_tools.scripts.pathfix.model import Mention, Place, Script, Verdict
from s2s_tools.scripts.pathfix.service import Report


def document(report: Report) -> dict[str, Any]:
    """Everything that was found, without the plan."""
    return {
        "schema": 1,
        "looked_at": report.looked_at,
        "prefixes": [_place(place) for place in report.places],
        "totals": totals(report),
        "contexts": [
            {"context": name, "verdict": verdict.value, "count": many}
            for (name, verdict), many in contexts(report)
        ],
        "proofs": {
            "scripts": sum(script.result is not None for script in report.scripts),
            "words": sum(script.proof.words for script in report.scripts),
            "unevaluated": sum(s.proof.unevaluated for s in report.scripts),
        },
        "scripts": [_script(script) for script in report.scripts],
        "other_files": [_mention(mention) for mention in report.mentions],
        "proposals": [
            {"prefix": _text(p.path), "scripts": p.scripts, "home": p.home}
            for p in report.proposals
        ],
    }


def totals(report: Report) -> dict[str, int]:
    """Occurrences by verdict; every verdict is there."""
    counts = Counter(o.verdict for s in report.scripts for o in s.occurrences)
    return {verdict.value: counts[verdict] for verdict in Verdict}


def contexts(report: Report) -> list[tuple[tuple[str, Verdict], int]]:
    """How many occurrences each context and verdict has, in the order of the names."""
    counts = Counter(
        (o.context, o.verdict) for s in report.scripts for o in s.occurrences
    )
    return sorted(counts.items())


def _script(script: Script) -> dict[str, Any]:
    return {
        "worktree": script.worktree,
        "path": _text(script.path),
        "problem": script.problem,
        "rewritten": script.result is not None,
        "occurrences": [
            {
                "line": o.line,
                "prefix": _text(o.place.path),
                "variable": _text(o.place.variable),
                "context": o.context,
                "verdict": o.verdict.value,
                "advice": o.advice,
            }
            for o in script.occurrences
        ],
    }


def _mention(mention: Mention) -> dict[str, Any]:
    return {
        "worktree": mention.worktree,
        "path": _text(mention.path),
        "line": mention.line,
        "prefix": _text(mention.place.path),
        "reason": mention.reason,
    }


def _place(place: Place) -> dict[str, str]:
    return {"path": _text(place.path), "variable": _text(place.variable)}


def _text(raw: bytes) -> str:
    return raw.decode("utf-8", "surrogateescape")
