"""Path values of a script, with marks for what only the running shell knows."""

from __future__ import annotations

import posixpath
from collections.abc import Iterable
from typing import Final

# A script's own control characters never become marks: see `literal`.
UNKNOWN: Final = b"\x00"  # any text
HERE: Final = b"\x01"  # the script's own folder
SELF: Final = b"\x02"  # the script's own path

_NO_MARKS: Final = bytes.maketrans(b"\x00\x01\x02", b"???")


def literal(text: bytes) -> bytes:
    """Text that the script writes out, free of marks."""
    return text.translate(_NO_MARKS)


def is_located(values: Iterable[bytes]) -> bool:
    """Whether a value depends on where the script stands."""
    return any(HERE in value or SELF in value for value in values)


def folder(path: bytes) -> bytes:
    """What dirname makes of a value."""
    if path == SELF:
        return HERE
    head, slash, tail = path.rstrip(b"/").rpartition(b"/")
    if not slash or tail in {b"..", b"."} or UNKNOWN in tail or tail == HERE:
        return path + b"/.." if path not in {UNKNOWN, b""} else UNKNOWN
    return head


def name(path: bytes) -> bytes:
    """The last component of a value; unknown where it is not written out."""
    tail = path.rstrip(b"/").rpartition(b"/")[2]
    return tail if tail not in {HERE, SELF} else UNKNOWN


def blurred(value: bytes) -> bytes:
    """Something computed from a value: unknown, but a location stays one."""
    return HERE + UNKNOWN if is_located((value,)) else UNKNOWN


def resolved(value: bytes, own: bytes) -> bytes | None:
    """The repository path of a value in the script at `own`.

    None where the text does not tell, or the path leads out of the repository.
    """
    if not value.startswith(HERE) or UNKNOWN in value or SELF in value:
        return None
    joined = posixpath.join(posixpath.dirname(own), value[1:].lstrip(b"/"))
    path = posixpath.normpath(joined)
    return None if path.startswith((b"..", b"/")) else path
