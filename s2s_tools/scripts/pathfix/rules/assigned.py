"""A value that is assigned, exported or declared."""

from __future__ import annotations

from s2s_tools.scripts.pathfix import edits
from s2s_tools.scripts.pathfix.model import Decision, Verdict
from s2s_tools.scripts.pathfix.words import Spot


def decide(spot: Spot) -> Decision | None:
    """The prefix alone is quoted: a tilde behind a colon goes on to expand."""
    value = spot.within("variable_assignment", "command")
    if spot.node.kind != "word" or value is None or value.kind == "command":
        return None
    return Decision(Verdict.AUTO, edits.quoted(spot))
