"""What ${v#pattern} or ${v%pattern} takes off."""

from __future__ import annotations

from s2s_tools.scripts.pathfix import edits
from s2s_tools.scripts.pathfix.model import Decision, Verdict
from s2s_tools.scripts.pathfix.words import Spot


def decide(spot: Spot) -> Decision | None:
    """Quoted even inside quotes: else the root is a pattern."""
    expansion = spot.within("expansion")
    if expansion is None:
        return None
    if not {c.kind for c in expansion.children} & {"#", "##", "%", "%%"}:
        return None
    if spot.node.kind in {"regex", "word"}:
        return Decision(Verdict.AUTO, edits.quoted(spot))
    if spot.node.kind == "raw_string":
        return Decision(Verdict.AUTO, edits.reopened(spot))
    return Decision(Verdict.AUTO, edits.bare(spot))
