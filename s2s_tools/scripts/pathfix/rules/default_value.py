"""The default of ${V:-/p}, ${V:=/p}, ${V:+/p}, ${V:?/p}."""

from __future__ import annotations

from typing import Final

from s2s_tools.scripts.pathfix import edits
from s2s_tools.scripts.pathfix.model import Decision, Edit, Verdict
from s2s_tools.scripts.pathfix.rules import unread
from s2s_tools.scripts.pathfix.words import Spot

_OPERATORS: Final = frozenset({":-", "-", ":=", "=", ":+", "+", ":?", "?"})


def decide(spot: Spot) -> Decision | None:
    """Quotes of its own only where none are around."""
    around = spot.node.parent
    expansion = spot.within("expansion")
    if around is None or expansion is None:
        return None
    operators = {child.kind for child in expansion.children} & _OPERATORS
    if around.kind not in {"expansion", "concatenation"} or not operators:
        return None
    outer = any(
        node.kind in {"string", "heredoc_body"} and node.start < expansion.start
        for node in spot.level
    )
    if spot.node.kind in {"raw_string", "ansi_c_string"}:
        # Inside quotes these quotes are text.
        return unread.no_rule(spot) if outer else _auto(edits.reopened(spot))
    if spot.node.kind != "word":
        return None
    if not outer and operators & {":=", "="}:
        # What was assigned is split after: only a plain root stays one word.
        return Decision(Verdict.CHECKED, edits.quoted(spot))
    return _auto(edits.bare(spot) if outer else edits.quoted(spot))


def _auto(edit: Edit) -> Decision:
    return Decision(Verdict.AUTO, edit)
