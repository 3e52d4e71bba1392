"""A here-document that the shell does not expand: <<'EOF'."""

from __future__ import annotations

from s2s_tools.scripts.pathfix.model import Decision, Verdict
from s2s_tools.scripts.pathfix.words import Spot
from s2s_tools.scripts.syntax import words


def decide(spot: Spot) -> Decision | None:
    """Unquoting the document would change all the rest of it."""
    document = spot.within("heredoc_redirect")
    if not spot.in_document or document is None:
        return None
    if not words.is_quoted(spot.tree, document):
        return None
    advice = "pass the folder as an argument, or write the document unquoted"
    return Decision(Verdict.MANUAL, advice=advice)
