"""A here-document or message that becomes a file of some format."""

from __future__ import annotations

from s2s_tools.scripts.pathfix import edits, texts
from s2s_tools.scripts.pathfix.model import Decision, Verdict
from s2s_tools.scripts.pathfix.words import Spot


def decide(spot: Spot) -> Decision | None:
    """JSON, XML, a script: right only where the root needs no quotes there."""
    body = spot.in_document
    if not body and not texts.is_message(spot):
        return None
    if not texts.is_formatted(spot):
        return None
    return Decision(Verdict.CHECKED, edits.natural(spot))
