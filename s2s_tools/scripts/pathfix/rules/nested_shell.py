"""Code in single quotes for a shell: bash -c '...', trap '...', eval '...'."""

from __future__ import annotations

from s2s_tools.scripts.pathfix import words
from s2s_tools.scripts.pathfix.model import Decision, Edit, Inner, Verdict
from s2s_tools.scripts.pathfix.words import Spot
from s2s_tools.scripts.syntax.units import SHELLS


def decide(spot: Spot) -> Decision | None:
    """Rewritten inside, as the shell that reads it would have it written."""
    if spot.node.kind != "raw_string":
        return None
    guard = _guard(spot)
    return None if guard is None else _inside(spot, guard)


def _guard(spot: Spot) -> bytes | None:
    """ ":?" for another shell, nothing for this one; None: no code for a shell."""
    command = spot.command()
    at = spot.argument()
    if command is None or command.words[at] is not spot.node:
        return None
    plain = command.node.children[0].kind == "command_name"
    first = command.words[0].parent
    if not plain or first is None or first.kind != "command_name":
        return None  # behind sudo or env the variable would be lost
    if command.name in {b"trap", b"eval"} and at == 1:
        return b""
    if command.name in SHELLS and at > 1 and command.texts[at - 2] == b"-c":
        return b":?"
    return None


def _inside(spot: Spot, guard: bytes) -> Decision | None:
    from s2s_tools.scripts.pathfix import rules

    node = spot.node
    begin = node.start + 1
    code = words.inside(spot, node)
    if code.unread:
        return None
    for inner in words.find(code, [spot.place], guard=guard):
        if begin + inner.start == spot.start:
            found = rules.decide(inner)[1]
            break
    else:
        return None
    if found.verdict is not Verdict.AUTO or found.edit is None or found.inner:
        return found._replace(edit=None, verdict=_worse(found.verdict))
    edit = Edit(begin + found.edit.start, begin + found.edit.end, found.edit.text)
    return Decision(
        Verdict.AUTO,
        advice=found.advice,
        inner=Inner(begin, node.end - 1, (edit,)),
        exports=bool(guard),
    )


def _worse(verdict: Verdict) -> Verdict:
    return Verdict.MANUAL if verdict is not Verdict.SKIPPED else verdict
