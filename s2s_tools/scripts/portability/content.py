"""The content of lines, by which findings are known again."""

from __future__ import annotations

import hashlib
from typing import Final

_LONGEST: Final = 200
_HEAD: Final = 160


class Lines:
    """The lines of a script, counted from 1, without the blanks around them.

    Of a very long one the beginning and a digest stand for the whole.
    """

    __slots__ = ("_lines",)

    def __init__(self, data: bytes) -> None:
        text = data.decode("utf-8", "replace")
        self._lines = [_short(line.strip()) for line in text.split("\n")]

    def text(self, line: int) -> str:
        """What stands in a line; "" after the last."""
        return self._lines[line - 1] if line <= len(self._lines) else ""


def _short(line: str) -> str:
    if len(line) <= _LONGEST:
        return line
    digest = hashlib.sha256(line.encode("utf-8", "surrogateescape")).hexdigest()
    return f"{line[:_HEAD]}… {digest[:16]}"
