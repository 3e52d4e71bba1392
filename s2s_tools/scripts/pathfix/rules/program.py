"""A program in another language: awk, sed, python -c, jq."""

from __future__ import annotations

import re
from typing import Final

from s2s_tools.scripts.pathfix.model import Decision, Verdict
from s2s_tools.scripts.pathfix.words import Spot
from s2s_tools.scripts.syntax import words

_FIRST: Final = frozenset(b"awk gawk mawk nawk sed gsed jq yq".split())
_CODE: Final = re.compile(
    rb"(?:python[0-9.]*|perl|ruby|node|php|elixir|iex|lua|osascript|psql|sqlite3)\Z"
)
_FLAGS: Final = frozenset(
    {b"-c", b"-e", b"-E", b"--eval", b"-r", b"-n", b"-ne", b"-pe"}
)


def decide(spot: Spot) -> Decision | None:
    """The program text itself; its file arguments are words like others."""
    command = spot.command()
    at = spot.argument()
    if command is None or at < 1:
        return None
    before = command.texts[at - 2] if at > 1 else b""
    if command.name in _FIRST:
        program = before in {b"-e", b"--expression"} or at == _first(command)
    else:
        program = _CODE.match(command.name) is not None and before in _FLAGS
    if not program:
        return None
    return Decision(
        Verdict.MANUAL, advice="pass the folder with -v, --arg or the environment"
    )


def _first(command: words.Command) -> int:
    """Which word is the program where no option names it; 0 if none."""
    texts = command.texts
    if any(t in {b"-e", b"-f", b"--expression", b"--file"} for t in texts):
        return 0
    valued = {b"-F", b"-v", b"--arg", b"--argjson", b"--slurpfile"}
    at = 0
    while at < len(texts):
        if texts[at] in valued:
            at += 3 if texts[at].startswith(b"--arg") else 2
        elif texts[at].startswith(b"-"):
            at += 1
        else:
            return at + 1
    return 0
