"""$'...': closed, expanded, opened again."""

from __future__ import annotations

from s2s_tools.scripts.pathfix import edits
from s2s_tools.scripts.pathfix.model import Decision, Verdict
from s2s_tools.scripts.pathfix.words import Spot


def decide(spot: Spot) -> Decision | None:
    """Its escapes go on to work on both sides."""
    if spot.node.kind != "ansi_c_string":
        return None
    return Decision(Verdict.AUTO, edits.reopened(spot))
