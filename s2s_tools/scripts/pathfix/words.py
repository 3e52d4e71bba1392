"""Where a script names a folder, with what stands around it."""

from __future__ import annotations

import functools
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

from s2s_tools.scripts.pathfix.model import Place
from s2s_tools.scripts.syntax import tree as trees
from s2s_tools.scripts.syntax import words
from s2s_tools.scripts.syntax.tree import Node, Tree

_PLAIN: Final = re.compile(rb"[A-Za-z0-9_/.,:@%+=-]")
# Below these a shell reads the text anew: what is around them quotes nothing inside.
SUBSTITUTIONS: Final = frozenset({"command_substitution", "process_substitution"})
DOCUMENT: Final = frozenset({"heredoc_body", "heredoc_content"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Spot:
    """One occurrence of `place` in a script, bytes `start` to `end`.

    `chain` is the smallest node there and all around it, nearest first. `guard`
    goes into the expansion: ":?" in the code of another shell.
    """

    tree: Tree
    start: int
    end: int
    place: Place
    chain: tuple[Node, ...]
    guard: bytes = b""

    @property
    def node(self) -> Node:
        """The smallest node that holds the occurrence's first byte."""
        return self.chain[0]

    @property
    def in_document(self) -> bool:
        """Whether it is text of a here-document."""
        return self.node.kind in DOCUMENT

    @property
    def level(self) -> tuple[Node, ...]:
        """The nodes around it up to the next substitution."""
        found = []
        for node in self.chain:
            if node.kind in SUBSTITUTIONS:
                break
            found.append(node)
        return tuple(found)

    @property
    def expansion(self) -> bytes:
        """What the path becomes, without quotes."""
        return b"${%s%s}" % (self.place.variable, self.guard)

    @property
    def holder(self) -> Node:
        """The node that quotes the text: a string, a document; else the word."""
        node = self.node
        if node.kind == "string_content" and node.parent is not None:
            return node.parent
        return node

    def within(self, *kinds: str) -> Node | None:
        """The nearest node of some kinds on this level."""
        return next((node for node in self.level if node.kind in kinds), None)

    def command(self) -> words.Command | None:
        """The simple command whose word this is, or whose document."""
        node = self.within("command")
        if node is None:
            document = self.within("heredoc_redirect", "file_redirect")
            around = document.parent if document is not None else None
            while around is not None and around.kind == "heredoc_redirect":
                around = around.parent
            if around is not None and around.children[0].kind == "command":
                node = around.children[0]
        return None if node is None else words.command(self.tree, node)

    def argument(self) -> int:
        """Which word of its command it is in, 0 the program; -1 if none."""
        command = self.command()
        spots = command.words if command is not None else ()
        for at, word in enumerate(spots):
            if word.start <= self.start < word.end:
                return at
        return -1

    def beside(self) -> tuple[words.Command, ...]:
        """All commands of the pipeline that it is in."""
        top = None
        for node in self.level:
            if node.kind == "pipeline" or (
                node.kind == "redirected_statement" and top is None
            ):
                top = node
        if top is None:
            command = self.command()
            return () if command is None else (command,)
        return tuple(words.commands(self.tree, top))

    def before(self) -> bytes:
        """The line's text up to the occurrence."""
        line = self.tree.data.rfind(b"\n", 0, self.start) + 1
        return self.tree.data[line : self.start]

    def after(self) -> bytes:
        """The text behind it, a little."""
        return self.tree.data[self.end : self.end + 64]

    def content(self) -> bytes:
        """The text between the quotes that it stands in, or the word."""
        body = self.within("heredoc_body") if self.in_document else None
        holder = body or self.holder
        text = self.tree.text(holder)
        if holder.kind in {"string", "raw_string", "ansi_c_string"}:
            return text.lstrip(b"$")[1:-1]
        return text


def find(tree: Tree, places: Iterable[Place], *, guard: bytes = b"") -> Iterator[Spot]:
    """Every occurrence, the longest place first where several begin."""
    taken = 0
    hits = []
    for place in places:
        for match in _pattern(place.path).finditer(tree.data):
            hits.append((match.start(), -match.end(), place))
    for start, end, place in sorted(hits):
        if start < taken:
            continue
        taken = -end
        node = tree.at(start)
        yield Spot(
            tree=tree,
            start=start,
            end=-end,
            place=place,
            chain=(node, *node.ancestors()),
            guard=guard,
        )


def inside(spot: Spot, node: Node) -> Tree:
    """The code between a node's single quotes, as a tree of its own."""
    return trees.parse(spot.tree.data[node.start + 1 : node.end - 1])


@functools.cache
def _pattern(path: bytes) -> re.Pattern[bytes]:
    """A path as scripts write it: odd characters may have a backslash."""
    parts = []
    for byte in path:
        char = bytes([byte])
        optional = b"" if _PLAIN.match(char) else rb"\\?"
        parts.append(optional + re.escape(char))
    return re.compile(b"".join(parts))
