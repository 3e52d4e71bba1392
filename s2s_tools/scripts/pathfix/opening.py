"""Puts the preamble into a script, or renews the one that is there."""

from __future__ import annotations

from typing import NamedTuple

from s2s_tools.scripts.syntax import preamble
from s2s_tools.scripts.syntax.preamble import Preamble


class Opened(NamedTuple):
    """A script with its preamble; `added` in the place of `removed`."""

    data: bytes
    added: bytes
    removed: bytes


def opened(data: bytes, what: Preamble) -> Opened:
    """The script `data` with a preamble that does at least `what`."""
    found = preamble.find(data)
    if found is None:
        at = _behind_head(data)
        text = preamble.text(what)
        return Opened(data[:at] + text + data[at:], text, b"")
    old = data[found.start : found.end]
    text = preamble.text(found.what.joined(what))
    return Opened(data[: found.start] + text + data[found.end :], text, old)


def _behind_head(data: bytes) -> int:
    """Behind the first line and the comment that follows it."""
    at = 0
    while data.startswith(b"#", at):
        end = data.find(b"\n", at)
        if end < 0:
            return 0
        at = end + 1
    return at
