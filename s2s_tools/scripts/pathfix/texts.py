"""What a piece of text is for: a message, code, a file of some format."""

from __future__ import annotations

import re
from typing import Final

from s2s_tools.scripts.pathfix.words import Spot
from s2s_tools.scripts.syntax import messages, words
from s2s_tools.scripts.syntax.units import SHELLS

_READ_AGAIN: Final = frozenset(
    {b"eval", b"alias", b"trap", b"su", b"watch", b"complete"}
)
_TEXT: Final = frozenset({b"cat", b"tee", b"read"})
_OPERATORS: Final = re.compile(rb"&&|\|\||;|\||\\`|\\\$\(|>")
_STARTS: Final = re.compile(
    rb"\s*(?:cd|source|\.|test|\[|bash|sh|export|cp|mv|rm|mkdir|cat|ls|exec|touch|chmod)\s"
)
_PLAIN_FILE: Final = re.compile(rb"(?:.*\.(?:txt|md|log)|/dev/\w+|[0-9-])\"?'?\Z")


def is_message(spot: Spot) -> bool:
    """Whether its command only shows it."""
    command = spot.command()
    if command is None or spot.argument() < 1:
        return False
    return messages.is_message(command.name)


def is_code(spot: Spot) -> bool:
    """Whether a shell is going to read the text again, as far as one can tell."""
    command = spot.command()
    name = command.name if command is not None else b""
    if command is not None and spot.argument() >= 1:
        if name in _READ_AGAIN:
            return True
        if name in SHELLS or _before(spot, command) == b"-c":
            return _before(spot, command)[:1] == b"-" and b"c" in _before(spot, command)
        if is_message(spot):
            return bool(_shells_beside(spot))
    if spot.holder.kind not in {"string", "raw_string", "ansi_c_string"}:
        return False
    return _reads_as_code(spot)


def is_formatted(spot: Spot) -> bool:
    """Whether a document or message ends in a file of some format, or in a shell."""
    body = spot.in_document
    if body and any(
        command.name not in _TEXT and not messages.is_message(command.name)
        for command in spot.beside()
    ):
        return True
    if body and spot.content().lstrip()[:1] in {b"{", b"[", b"<", b"#"}:
        return True
    targets = list(_targets(spot))
    return any(not _PLAIN_FILE.match(target) for target in targets)


def _targets(spot: Spot) -> list[bytes]:
    """The files that the text goes to."""
    found = []
    for command in spot.beside():
        for redirect in command.redirects:
            if redirect.operator in {">", ">>", ">|", "&>", "&>>"} and redirect.target:
                found.append(words.plain(spot.tree, redirect.target))
        if command.name == b"tee":
            found += [words.plain(spot.tree, word) for word in command.operands()]
    return found


def _before(spot: Spot, command: words.Command) -> bytes:
    at = spot.argument()
    return command.texts[at - 2] if at > 1 else b""


def _shells_beside(spot: Spot) -> list[bytes]:
    return [command.name for command in spot.beside() if command.name in SHELLS]


def _reads_as_code(spot: Spot) -> bool:
    """Quotes around the path inside quotes, operators, or a command's name."""
    text = spot.content()
    data = spot.tree.data
    opening = 2 if spot.holder.kind == "ansi_c_string" else 1
    inside = spot.start > spot.holder.start + opening
    inner = inside and data[spot.start - 1 : spot.start] in {b"'", b'"'}
    single = _OPERATORS.search(text) is not None or _STARTS.match(text) is not None
    return inner or (single and not is_message(spot))
