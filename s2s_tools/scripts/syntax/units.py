"""The pieces of shell code in a script: its text, and code that its words carry."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final, NamedTuple

from s2s_tools.scripts.syntax import tree, values, words
from s2s_tools.scripts.syntax.tree import Node, Tree

SHELLS: Final = frozenset(
    {b"sh", b"bash", b"dash", b"ash", b"zsh", b"ksh", b"mksh", b"busybox"}
)
_DEPTH: Final = 3


class Unit(NamedTuple):
    """Code that the script runs, parsed.

    `above` lines stand before it. Where not `own`, `$0` in it is not the script:
    another shell runs it.
    """

    tree: Tree
    values: values.Evaluator
    commands: tuple[words.Command, ...]
    above: int
    own: bool

    def line(self, node: Node) -> int:
        """The line of a node in the script's file."""
        return self.tree.line(node) + self.above

    def of(self, node: Node) -> tuple[bytes, ...]:
        """The values of one word."""
        return self.values.of(node)


def units(whole: Tree) -> tuple[Unit, ...]:
    """The script itself first, then the code in trap, eval, `sh -c`, `sh <<EOF`."""
    first = _unit(whole, None, above=0, own=True)
    found = [first]
    level = [first]
    for _ in range(_DEPTH):
        level = [inner for unit in level for inner in _carried(unit)]
        found.extend(level)
    return tuple(found)


def _unit(code: Tree, outer: values.Evaluator | None, *, above: int, own: bool) -> Unit:
    evaluator = values.Evaluator(code, outer)
    return Unit(code, evaluator, tuple(words.commands(code)), above, own)


def _carried(unit: Unit) -> Iterator[Unit]:
    for command in unit.commands:
        name = command.name
        if name in {b"trap", b"eval"} and command.arguments:
            last = command.arguments[0 if name == b"trap" else -1]
            yield from _quoted(unit, last, own=unit.own)
        elif name in SHELLS:
            yield from _shell(unit, command)


def _shell(unit: Unit, command: words.Command) -> Iterator[Unit]:
    """`sh -c 'code'` and `sh <<EOF`."""
    for at, option in enumerate(command.texts[:-1]):
        if option.startswith(b"-") and option.endswith(b"c"):
            yield from _quoted(unit, command.arguments[at + 1], own=False)
            return
    for redirect in command.redirects:
        for body in redirect.node.children:
            if body.kind == "heredoc_body":
                yield from _code(unit, unit.tree.text(body), body, own=False)


def _quoted(unit: Unit, word: Node, *, own: bool) -> Iterator[Unit]:
    """Code in quotes; in double quotes `$0` was seen by the outer shell already."""
    if word.kind in {"raw_string", "string"}:
        code = words.plain(unit.tree, word)
        yield from _code(unit, code, word, own=own and word.kind == "raw_string")


def _code(unit: Unit, code: bytes, at: Node, *, own: bool) -> Iterator[Unit]:
    parsed = tree.parse(code)
    if not parsed.unread:
        outer = unit.values if own else None
        yield _unit(parsed, outer, above=unit.line(at) - 1, own=own)
