"""A file:// address: odd characters need percent signs there."""

from __future__ import annotations

from s2s_tools.scripts.pathfix import boundary, edits
from s2s_tools.scripts.pathfix.model import Decision, Verdict
from s2s_tools.scripts.pathfix.words import Spot


def decide(spot: Spot) -> Decision | None:
    """Right only where the root needs no encoding."""
    if boundary.edge(spot) is not boundary.Edge.LINK:
        return None
    return Decision(Verdict.CHECKED, edits.natural(spot))
