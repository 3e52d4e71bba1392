"""Which scripts a Dockerfile copies into an image."""

from __future__ import annotations

import json
import posixpath
import re
from collections.abc import Iterator
from fnmatch import fnmatchcase
from typing import Final, NamedTuple

_NAME: Final = re.compile(
    rb"(?:.*/)?(?:(?:Docker|Container)file(?:\..+)?|[^/]+\.(?:docker|container)file)",
    re.IGNORECASE | re.DOTALL,
)
# Git's patterns for every name that the above can match.
PATTERNS: Final = (
    ":(icase,glob)**/*Dockerfile*",
    ":(icase,glob)**/*Containerfile*",
)
_COPY: Final = re.compile(r"\s*(?:ONBUILD\s+)?(?:COPY|ADD)\s+(.*)", re.IGNORECASE)
_OPTION: Final = re.compile(r"--(\w[\w-]*)(?:=(\S*))?\s+")


class Source(NamedTuple):
    """A path or pattern that line `line` of the file `file` copies.

    `parts` are its components, relative to a build context that only the user
    knows; empty for the whole context.
    """

    file: bytes
    line: int
    parts: tuple[str, ...]


def is_recipe(path: bytes) -> bool:
    """Whether a file of this name is a Dockerfile."""
    return _NAME.fullmatch(path) is not None


def sources(file: bytes, text: bytes) -> tuple[Source, ...]:
    """What a Dockerfile copies from its build context."""
    found = []
    for number, instruction in _instructions(text.decode("utf-8", "surrogateescape")):
        match = _COPY.match(instruction)
        if match is not None:
            for word in _words(match[1]):
                parts = tuple(p for p in word.split("/") if p not in ("", "."))
                found.append(Source(file, number, parts))
    return tuple(found)


def copies(source: Source, path: bytes, target: bytes) -> bool:
    """Whether copying `source` would take `path` but not `target` along.

    A link at `path` to `target` might then dangle. Any folder may be the context,
    so a pattern is tried below each folder above `path`; for the whole context the
    Dockerfile's own folder is tried.
    """
    parts = path.decode("utf-8", "surrogateescape").split("/")
    other = target.decode("utf-8", "surrogateescape").split("/")
    if not source.parts:
        context = source.file.decode("utf-8", "surrogateescape").split("/")[:-1]
        return _below(parts, context) and not _below(other, context)
    size = len(source.parts)
    for start in range(len(parts) - size + 1):
        folder = parts[: start + size]
        if all(map(_equal, folder[start:], source.parts)):
            return folder == parts or not _below(other, folder)
    return False


def _below(parts: list[str], folder: list[str]) -> bool:
    return parts[: len(folder)] == folder


def _equal(part: str, pattern: str) -> bool:
    # A build argument ($X) in a pattern can be anything.
    return "$" in pattern or fnmatchcase(part, pattern)


def _instructions(text: str) -> Iterator[tuple[int, str]]:
    """Each instruction on one line, with the number of its first line."""
    start, whole = 0, ""
    for number, line in enumerate(text.splitlines(), 1):
        if whole and line.lstrip().startswith("#"):
            continue
        start = start if whole else number
        if line.rstrip().endswith("\\"):
            whole += line.rstrip()[:-1] + " "
            continue
        yield start, whole + line
        whole = ""
    if whole:
        yield start, whole


def _words(rest: str) -> list[str]:
    """The sources of COPY's arguments; none where they come from another stage."""
    while option := _OPTION.match(rest):
        if option[1].lower() == "from":
            return []
        rest = rest[option.end() :]
    if rest.lstrip().startswith("["):
        try:
            listed = json.loads(rest)
        except ValueError:
            listed = None
        if isinstance(listed, list):
            return [posixpath.normpath(w) for w in listed[:-1] if isinstance(w, str)]
    return [posixpath.normpath(word.strip("'\"")) for word in rest.split()[:-1]]
