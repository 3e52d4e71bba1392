"""A few entries of a long manifest, without reading the others."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final

from s2s_tools import document, errors
from s2s_tools.scripts.manifest import codec
from s2s_tools.scripts.manifest.model import Manifest

_SHORT: Final = 64 * 1024  # is read whole at once
_START: Final = re.compile(rb"^scripts:\n(?=  - id: )", re.MULTILINE)
# What `codec.text` writes; a section of any other layout is read whole.
_ENTRIES: Final = re.compile(
    rb"(?:  - id: [^\n]*\n|    [a-z][a-z0-9_]*:[^\n]*\n|      - \{[^\n]*\n)*"
)


def decode(
    data: bytes, name: str, *, digests: Iterable[str], paths: Iterable[bytes]
) -> Manifest:
    """The decisions, and at least the entries with one of these digests or paths.

    Raises errors.InvalidDocument; what is wrong inside an entry that was not
    asked for stays unseen.
    """
    start = _START.search(data) if len(data) > _SHORT else None
    if start is None:
        return codec.decode(document.manifest(data, name))
    section = _ENTRIES.match(data, start.end())
    if section is None or data[section.end() : section.end() + 1] in (b" ", b"-"):
        return codec.decode(document.manifest(data, name))
    words = [digest.encode() for digest in digests]
    words += [codec.scalar(path).encode() for path in paths]
    wanted = _holding(words, section.group())
    middle = b"scripts:\n" + wanted if wanted else b"scripts: []\n"
    shorter = data[: start.start()] + middle + data[section.end() :]
    try:
        return codec.decode(document.manifest(shorter, name))
    except errors.InvalidDocument:
        # The line of the error is that of the whole.
        return codec.decode(document.manifest(data, name))


def _holding(words: list[bytes], section: bytes) -> bytes:
    """The entries of a section that hold one of these words."""
    if not any(word in section for word in words):
        return b""
    entries = re.split(rb"^  - id: ", section, flags=re.MULTILINE)[1:]
    return b"".join(
        b"  - id: " + entry for entry in entries if any(w in entry for w in words)
    )
