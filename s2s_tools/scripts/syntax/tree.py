"""The syntax tree of a shell script, as plain nodes over its bytes."""

from __future__ import annotations

import bisect
import functools
import re
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    import tree_sitter

MAX_NODES: Final = 1_000_000
# The grammar's scanner rereads what is nested or broken; a script that makes it
# read many times its own size is given up, not waited for.
_CHUNK: Final = 16_384
_REREADS: Final = 64
# The grammar stumbles over an escape at the very start of a here-document.
_BACKSLASH: Final = re.compile(rb"(<<-?[ \t]*\w+[^\n]*\n[ \t]*)\\[^\n]")
_OPENERS: Final = frozenset({"$", "${", "$(", "$((", "`"})


class Node:
    """A piece of the script: `kind` as the grammar calls it, bytes start to end.

    Read-only. `children` are in order and hold the punctuation too; only the
    root has no parent.
    """

    __slots__ = ("children", "end", "kind", "parent", "start")

    def __init__(self, kind: str, start: int, end: int, parent: Node | None) -> None:
        self.kind = kind
        self.start = start
        self.end = end
        self.parent = parent
        self.children: Sequence[Node] = ()

    def walk(self) -> Iterator[Node]:
        """This node and everything below it, in the order of the text."""
        waiting = [self]
        while waiting:
            node = waiting.pop()
            yield node
            waiting.extend(reversed(node.children))

    def ancestors(self) -> Iterator[Node]:
        """The nodes around this one, the nearest first."""
        node = self.parent
        while node is not None:
            yield node
            node = node.parent


class Tree:
    """A parsed script.

    `unread` are the lines of the places that are no shell to the parser; where
    it is not empty the nodes there, and maybe after them, mean nothing.
    """

    __slots__ = ("_kinds", "_newlines", "data", "root", "unread")

    def __init__(
        self, data: bytes, nodes: dict[str, list[Node]], broken: tuple[int, ...]
    ) -> None:
        self.data = data
        self.root = next(iter(nodes.values()))[0]
        self._kinds = nodes
        self._newlines = _newlines(data)
        self.unread = tuple(sorted({self.line_at(offset) for offset in broken}))

    def each(self, *kinds: str) -> Iterator[Node]:
        """All nodes of some kinds, kind by kind in the order of the text."""
        for kind in kinds:
            yield from self._kinds.get(kind, ())

    def text(self, node: Node) -> bytes:
        """The bytes of one node."""
        return self.data[node.start : node.end]

    def line(self, node: Node) -> int:
        """The line where a node begins, counted from 1."""
        return self.line_at(node.start)

    def line_at(self, offset: int) -> int:
        """The line of one byte, counted from 1."""
        return bisect.bisect_left(self._newlines, offset) + 1

    def at(self, offset: int) -> Node:
        """The smallest node that holds the byte at `offset`."""
        node = self.root
        while True:
            for child in node.children:
                if child.start <= offset < child.end:
                    node = child
                    break
            else:
                return node


def parse(data: bytes) -> Tree:
    """The tree of a script, whatever its bytes are; never raises for them.

    What is no text (a NUL byte) or too much to read is one unread piece.
    """
    if b"\0" in data:
        return _unread(data, data.index(b"\0"))
    parser = _parser()
    shown = _BACKSLASH.sub(rb"\1__", data)
    budget = _REREADS * (2 + len(data) // _CHUNK)

    def read(offset: int, _point: object) -> bytes:
        nonlocal budget
        budget -= 1
        return shown[offset : offset + _CHUNK]

    def spent(_offset: int, _has_error: bool) -> bool:
        return budget < 0

    try:
        # To give up by an empty read instead would crash the grammar's scanner.
        raw = parser.parse(read, progress_callback=spent)
    except ValueError:
        parser.reset()  # else the next script would go on where this one ended
        return _unread(data, 0)
    if raw.root_node.descendant_count > MAX_NODES:
        return _unread(data, 0)
    return _copied(data, raw)


@functools.cache
def _parser() -> tree_sitter.Parser:
    import tree_sitter
    import tree_sitter_bash

    return tree_sitter.Parser(tree_sitter.Language(tree_sitter_bash.language()))


def _copied(data: bytes, raw: tree_sitter.Tree) -> Tree:
    """The grammar's tree as nodes of ours, without recursion."""
    cursor = raw.walk()
    kinds: dict[str, list[Node]] = {}
    parent: Node | None = None
    beside: list[Node] = []
    around: list[list[Node]] = []
    broken: list[int] = []
    while True:
        seen = cursor.node
        assert seen is not None  # a cursor stands somewhere
        node = Node(seen.type, seen.start_byte, seen.end_byte, parent)
        if seen.is_missing or seen.is_error:
            broken.append(node.start)
        beside.append(node)
        kinds.setdefault(node.kind, []).append(node)
        if node.kind in _OPENERS:
            _trim(node)
        if cursor.goto_first_child():
            around.append(beside)
            node.children = beside = []
            parent = node
            continue
        while not cursor.goto_next_sibling():
            if parent is None or not cursor.goto_parent():
                return Tree(data, kinds, tuple(broken))
            parent, beside = parent.parent, around.pop()


def _trim(node: Node) -> None:
    """Leave out the blanks that the grammar puts before a "$" inside quotes."""
    found, start = node.start, node.end - len(node.kind)
    around: Node | None = node
    while around is not None and around.start == found and around.kind != "program":
        around.start = start
        around = around.parent


def _unread(data: bytes, offset: int) -> Tree:
    return Tree(data, {"ERROR": [Node("ERROR", 0, len(data), None)]}, (offset,))


def _newlines(data: bytes) -> list[int]:
    found = []
    offset = data.find(b"\n")
    while offset >= 0:
        found.append(offset)
        offset = data.find(b"\n", offset + 1)
    return found
