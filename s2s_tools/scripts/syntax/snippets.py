"""Shell lines inside other files that copy, stream or start a script."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator
from typing import Final

from s2s_tools.scripts.syntax.mention import How, Mention, inside, line_of

_SHELL: Final = rb"(?:sudo[ \t]+(?:-\S+[ \t]+)*)?(?:/\S*/)?(?:ba|z|da|k)?sh\b"
_NAME: Final = rb"([\w.+-]+)[\"']?"
_STREAMS: Final = (
    # curl -fsSL https://host/path/x.sh | sh
    re.compile(rb"\b(?:curl|wget)\b[^\n|;]*/" + _NAME + rb"[^\n|;]*\|\s*" + _SHELL),
    # bash <(curl https://host/x.sh), sh -c "$(curl https://host/x.sh)"
    re.compile(_SHELL + rb"[^\n|;]*[(`][ \t]*(?:curl|wget)\b[^\n|;)`]*/" + _NAME),
    # bash -s arg < x.sh, ssh host < x.sh
    re.compile(
        rb"(?:^|[\s;&|`'\"(])(?:ssh|(?:ba|z|da|k)?sh)\b[^\n|;&<>`]*<[ \t]*[\"']?"
        rb"([^\s<>&|;\"'()`]+\.(?:ba|z|k)?sh)\b"
    ),
    # cat x.sh | ssh host bash
    re.compile(
        rb"\bcat[ \t]+[\"']?([^\s|;\"']+)[\"']?[ \t]*\|[ \t]*(?:ssh\b|" + _SHELL + rb")"
    ),
)
# Lines to look at closer; the patterns above are not for minified ones.
_WORTH: Final = re.compile(
    rb"^.*\b(?:curl|wget|scp|rsync|ssh|sh|bash)\b.*$", re.MULTILINE
)
_LONG: Final = 4096
_SENDS: Final = re.compile(rb"\b(?:scp|rsync)[ \t]+([^\n|;&`]+)")
_COPIES: Final = re.compile(
    rb"(?:^|[\s;&|@(-])(cp|install|mv|tar|zip|ditto)[ \t]+((?:[^\\\n;|&]|\\\r?\n)+)"
    rb"|--from-file=(\S+)",
    re.MULTILINE,
)
_SCRIPT: Final = re.compile(rb"[^\s=\"'<>:,]*\.(?:ba|z|k)?sh\b")


def streams(path: bytes, data: bytes) -> Iterator[Mention]:
    """`curl … | sh`, `bash < x`, scp and their kin."""
    for match in _WORTH.finditer(data):
        line = match[0]
        if len(line) > _LONG:
            continue
        targets = {_anywhere(m[1]) for p in _STREAMS for m in p.finditer(line)}
        for sent in _SENDS.finditer(line):
            targets.update(_operands(path, sent[1]))
        for target in sorted(targets - {b""}):
            yield Mention(path, line_of(data, match.start()), How.STREAMS, target)


def copies(path: bytes, data: bytes) -> Iterator[Mention]:
    """`cp`, `install`, `tar` in the recipes of a build."""
    for match in _COPIES.finditer(data):
        words = match[2] or match[3]
        if match[1] not in {b"cp", b"install", b"mv", b"ditto"}:
            words += b" ."  # what these name last is no target
        for target in _operands(path, words):
            yield Mention(path, line_of(data, match.start()), How.COPIES, target)


def starts(path: bytes, data: bytes) -> Iterator[Mention]:
    """Scripts that a service or cron starts by path."""
    for match in _SCRIPT.finditer(data):
        target = _anywhere(match[0])
        if target:
            line = line_of(data, match.start())
            yield Mention(path, line, How.STARTS, target)


def _operands(path: bytes, text: bytes) -> Iterator[bytes]:
    """What a copying command takes: all its words but options and the last."""
    words = [word.strip(b"\"'()") for word in text.replace(b"\\\n", b" ").split()]
    plain = [word for word in words if word and not word.startswith(b"-")]
    for word in plain[:-1]:
        if b":" in word or not re.search(rb"[A-Za-z0-9]", word):
            continue
        if _SCRIPT.fullmatch(word):
            yield _anywhere(word)
        elif b"$" not in word:
            target = inside(posixpath.dirname(path), word)
            if target is not None and target != b".":
                yield target


def _anywhere(word: bytes) -> bytes:
    """The part of a path that is written out, in any folder; b"" without one."""
    parts = word.rstrip(b"/").split(b"/")
    known: list[bytes] = []
    for part in reversed(parts):
        if part in {b"", b".", b"..", b"~"} or re.search(rb"[$%{}]", part):
            break
        known.insert(0, part)
    absolute = word.startswith((b"/", b"~")) and len(known) == len(parts) - 1
    tail = known[-1:] if absolute else known
    return b"**/" + b"/".join(tail) if tail else b""
