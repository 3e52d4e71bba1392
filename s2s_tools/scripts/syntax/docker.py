"""What container files copy and mount."""

from __future__ import annotations

import fnmatch
import posixpath
import re
from collections.abc import Iterator, Mapping
from typing import Final

from s2s_tools.scripts.syntax.mention import How, Mention, inside, line_of

_COPY: Final = re.compile(
    rb"^[ \t]*(?:COPY|ADD)[ \t]+((?:[^\\\n]|\\[^\n]|\\[ \t]*\r?\n)*)",
    re.IGNORECASE | re.MULTILINE,
)
_MOUNT: Final = re.compile(
    rb"^[ \t]*(?:-[ \t]+|(?:source|file|src):[ \t]*)[\"']?(\.{1,2}(?:/[^:\"'\s]*)?)"
    rb"[\"']?(?::/|[ \t]*\r?$)",
    re.MULTILINE,
)
_STORE: Final = b".s2s"


def dockerfile(
    path: bytes, data: bytes, *, store_left_out: bool = False
) -> Iterator[Mention]:
    """COPY and ADD, relative to the file's folder and to each folder around it.

    A copy of the whole tree takes the bodies along, so it is no mention, unless
    the image leaves the store out.
    """
    for match in _COPY.finditer(data):
        line = line_of(data, match.start())
        for source in _sources(match[1]):
            for base in _contexts(path):
                target = inside(base, source)
                if target is not None and (target != b"." or store_left_out):
                    yield Mention(path, line, How.COPIES, target)


def compose(path: bytes, data: bytes) -> Iterator[Mention]:
    """Files and folders that a compose file mounts, but not the whole tree."""
    for match in _MOUNT.finditer(data):
        target = inside(posixpath.dirname(path), match[1])
        if target not in {None, b"."}:
            line = line_of(data, match.start(1))
            yield Mention(path, line, How.COPIES, target or b".")


def leaves_out_store(files: Mapping[bytes, bytes]) -> bool:
    """Whether an ignore file of the tree's root keeps the store out of images."""
    lines = files.get(b".dockerignore", b"").split()
    patterns = (line.strip(b"/").removeprefix(b"**/") for line in lines)
    return any(
        fnmatch.fnmatchcase(_STORE, pattern.removesuffix(b"/**"))
        for pattern in patterns
        if not pattern.startswith((b"!", b"#"))
    )


def _sources(rest: bytes) -> list[bytes]:
    """What one COPY takes from the context: all but its last word."""
    text = re.sub(rb"\\[ \t]*\r?\n", b" ", rest).strip()
    words = re.findall(rb'"((?:[^"\\]|\\.)*)"', text) if text[:1] == b"[" else []
    words = words or text.split()
    if any(word.startswith((b"--from=", b"<<")) for word in words):
        return []
    plain = [word.strip(b"\"',[]") for word in words if not word.startswith(b"--")]
    found = [word for word in plain[:-1] if b"://" not in word and word]
    return [re.sub(rb"\$\{?\w+(?::[^}]*)?\}?", b"*", word) for word in found]


def _contexts(path: bytes) -> Iterator[bytes]:
    """The folders that may be the build's context."""
    folder = posixpath.dirname(path)
    while folder:
        yield folder
        folder = posixpath.dirname(folder)
    yield b""
