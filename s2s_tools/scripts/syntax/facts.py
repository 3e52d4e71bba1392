"""What a script says about itself."""

from __future__ import annotations

import functools
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final, NamedTuple, TypeVar

from s2s_tools.scripts.syntax import (
    contexts,
    fallback,
    lists,
    location,
    preamble,
    references,
    tree,
    units,
    words,
    writes,
)

_SHELL: Final = re.compile(rb"(?:ba|da|a|z|m?k|pdk)?sh(?:[0-9.]*)|busybox")
_SHEBANG: Final = re.compile(rb"#![ \t]*(\S*)([^\n]*)")
# Other shells' words for "this script", put into bash's before parsing.
_ZSH_SELF: Final = re.compile(rb"\$\{\(%\):-%[xN]\}")
_ZSH_NESTED: Final = re.compile(rb"\$\{\$\{\(%\):-%[xN]\}((?::\w+)*)\}")
_KSH_SELF: Final = re.compile(rb"\$\{\.sh\.file\}")


_Item = TypeVar("_Item", location.Use, references.Reference, lists.Listing)


class Document(NamedTuple):
    """A here-document: its line; `quoted` ones are plain data to the shell."""

    line: int
    quoted: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What the text of one script tells, by line.

    `interpreter` is the program that its first line names, "" without one.
    Where `unread` holds lines the shell's grammar was not enough: only what the
    script sources or hands on is known then, and that by its words alone.
    """

    interpreter: str = ""
    shell: bool = True
    own: tuple[location.Use, ...] = ()
    sources: tuple[references.Reference, ...] = ()
    calls: tuple[references.Reference, ...] = ()
    hands_on: tuple[references.Reference, ...] = ()
    writes: tuple[references.Reference, ...] = ()
    lists: tuple[lists.Listing, ...] = ()
    documents: tuple[Document, ...] = ()
    located: tuple[str, ...] = ()  # variables that depend on the script's place
    unread: tuple[int, ...] = ()

    @property
    def locates(self) -> location.Use | None:
        """The first use of its own location to find other things."""
        return next((use for use in self.own if use.how in location.LOCATES), None)

    @property
    def resolves(self) -> location.Use | None:
        """The first place where it follows links to itself."""
        return next((u for u in self.own if u.how is contexts.How.RESOLVES), None)

    @property
    def named(self) -> location.Use | None:
        """The first place where what it is called matters."""
        return next((u for u in self.own if u.how is contexts.How.NAME), None)


@functools.lru_cache(maxsize=1024)
def read(data: bytes) -> Facts:
    """The facts of a script; equal bytes are read once. Never raises."""
    data = preamble.blanked(data)  # its use of the place is no reason for anything
    interpreter = _interpreter(data)
    if interpreter and not _SHELL.fullmatch(interpreter):
        return Facts(interpreter=interpreter.decode("utf-8", "replace"), shell=False)
    whole = tree.parse(_as_bash(data))
    if whole.unread:
        return Facts(
            interpreter=interpreter.decode("utf-8", "replace"),
            sources=_in_order(fallback.sources(data)),
            hands_on=_in_order(fallback.hands_on(data)),
            unread=whole.unread,
        )
    return _facts(whole, interpreter.decode("utf-8", "replace"))


def interpreter(data: bytes) -> str:
    """The program that a script's first line names, "" where it names none."""
    return _interpreter(data).decode("utf-8", "replace")


def _facts(whole: tree.Tree, interpreter: str) -> Facts:
    pieces = units.units(whole)
    own = [use for piece in pieces for use in location.uses(piece)]
    locates = any(use.how in location.LOCATES for use in own)
    for piece in pieces:
        own.extend(location.resolutions(piece, locates=locates))
    return Facts(
        interpreter=interpreter,
        own=_in_order(own),
        sources=_in_order(r for piece in pieces for r in references.sources(piece)),
        calls=_in_order(r for piece in pieces for r in references.calls(piece)),
        hands_on=_in_order(r for piece in pieces for r in references.hands_on(piece)),
        writes=_in_order(r for piece in pieces for r in writes.writes(piece)),
        lists=_in_order(x for piece in pieces for x in lists.lists(piece)),
        documents=tuple(_documents(whole)),
        located=tuple(
            sorted(
                name.decode("utf-8", "replace")
                for name in pieces[0].values.located_variables()
            )
        ),
        unread=whole.unread,
    )


def _interpreter(data: bytes) -> bytes:
    """The program's name in the first line, through env and its options."""
    match = _SHEBANG.match(data)
    if match is None:
        return b""
    name = match[1].rpartition(b"/")[2]
    if name != b"env":
        return name
    parts = [word for word in match[2].split() if not word.startswith(b"-")]
    plain = [word for word in parts if b"=" not in word]
    return plain[0].rpartition(b"/")[2] if plain else b""


def _as_bash(data: bytes) -> bytes:
    """The script with line ends and self-references as bash has them."""
    data = data.replace(b"\r\n", b"\n")
    data = _ZSH_NESTED.sub(rb"${ZSH_SCRIPT\1}", data)
    data = _ZSH_SELF.sub(rb"${ZSH_SCRIPT}", data)
    return _KSH_SELF.sub(rb"${KSH_SCRIPT}", data)


def _documents(whole: tree.Tree) -> Iterator[Document]:
    for node in whole.each("heredoc_redirect"):
        yield Document(whole.line(node), words.is_quoted(whole, node))


def _in_order(found: Iterable[_Item]) -> tuple[_Item, ...]:
    return tuple(sorted(set(found)))
