"""A pattern of case, [[ == ]] or [[ =~ ]]: quoted it is literal."""

from __future__ import annotations

import re
from typing import Final

from s2s_tools.scripts.pathfix import edits
from s2s_tools.scripts.pathfix.model import Decision, Verdict
from s2s_tools.scripts.pathfix.words import Spot

_SPECIAL: Final = re.compile(rb"[.*+?^$()|{}\[\]\\]")


def decide(spot: Spot) -> Decision | None:
    """A regular expression only where the old path held nothing special."""
    around = spot.node.parent
    if spot.node.kind == "regex" and around is not None:
        if around.kind == "expansion":
            return None
        if _SPECIAL.search(spot.place.path):
            advice = "the path was read as a pattern; compare with == instead"
            return Decision(Verdict.MANUAL, advice=advice)
        return Decision(Verdict.AUTO, edits.quoted(spot))
    if around is not None and around.kind == "concatenation":
        around = around.parent
    if spot.node.kind != "word" or around is None:
        return None
    if around.kind not in {"case_item", "binary_expression"}:
        return None
    return Decision(Verdict.AUTO, edits.quoted(spot))
