"""Text that the parser cannot place, or places that have no rule."""

from __future__ import annotations

from typing import Final

from s2s_tools.scripts.pathfix.model import Decision, Verdict
from s2s_tools.scripts.pathfix.words import Spot

_ADVICE: Final = "write ${{{}}} there yourself, with the quotes that it needs"
_ODD: Final = frozenset({"arithmetic_expansion", "subscript"})


def decide(spot: Spot) -> Decision | None:
    """Syntax errors, arithmetic, subscripts, quotes in backticks in quotes."""
    odd = any(node.kind in _ODD for node in spot.level)
    broken = any(node.kind == "ERROR" for node in spot.chain)
    if odd or broken or _is_escaped(spot) or _tangled(spot):
        return no_rule(spot)
    return None


def no_rule(spot: Spot) -> Decision:
    """The answer where no rule knows the place."""
    name = spot.place.variable.decode()
    return Decision(Verdict.MANUAL, advice=_ADVICE.format(name))


def _is_escaped(spot: Spot) -> bool:
    """Whether a backslash would take the variable's dollar or quote."""
    text = spot.before()
    literal = spot.node.kind == "raw_string"
    return not literal and (len(text) - len(text.rstrip(b"\\"))) % 2 == 1


def _tangled(spot: Spot) -> bool:
    """In backticks, where more quotes or backslashes around change the reading."""
    for at, node in enumerate(spot.chain):
        if node.kind == "command_substitution" and spot.tree.text(node)[:1] == b"`":
            around = {other.kind for other in spot.chain[at + 1 :]}
            text = spot.tree.text(node)
            if b"\\" in text or around & {"string", "heredoc_body", *_NESTED}:
                return True
    return False


_NESTED: Final = ("command_substitution",)
