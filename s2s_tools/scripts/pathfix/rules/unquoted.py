"""A word without quotes: globs and braces behind it stay live."""

from __future__ import annotations

from typing import Final

from s2s_tools.scripts.pathfix import edits
from s2s_tools.scripts.pathfix.model import Decision, Verdict
from s2s_tools.scripts.pathfix.words import Spot

_HOLDERS: Final = frozenset(
    {
        "command",
        "command_name",
        "concatenation",
        "file_redirect",
        "herestring_redirect",
        "array",
        "for_statement",
        "case_statement",
        "unary_expression",
        "binary_expression",
        "test_command",
        "heredoc_redirect",
        "unset_command",
        "declaration_command",
    }
)


def decide(spot: Spot) -> Decision | None:
    """A program, an argument, a target, an element."""
    around = spot.node.parent
    if spot.node.kind != "word" or around is None or around.kind not in _HOLDERS:
        return None
    return Decision(Verdict.AUTO, edits.quoted(spot))
