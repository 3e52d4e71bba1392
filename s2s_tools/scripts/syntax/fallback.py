"""What a script that cannot be parsed uses, by its words alone."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from s2s_tools.scripts.syntax import marks
from s2s_tools.scripts.syntax.references import Reference

_SOURCE: Final = re.compile(
    rb"(?:^|[;&|({\s])(\.|source)[ \t]+([^\s;&|]+)", re.MULTILINE
)
_COPY: Final = re.compile(
    rb"\b(cp|mv|install|scp|rsync|tar|zip|cat|docker|kubectl|ssh|curl|wget)\b([^\n]*)"
)
_SCRIPT: Final = re.compile(rb"[^\s\"'<>|;&()=:,]*\.(?:sh|bash|zsh|ksh)\b")
_EXPANSION: Final = re.compile(rb"\$\{[^}]*\}|\$\([^)]*\)|\$\w+|[\"'`$(){}]")


def sources(data: bytes) -> Iterator[Reference]:
    """Every word behind a `.` or `source`."""
    for match in _SOURCE.finditer(data):
        path = _path(match[2])
        if path.strip(marks.UNKNOWN + b"/"):
            yield Reference(_line(data, match.start(2)), match[1].decode(), path)


def hands_on(data: bytes) -> Iterator[Reference]:
    """Every script on a line behind a command that copies, packs or sends."""
    for match in _COPY.finditer(data):
        for script in _SCRIPT.finditer(match[2]):
            line = _line(data, match.start())
            yield Reference(line, match[1].decode(), _path(script[0]))


def _path(word: bytes) -> bytes:
    return _EXPANSION.sub(marks.UNKNOWN, marks.literal(word))


def _line(data: bytes, offset: int) -> int:
    return data.count(b"\n", 0, offset) + 1
