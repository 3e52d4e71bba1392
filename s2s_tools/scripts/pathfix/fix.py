"""Find every hard-coded path of a script and decide over it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Final

from s2s_tools.scripts.pathfix import edits, rules, words
from s2s_tools.scripts.pathfix.model import (
    Decision,
    Edit,
    Fixed,
    Inner,
    Occurrence,
    Place,
    Verdict,
)
from s2s_tools.scripts.syntax import messages, preamble
from s2s_tools.scripts.syntax import tree as trees
from s2s_tools.scripts.syntax import words as shell_words
from s2s_tools.scripts.syntax.tree import Tree


def fix(data: bytes, places: Sequence[Place]) -> Fixed:
    """The occurrences of all places, and the edits; without the preamble."""
    if not any(place.path in data for place in places) and b"\\" not in data:
        return Fixed(data=data)
    tree = trees.parse(preamble.blanked(data))
    spots = list(words.find(tree, places))
    judged = [(spot, *rules.decide(spot)) for spot in spots]
    barrier = _barrier(tree, {place.variable for place in places})
    found = tuple(
        Occurrence(
            tree.line_at(spot.start),
            spot.start,
            spot.end,
            spot.place,
            context,
            _verdict(decision, barrier),
            _advice(decision, barrier),
        )
        for spot, context, decision in judged
    )
    decisions = [decision for _, _, decision in judged]
    if barrier:
        return Fixed(data=data, occurrences=found, barrier=barrier)
    return Fixed(
        data=data,
        occurrences=found,
        edits=tuple(d.edit for d in decisions if d.edit is not None),
        inner=_merged(d.inner for d in decisions if d.inner is not None),
        exports=any(d.exports for d in decisions),
    )


def outer(fixed: Fixed) -> bytes:
    """The script with the edits outside code that words carry."""
    return edits.applied(fixed.data, fixed.edits)


def text(fixed: Fixed) -> bytes:
    """The script with all edits."""
    inside = [edit for inner in fixed.inner for edit in inner.edits]
    return edits.applied(fixed.data, [*fixed.edits, *inside])


def _merged(found: Iterable[Inner]) -> tuple[Inner, ...]:
    """All edits of one piece of code together."""
    pieces: dict[tuple[int, int], list[Edit]] = {}
    for inner in found:
        pieces.setdefault((inner.start, inner.end), []).extend(inner.edits)
    return tuple(
        Inner(start, end, tuple(made)) for (start, end), made in pieces.items()
    )


def _verdict(decision: Decision, barrier: str) -> Verdict:
    if barrier and decision.verdict in {Verdict.AUTO, Verdict.CHECKED}:
        return Verdict.MANUAL
    return decision.verdict


def _advice(decision: Decision, barrier: str) -> str:
    if barrier and decision.verdict is not Verdict.SKIPPED:
        return barrier
    return decision.advice


def _barrier(tree: Tree, variables: set[bytes]) -> str:
    """Why nothing in the script may be edited."""
    if tree.unread:
        return f"line {tree.unread[0]} cannot be read as shell; correct it first"
    for name in sorted(variables):
        for match in re.finditer(_SETS % (name, name), tree.data):
            if _is_read(tree, match.start()):
                line = tree.line_at(match.start())
                return (
                    f"line {line} uses the name {name.decode()} already; "
                    "choose another with --root-var"
                )
    return ""


def _is_read(tree: Tree, offset: int) -> bool:
    """Whether the shell that runs the script reads the text there."""
    node = tree.at(offset)
    if node.kind in {"comment", "raw_string"}:
        return False
    command = next((n for n in node.ancestors() if n.kind == "command"), None)
    if node.kind == "string_content" and command is not None:
        name = shell_words.command(tree, command).name
        return not messages.is_message(name)
    documents = (n for n in node.ancestors() if n.kind == "heredoc_redirect")
    return not any(shell_words.is_quoted(tree, document) for document in documents)


_SETS: Final = rb"(?<![\w$])(?<!\$\{)(?<!\$\{!)(?<!\$\{#)%s\b|\$\{%s:?="
