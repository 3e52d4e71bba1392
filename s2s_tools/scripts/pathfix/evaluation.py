"""The words that edits touch, as a script that prints what they expand to."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Final, NamedTuple

from s2s_tools.scripts.pathfix import edits as edit_texts
from s2s_tools.scripts.pathfix.model import Edit
from s2s_tools.scripts.pathfix.words import DOCUMENT
from s2s_tools.scripts.syntax.tree import Node, Tree

MARK: Final = b"/s2s-marked-root"
END: Final = b"\x01"
# Substitutions would run commands: such words are left to the parsers.
_RUNS: Final = re.compile(rb"\$\(|`|<\(|>\(|\$\{[ \t\n|]|@P\}")
# These have another value each time.
_CHANGES: Final = re.compile(
    rb"\$\{?(?:\$|S?RANDOM|BASHPID|SECONDS|EPOCH(?:SECONDS|REALTIME))"
)
_PARTS: Final = frozenset(
    {
        "ansi_c_string",
        "concatenation",
        "expansion",
        "raw_string",
        "regex",
        "string",
        "string_content",
        "translated_string",
    }
)


class Word(NamedTuple):
    """One word before and after its edits, so many; `how` the shell reads it."""

    before: bytes
    after: bytes
    how: str
    edits: int


def words(tree: Tree, edits: Iterable[Edit]) -> tuple[Word, ...]:
    """Each word that an edit is in, once; those that would run commands left out."""
    made = list(edits)
    found = {}
    for edit in made:
        start, end, how = _span(tree, edit)
        before = tree.data[start:end]
        if _RUNS.search(before) or _CHANGES.search(before):
            continue
        inside = [e for e in made if start <= e.start and e.end <= end]
        after = edit_texts.applied(before, inside, offset=start)
        found[start] = Word(before, after, how, len(inside))
    return tuple(found.values())


def script(texts: Iterable[tuple[bytes, str]]) -> bytes:
    """A program that prints each word's fields, NUL after each, END after each word."""
    return _HEAD + b"".join(_one(text, how) for text, how in texts)


def _one(text: bytes, how: str) -> bytes:
    if how == "document":
        body = b"IFS= read -r -d '' v <<S2S_END_OF_WORD\n%s\nS2S_END_OF_WORD\n"
        return b"(\n" + body % text + b'p "$v"\n)\nprintf "\\001"\n'
    if how == "assigned":
        return b'(\nv=%s\np "$v"\n)\nprintf "\\001"\n' % text
    return b'(\np %s\n)\nprintf "\\001"\n' % text


_HEAD: Final = b"set -f\np() { printf '%s\\0' \"$@\"; }\n"


def _span(tree: Tree, edit: Edit) -> tuple[int, int, str]:
    node = tree.at(edit.start)
    if node.kind in {"'", '"', "$'"} and node.parent is not None:
        node = node.parent
    while node.parent is not None and node.parent.kind in _PARTS:
        node = node.parent
    kinds = {node.kind, node.parent.kind if node.parent is not None else ""}
    if kinds & DOCUMENT:
        return (*_line(tree.data, edit), "document")
    return node.start, node.end, "assigned" if _is_value(node) else "word"


def _is_value(node: Node) -> bool:
    around = node.parent
    return (
        around is not None
        and around.kind == "variable_assignment"
        and node.kind != "array"
    )


def _line(data: bytes, edit: Edit) -> tuple[int, int]:
    start = data.rfind(b"\n", 0, edit.start) + 1
    end = data.find(b"\n", edit.end)
    return start, len(data) if end < 0 else end


def fields(out: bytes, count: int) -> Iterator[bytes | None]:
    """What each word gave; None from where the program did not go on."""
    parts = out.split(END)
    for at in range(count):
        yield parts[at] if at < len(parts) - 1 else None
