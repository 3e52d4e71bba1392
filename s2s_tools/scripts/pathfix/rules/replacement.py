"""The pattern or the text of ${v/pattern/text}: shells differ over `&`."""

from __future__ import annotations

from s2s_tools.scripts.pathfix.model import Decision, Verdict
from s2s_tools.scripts.pathfix.words import Spot


def decide(spot: Spot) -> Decision | None:
    """bash 5.2 gives `&` in the text a meaning."""
    expansion = spot.within("expansion")
    if expansion is None or spot.holder.parent is None:
        return None
    kinds = {child.kind for child in expansion.children}
    if not kinds & {"/", "//", "/#", "/%", ":", "^", "^^", ",", ",,", "@"}:
        return None
    return Decision(Verdict.MANUAL, advice="put the path into a variable of its own")
