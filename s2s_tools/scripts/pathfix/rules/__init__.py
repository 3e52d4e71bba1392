"""The rules for hard-coded paths, one for each context; the first that answers wins."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from s2s_tools.scripts.pathfix.model import Decision
from s2s_tools.scripts.pathfix.rules import (
    ansi_quoted,
    assigned,
    code_text,
    comment,
    default_value,
    document,
    double_quoted,
    heredoc,
    link_address,
    matched,
    nested_shell,
    other_path,
    pattern_argument,
    program,
    quoted_heredoc,
    remote,
    replacement,
    shebang,
    single_quoted,
    trimmed,
    unquoted,
    unread,
)
from s2s_tools.scripts.pathfix.words import Spot

Rule = Callable[[Spot], Decision | None]

# What must not be touched first, then what needs a check, then the plain ones.
RULES: Final[dict[str, Rule]] = {
    "shebang": shebang.decide,
    "comment": comment.decide,
    "other_path": other_path.decide,
    "unread": unread.decide,
    "quoted_heredoc": quoted_heredoc.decide,
    "remote": remote.decide,
    "program": program.decide,
    "replacement": replacement.decide,
    "nested_shell": nested_shell.decide,
    "link_address": link_address.decide,
    "code_text": code_text.decide,
    "pattern_argument": pattern_argument.decide,
    "document": document.decide,
    "heredoc": heredoc.decide,
    "trimmed": trimmed.decide,
    "default_value": default_value.decide,
    "matched": matched.decide,
    "single_quoted": single_quoted.decide,
    "ansi_quoted": ansi_quoted.decide,
    "double_quoted": double_quoted.decide,
    "assigned": assigned.decide,
    "unquoted": unquoted.decide,
}


def decide(spot: Spot) -> tuple[str, Decision]:
    """The context's name and what its rule says."""
    for name, rule in RULES.items():
        decision = rule(spot)
        if decision is not None:
            return name, decision
    return "unread", unread.no_rule(spot)
