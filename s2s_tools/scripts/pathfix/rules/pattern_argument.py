"""A word that its command reads as a pattern: grep, find -path, printf."""

from __future__ import annotations

from typing import Final

from s2s_tools.scripts.pathfix import edits
from s2s_tools.scripts.pathfix.model import Decision, Verdict
from s2s_tools.scripts.pathfix.words import Spot

_SEARCH: Final = frozenset(
    {b"grep", b"egrep", b"rg", b"ag", b"pgrep", b"pkill", b"ack"}
)
_NAMING: Final = frozenset(
    {b"-name", b"-iname", b"-path", b"-ipath", b"-wholename", b"-regex", b"-lname"}
)


def decide(spot: Spot) -> Decision | None:
    """Right only where the root has no character that is special there."""
    command = spot.command()
    at = spot.argument()
    if command is None or at < 1:
        return None
    before = command.texts[at - 2] if at > 1 else b""
    if command.name == b"find":
        special = before in _NAMING
    elif command.name in _SEARCH:
        plain = [i for i, text in enumerate(command.texts, 1) if text[:1] != b"-"]
        special = b"-F" not in command.texts and (before == b"-e" or at == plain[0])
    else:
        special = command.name == b"printf" and at == 1
    return Decision(Verdict.CHECKED, edits.natural(spot)) if special else None
