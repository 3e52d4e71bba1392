"""A comment needs nothing."""

from __future__ import annotations

from s2s_tools.scripts.pathfix.model import Decision, Verdict
from s2s_tools.scripts.pathfix.words import Spot


def decide(spot: Spot) -> Decision | None:
    """Text that no shell reads."""
    if spot.node.kind != "comment" or spot.start < spot.tree.data.find(b"\n") > 0:
        return None
    return Decision(Verdict.SKIPPED, advice="a comment; correct it by hand")
