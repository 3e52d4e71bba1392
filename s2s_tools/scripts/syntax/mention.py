"""What a mention of a file is."""

from __future__ import annotations

import posixpath
from enum import StrEnum
from typing import NamedTuple


class How(StrEnum):
    """What a tracked file does with another."""

    COPIES = "copies"
    STREAMS = "streams"
    PACKS = "packs"
    STARTS = "starts"


class Mention(NamedTuple):
    """A tracked file that uses files of its tree.

    `target` is a path or a folder in the repository, with globs; behind `**/`
    it may stand in any folder. "." is the whole tree.
    """

    path: bytes
    line: int
    how: How
    target: bytes


def inside(base: bytes, relative: bytes) -> bytes | None:
    """A path of the repository from one that is relative to `base`; None outside."""
    joined = posixpath.join(base, relative.lstrip(b"/"))
    path = posixpath.normpath(joined) if joined else b"."
    return None if path.startswith(b"..") else path


def line_of(data: bytes, offset: int) -> int:
    """The line of a byte, counted from 1."""
    return data.count(b"\n", 0, offset) + 1
