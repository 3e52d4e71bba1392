"""What a repository starts from: known findings by content, path and count."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Collection, Iterable
from typing import Any

from s2s_tools import errors
from s2s_tools.scripts.portability.model import Finding, Located

Key = tuple[str, str, str]  # path, rule, fingerprint
Baseline = Counter[Key]


def fingerprint(finding: Finding) -> str:
    """What stays when lines are added above: the rule and the line's content."""
    text = f"{finding.rule}\0{finding.text}"
    return hashlib.sha256(text.encode("utf-8", "surrogateescape")).hexdigest()[:16]


def of(findings: Iterable[Located]) -> Baseline:
    """The baseline that knows all of these; of several worktrees the most counts."""
    trees: dict[str, Baseline] = {}
    for found in findings:
        trees.setdefault(found.worktree, Counter())[_key(found)] += 1
    whole: Baseline = Counter()
    for counts in trees.values():
        whole |= counts
    return whole


def mark(findings: Iterable[Located], known: Baseline) -> tuple[Located, ...]:
    """The findings, with what the baseline has marked as known.

    In each worktree a key is known as often as the baseline counts it.
    """
    left: dict[str, Baseline] = {}
    marked = []
    for found in findings:
        rest = left.setdefault(found.worktree, Counter(known))
        key = _key(found)
        marked.append(found._replace(known=rest[key] > 0))
        rest[key] -= 1
    return tuple(marked)


def stale(findings: Iterable[Located], known: Baseline, seen: Collection[str]) -> int:
    """How many entries of the files that were `seen` have nothing left to know."""
    rest = known - of(findings)
    return sum(count for (path, _, _), count in rest.items() if path in seen)


def to_json(known: Baseline) -> bytes:
    """Stable text, a line for each entry."""
    rows = [
        json.dumps({"path": path, "rule": rule, "fingerprint": print, "count": count})
        for (path, rule, print), count in sorted(known.items())
        if count > 0
    ]
    body = ",\n".join(rows)
    return f'{{"schema": 1, "findings": [\n{body}\n]}}\n'.encode()


def from_json(data: bytes, where: str) -> Baseline:
    """Raises errors.InvalidDocument where it is no baseline."""
    try:
        document: Any = json.loads(data)
        if document["schema"] != 1:
            raise ValueError("schema")
        known: Baseline = Counter()
        for row in document["findings"]:
            path, rule, print = (row[k] for k in ("path", "rule", "fingerprint"))
            if type(row["count"]) is not int or row["count"] < 1:
                raise ValueError("count")
            known[(str(path), str(rule), str(print))] += row["count"]
    except (ValueError, KeyError, TypeError) as exc:
        raise errors.InvalidDocument(
            f"{where} is no baseline of s2s lint; write it anew with --write-baseline"
        ) from exc
    return known


def is_baseline(data: bytes) -> bool:
    """Whether bytes are one."""
    try:
        from_json(data, "")
    except errors.InvalidDocument:
        return False
    return True


def _key(found: Located) -> Key:
    path = found.path.decode("utf-8", "surrogateescape")
    return path, found.finding.rule, fingerprint(found.finding)
