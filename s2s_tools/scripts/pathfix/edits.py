"""The edit that puts a variable into each kind of quotes."""

from __future__ import annotations

from collections.abc import Iterable

from s2s_tools.scripts.pathfix.model import Edit
from s2s_tools.scripts.pathfix.words import Spot


def bare(spot: Spot) -> Edit:
    """Where quotes are around it already, or mean nothing."""
    return Edit(spot.start, spot.end, spot.expansion)


def quoted(spot: Spot) -> Edit:
    """Where nothing quotes: the variable alone is quoted, the rest stays live."""
    return Edit(spot.start, spot.end, b'"' + spot.expansion + b'"')


def reopened(spot: Spot) -> Edit:
    """In '...' or $'...': close, expand, open again, without empty quotes."""
    holder = spot.node
    text = spot.tree.text(holder)
    opening = b"$'" if text.startswith(b"$") else b"'"
    start, end = spot.start, spot.end
    head, tail = b"'", opening
    if start == holder.start + len(opening):
        start, head = holder.start, b""
    if end == holder.end - 1:
        end, tail = holder.end, b""
    return Edit(start, end, head + b'"' + spot.expansion + b'"' + tail)


def natural(spot: Spot) -> Edit:
    """The edit that the innermost quotes ask for."""
    kind = spot.node.kind
    if kind in {"raw_string", "ansi_c_string"}:
        return reopened(spot)
    if spot.holder.kind == "string" or spot.in_document:
        return bare(spot)
    return quoted(spot)


def applied(data: bytes, edits: Iterable[Edit], *, offset: int = 0) -> bytes:
    """The text with all edits made; they count from `offset`, and never overlap."""
    parts = []
    at = 0
    for edit in sorted(edits):
        start, end = edit.start - offset, edit.end - offset
        assert start >= at, "edits overlap"
        parts += [data[at:start], edit.text]
        at = end
    parts.append(data[at:])
    return b"".join(parts)
