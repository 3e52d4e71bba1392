"""Another path that only contains the folder's name: left alone."""

from __future__ import annotations

from typing import Final

from s2s_tools.scripts.pathfix import boundary
from s2s_tools.scripts.pathfix.model import Decision, Verdict
from s2s_tools.scripts.pathfix.words import Spot

_SKIP: Final = Decision(Verdict.SKIPPED, advice="it is another path")
_GLUED: Final = Decision(
    Verdict.MANUAL, advice="part the option and its path, then run again"
)
_MARKED: Final = Decision(
    Verdict.MANUAL, advice="put the path into a variable and write that behind the mark"
)
_OPEN: Final = Decision(
    Verdict.MANUAL, advice="write a slash behind it if the folder itself is meant"
)


def decide(spot: Spot) -> Decision | None:
    """`/p2`, `$D/p`, `-L/p`, `@/p`, `/p$X`."""
    edge = boundary.edge(spot)
    if edge is boundary.Edge.PART:
        return _SKIP
    if edge is boundary.Edge.GLUED:
        return _GLUED
    if edge is boundary.Edge.MARKED:
        return _MARKED
    return _OPEN if edge is boundary.Edge.OPEN else None
