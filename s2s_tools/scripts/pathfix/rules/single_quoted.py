"""'...': closed, expanded, opened again."""

from __future__ import annotations

from s2s_tools.scripts.pathfix import edits
from s2s_tools.scripts.pathfix.model import Decision, Verdict
from s2s_tools.scripts.pathfix.words import Spot


def decide(spot: Spot) -> Decision | None:
    """Single quotes expand nothing."""
    if spot.node.kind != "raw_string":
        return None
    return Decision(Verdict.AUTO, edits.reopened(spot))
