"""Text that a shell is going to read again: eval, alias, code for bash -c."""

from __future__ import annotations

from s2s_tools.scripts.pathfix import edits, texts
from s2s_tools.scripts.pathfix.model import Decision, Verdict
from s2s_tools.scripts.pathfix.words import Spot


def decide(spot: Spot) -> Decision | None:
    """Right only where the root needs no quotes: the script checks that."""
    if spot.in_document or not texts.is_code(spot):
        return None
    return Decision(Verdict.CHECKED, edits.natural(spot))
