""" "...": the variable needs no more quotes."""

from __future__ import annotations

from s2s_tools.scripts.pathfix import edits
from s2s_tools.scripts.pathfix.model import Decision, Verdict
from s2s_tools.scripts.pathfix.words import Spot


def decide(spot: Spot) -> Decision | None:
    """Also $"..." and the text of a message."""
    if spot.holder.kind not in {"string", "translated_string"}:
        return None
    return Decision(Verdict.AUTO, edits.bare(spot))
