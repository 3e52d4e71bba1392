"""Whether the text around an occurrence makes it another path."""

from __future__ import annotations

import re
from enum import Enum, auto
from typing import Final

from s2s_tools.scripts.pathfix.words import Spot
from s2s_tools.scripts.syntax.tree import Node

_NAME: Final = re.compile(rb"[A-Za-z0-9_.~@%+^-]|[\x80-\xff]")
_ESCAPE: Final = re.compile(rb"(?<!\\)(?:\\\\)*\\[abefnrtv]\Z")
_OPTION: Final = re.compile(rb"(?:^|[\s\"'])-[A-Za-z]\Z")
_STOP: Final = re.compile(rb"\.(?![A-Za-z0-9_.~/*?\[{$-])")
_QUOTING: Final = frozenset({"string", "raw_string", "ansi_c_string"})


class Edge(Enum):
    """How an occurrence stands in the text around it."""

    WHOLE = auto()  # it is the folder, or a path below it
    PART = auto()  # it belongs to a longer path: another one
    GLUED = auto()  # an option's letter stands right before it
    MARKED = auto()  # behind ^ or @: an anchor or a command's mark, or a longer name
    OPEN = auto()  # what follows is only known when the script runs
    LINK = auto()  # a file:// address


def edge(spot: Spot) -> Edge:
    """What the neighbours of an occurrence make of it."""
    ahead = _ahead(spot)
    return ahead if ahead is not Edge.WHOLE else _behind(spot)


def _ahead(spot: Spot) -> Edge:
    text = spot.before()
    if text.endswith(b"file://"):
        return Edge.LINK
    if _OPTION.search(text):
        return Edge.GLUED
    holder = spot.holder
    starts = spot.start == holder.start + _opening(holder) and not spot.in_document
    if not starts and _goes_into(holder, text):
        return Edge.WHOLE
    left = _left(spot) if starts else text
    if left[-1:] in {b"^", b"@"}:
        return Edge.MARKED
    bare = holder.kind not in _QUOTING and not spot.in_document
    return Edge.PART if _joins(left, quote=starts or bare) else Edge.WHOLE


def _goes_into(holder: Node, text: bytes) -> bool:
    """Whether an escape or a pattern's sign stands before the path."""
    if holder.kind != "word" and _ESCAPE.search(text):
        return True
    return holder.kind == "regex" and text[-1:] in {b"^", b"(", b"|", b")"}


def _left(spot: Spot) -> bytes:
    """What the same word has before a part that begins with the path."""
    holder = spot.holder
    around = holder.parent
    if around is None or around.kind != "concatenation":
        return b""
    return spot.tree.data[around.start : holder.start]


def _joins(text: bytes, *, quote: bool) -> bool:
    """Whether a path goes on from `text`; `quote`: a quote ends a part of a word."""
    last = text[-1:]
    if not last:
        return False
    if last in b"\"'":
        return quote and text[-2:-1] != b"\\"
    return last in b"/})`*?]" or _NAME.match(last) is not None


def _opening(holder: Node) -> int:
    if holder.kind not in _QUOTING:
        return 0
    return 2 if holder.kind == "ansi_c_string" else 1


def _behind(spot: Spot) -> Edge:
    holder = spot.holder
    text = spot.after()
    if holder.kind in _QUOTING and spot.end == holder.end - 1:
        text = text[1:]
        if text[:1] in {b'"', b"'", b"$", b"`", b"{", b"\\"}:
            return Edge.OPEN if _goes_on(spot) else Edge.WHOLE
    first = text[:1]
    if first in {b"$", b"`", b"{"}:
        return Edge.OPEN
    if first == b"\\":
        quoted = holder.kind != "word" and text[1:2] in b'"nt'
        return Edge.WHOLE if quoted else Edge.OPEN
    if first in {b'"', b"'"} and holder.kind in {"word", "regex"}:
        return Edge.OPEN
    if _STOP.match(text):
        return Edge.WHOLE
    return Edge.PART if first and _NAME.match(first) else Edge.WHOLE


def _goes_on(spot: Spot) -> bool:
    """Whether the word has another part right behind the quotes."""
    around = spot.holder.parent
    return (
        around is not None
        and around.kind == "concatenation"
        and around.end > spot.holder.end
    )
