"""How the entries of a manifest are shown, to people and to programs."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Any

from s2s_tools.changes import codec
from s2s_tools.cli import output
from s2s_tools.scripts.manifest.model import Copy, Entry


def entry(found: Entry) -> dict[str, Any]:
    """An entry as JSON."""
    return {
        "id": codec.text(found.id),
        "canonical": {"worktree": found.worktree, "path": codec.text(found.path)},
        "sha256": found.sha256,
        "mode": f"{found.mode:04o}",
        "strategy": found.strategy.value,
        "copies": [_copy(copy) for copy in found.copies],
    }


def table(entries: Iterable[Entry]) -> list[str]:
    """All entries, a line each."""
    rows = [
        (e.id, e.sha256[:12], f"{e.mode:04o}", e.strategy.value, _counts(e.copies))
        for e in entries
    ]
    shown = [(output.safe(id), *rest) for id, *rest in rows]
    return output.table(("script", "sha-256", "mode", "strategy", "copies"), shown)


def details(entries: Iterable[Entry]) -> Iterator[str]:
    """Everything about each entry."""
    for found in entries:
        yield output.safe(found.id)
        yield f"  canonical  {_place(found.worktree, found.path)}"
        yield f"  sha-256    {found.sha256}"
        yield f"  mode       {found.mode:04o}"
        yield f"  strategy   {found.strategy.value}"
        for copy in found.copies:
            yield f"  {_word(copy):9}  {_place(copy.worktree, copy.path)}"


def _copy(copy: Copy) -> dict[str, str | None]:
    return {
        "worktree": copy.worktree,
        "path": codec.text(copy.path),
        "relation": copy.relation.value,
        "form": None if copy.form is None else copy.form.value,
        "to": codec.text(copy.to) or None,
    }


def _counts(copies: Iterable[Copy]) -> str:
    counts = Counter(map(_word, copies))
    return ", ".join(f"{counts[word]} {word}" for word in sorted(counts)) or "none"


def _word(copy: Copy) -> str:
    """What stands there: a stand-in by its form, a file by its relation."""
    return copy.relation.value if copy.form is None else copy.form.value


def _place(worktree: str, path: bytes) -> str:
    shown = output.safe(path)
    return shown if worktree == "." else f"{output.safe(worktree)}: {shown}"
