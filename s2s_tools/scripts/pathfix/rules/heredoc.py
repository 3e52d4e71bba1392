"""A here-document that the shell expands."""

from __future__ import annotations

from s2s_tools.scripts.pathfix import edits
from s2s_tools.scripts.pathfix.model import Decision, Verdict
from s2s_tools.scripts.pathfix.words import Spot


def decide(spot: Spot) -> Decision | None:
    """Quotes would be text there."""
    if not spot.in_document:
        return None
    return Decision(Verdict.AUTO, edits.bare(spot))
