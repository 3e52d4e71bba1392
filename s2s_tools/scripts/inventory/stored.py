"""Where the one body of a script lies, and what a wrapper for it looks like."""

from __future__ import annotations

import re
from typing import Final

from s2s_tools import constants

FOLDER: Final = constants.CANONICAL_FOLDER.encode() + b"/"
_MARK: Final = re.compile(rb"#![^\n]*\n# s2s-wrapper:\d+ exec ([^\n]+)\n")
# Every exec wrapper is within these sizes; other files need not be opened.
SMALLEST: Final = 1000
LARGEST: Final = 32000


def holds(path: bytes) -> bool:
    """Whether this is the path of a body in the store."""
    return path.startswith(FOLDER)


def place(id: bytes) -> bytes:
    """Where the body of `id` lies in a tree that has it."""
    return FOLDER + id


def home(path: bytes) -> bytes:
    """The path under which people know a script: of a body its old one."""
    return path.removeprefix(FOLDER)


def wrapped(head: bytes) -> bytes | None:
    """The id that an exec wrapper with these first bytes runs; None for others."""
    found = _MARK.match(head)
    return found[1] if found is not None else None
