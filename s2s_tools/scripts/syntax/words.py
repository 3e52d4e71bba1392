"""Commands of a script with their words and redirections."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final, NamedTuple

from s2s_tools.scripts.syntax.tree import Node, Tree

_REDIRECTS: Final = frozenset(
    {"file_redirect", "heredoc_redirect", "herestring_redirect"}
)
# Words that run the rest of their line: options that take a value, how many plain
# words (a duration, a priority) stand before the command.
_PREFIXES: Final[dict[bytes, tuple[bytes, int]]] = {
    b"builtin": (b"", 0),
    b"chronic": (b"", 0),
    b"command": (b"", 0),
    b"doas": (b"uC", 0),
    b"env": (b"uCS", 0),
    b"exec": (b"a", 0),
    b"ionice": (b"cnp", 0),
    b"nice": (b"n", 0),
    b"nohup": (b"", 0),
    b"setsid": (b"", 0),
    b"stdbuf": (b"ioe", 0),
    b"sudo": (b"ugpCThD", 0),
    b"time": (b"fo", 0),
    b"timeout": (b"sk", 1),
    b"xargs": (b"aEdIinLlPs", 0),
}
_UNESCAPE: Final = re.compile(rb"\\(?:\n|(.))", re.DOTALL)
_UNESCAPE_QUOTED: Final = re.compile(rb'\\(?:\n|(["\\$`]))')
_PATTERN: Final = re.compile(rb"(?<!\\)[*?\[]")
_ASSIGNMENT: Final = re.compile(rb"[A-Za-z_][A-Za-z_0-9]*=")


class Redirect(NamedTuple):
    """Where a stream goes or comes from; `target` is None for `>&-` and the like."""

    operator: str
    target: Node | None
    node: Node


class Command(NamedTuple):
    """One simple command: the words after its assignments, its redirections.

    `words` begins with the program, behind prefixes such as sudo, env, timeout;
    `name` is the last part of its path, b"" where the text does not tell.
    `texts` are the arguments without their quotes.
    """

    node: Node
    words: tuple[Node, ...]
    redirects: tuple[Redirect, ...]
    name: bytes
    texts: tuple[bytes, ...]

    @property
    def arguments(self) -> tuple[Node, ...]:
        """The words after the program's name."""
        return self.words[1:]

    def operands(self) -> tuple[Node, ...]:
        """The arguments that are no options."""
        pairs = zip(self.arguments, self.texts, strict=True)
        return tuple(word for word, text in pairs if not text.startswith(b"-"))


def commands(tree: Tree, top: Node | None = None) -> Iterator[Command]:
    """Every simple command, also those inside substitutions."""
    nodes = tree.each("command") if top is None else top.walk()
    for node in nodes:
        if node.kind == "command":
            yield command(tree, node)


def command(tree: Tree, node: Node) -> Command:
    """One `command` node as its words and redirections, prefixes stripped."""
    words: list[Node] = []
    found: list[Redirect] = []
    for child in node.children:
        if child.kind == "command_name":
            words.extend(child.children[:1] or [child])
        elif child.kind in _REDIRECTS:
            found.extend(_redirects(child))
        elif child.kind != "variable_assignment":
            words.append(child)
    around = node.parent
    if around is not None and around.kind == "redirected_statement":
        found.extend(redirects(around))
        words.extend(late for child in around.children for late in _late_words(child))
    rest = _stripped(tree, words)
    texts = [plain(tree, word) for word in rest]
    name = texts[0].rstrip(b"/").rpartition(b"/")[2] if texts else b""
    return Command(node, rest, tuple(found), name, tuple(texts[1:]))


def redirects(statement: Node) -> Iterator[Redirect]:
    """The redirections of a `redirected_statement`, not of what is inside it."""
    for child in statement.children:
        if child.kind in _REDIRECTS:
            yield from _redirects(child)


def plain(tree: Tree, node: Node) -> bytes:
    """A word's text without its quotes; expansions stay as they are written."""
    parts = node.children if node.kind == "concatenation" else [node]
    return b"".join(_unquoted(part.kind, tree.text(part)) for part in parts)


def unescape_quoted(text: bytes) -> bytes:
    """Text from between double quotes after the shell took its backslashes away."""
    return _UNESCAPE_QUOTED.sub(lambda match: match[1] or b"", text)


def is_quoted(tree: Tree, document: Node) -> bool:
    """Whether a `heredoc_redirect` begins a document that the shell expands not."""
    starts = (child for child in document.children if child.kind == "heredoc_start")
    return any(mark in tree.text(start) for start in starts for mark in b"'\"\\")


def live(tree: Tree, node: Node) -> bool:
    """Whether the word has an unquoted `*`, `?` or `[`: a pattern over file names."""
    parts = node.children if node.kind == "concatenation" else [node]
    return any(
        part.kind in {"word", "extglob_pattern"} and _PATTERN.search(tree.text(part))
        for part in parts
    )


def _unquoted(kind: str, text: bytes) -> bytes:
    if kind == "raw_string":
        return text[1:-1]
    if kind == "ansi_c_string":
        return text[2:-1]
    if kind in {"string", "translated_string"}:
        return unescape_quoted(text.removeprefix(b"$")[1:-1])
    return _UNESCAPE.sub(lambda match: match[1] or b"", text)


def _redirects(node: Node) -> Iterator[Redirect]:
    """The redirection, and those that the grammar nests in a here-document's."""
    if node.kind == "heredoc_redirect":
        yield Redirect("<<", None, node)
        for child in node.children:
            if child.kind == "file_redirect":
                yield from _redirects(child)
        return
    operator = next((c.kind for c in node.children if c.kind[0] in "<>&"), "")
    last = node.children[-1] if node.children else node
    yield Redirect(operator, None if last.kind == operator else last, node)


def _late_words(node: Node) -> Iterator[Node]:
    """Arguments written after `<<EOF`."""
    if node.kind == "heredoc_redirect":
        for child in node.children:
            if child.kind in {"word", "string", "raw_string", "concatenation"}:
                yield child


def _stripped(tree: Tree, words: list[Node]) -> tuple[Node, ...]:
    """The words from the real program on."""
    at = 0
    while at < len(words):
        name = plain(tree, words[at]).rpartition(b"/")[2]
        after = _after_prefix(tree, words, at, name) if name in _PREFIXES else 0
        if not at < after < len(words):
            break
        at = after
    return tuple(words[at:])


def _after_prefix(tree: Tree, words: list[Node], at: int, name: bytes) -> int:
    valued, plain_words = _PREFIXES[name]
    at += 1
    while at < len(words):
        word = plain(tree, words[at])
        if name in {b"env", b"sudo"} and _ASSIGNMENT.match(word):
            at += 1
        elif word.startswith(b"-") and len(word) > 1:
            at += 2 if len(word) == 2 and word[1:] in valued else 1
            if word == b"--":
                break
        else:
            break
    return at + plain_words
