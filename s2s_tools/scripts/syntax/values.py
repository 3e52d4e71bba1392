"""What the words of a script may stand for, as far as its text tells."""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable, Iterable, Iterator
from typing import Final

from s2s_tools.scripts.syntax import marks, words
from s2s_tools.scripts.syntax.tree import Node, Tree

OWN_NAMES: Final = frozenset(
    {b"0", b"BASH_SOURCE", b"BASH_ARGV0", b"ZSH_SCRIPT", b"ZSH_ARGZERO", b"KSH_SCRIPT"}
)

_LITERALS: Final = frozenset(
    {"word", "number", "raw_string", "ansi_c_string", "regex", "extglob_pattern"}
)
_DEPTH: Final = 24
_ALTERNATIVES: Final = 8
_LENGTH: Final = 4096
_STEPS: Final = 20_000
_NAMES: Final = frozenset({"variable_name", "special_variable_name"})
_DEFAULTS: Final = frozenset({":-", "-", ":=", "="})

Values = tuple[bytes, ...]
_NOTHING_KNOWN: Final[Values] = (marks.UNKNOWN,)
_LOCATED: Final[Values] = (marks.HERE + marks.UNKNOWN,)
_FROM_OUTSIDE: Final[dict[bytes, Values]] = {b"HOME": (b"~",), b"TMPDIR": (b"/tmp",)}


class Evaluator:
    """Evaluates words over all assignments of one script, in any order.

    A word has several values where its variables have; never none, never more
    than a few.
    """

    def __init__(self, tree: Tree, outer: Evaluator | None = None) -> None:
        self._tree = tree
        self._outer = outer
        self._assigned = _assignments(tree)
        self._known: dict[bytes, Values] = {}
        self._open: set[bytes] = set()
        self._cut_short = False
        self._steps = 0
        self._limit = _STEPS + len(tree.data)
        self._kinds: dict[str, Callable[[Node, int], Values]] = {
            "string": self._joined,
            "translated_string": self._joined,
            "concatenation": self._joined,
            "simple_expansion": self._expansion,
            "expansion": self._expansion,
            "command_substitution": self._substitution,
        }

    def of(self, node: Node, depth: int = 0) -> Values:
        """The values of one word."""
        self._steps += 1
        if self._steps > self._limit:
            return _LOCATED
        evaluate = self._kinds.get(node.kind)
        if evaluate is not None:
            return evaluate(node, depth) if depth <= _DEPTH else _NOTHING_KNOWN
        if node.kind in _LITERALS:
            return (marks.literal(words.plain(self._tree, node)),)
        return _NOTHING_KNOWN

    def variable(self, name: bytes) -> Values:
        """What is assigned to a variable anywhere in the script."""
        if name in OWN_NAMES:
            return (marks.SELF,)
        if name in self._known:
            return self._known[name]
        if name not in self._assigned:
            return self._given(name)
        if name in self._open or len(self._open) > _DEPTH:
            self._cut_short = True
            return _NOTHING_KNOWN
        self._open.add(name)
        nodes = self._assigned.get(name, ())
        values = _few(value for node in nodes for value in self.of(node))
        self._open.discard(name)
        # What a circle cut short holds only for the variable that it began at.
        if not self._open:
            self._cut_short = False
        if not self._cut_short:
            self._known[name] = values or _NOTHING_KNOWN
        return values or _NOTHING_KNOWN

    def own_variables(self) -> frozenset[bytes]:
        """The variables that hold the script's own path, or text with it."""
        outer = self._outer.own_variables() if self._outer else frozenset()
        return outer | {
            name
            for name in self._assigned
            if any(marks.SELF in value for value in self.variable(name))
        }

    def located_variables(self) -> frozenset[bytes]:
        """The variables whose value depends on where the script stands."""
        return frozenset(
            name for name in self._assigned if marks.is_located(self.variable(name))
        )

    def _given(self, name: bytes) -> Values:
        """A variable that the script itself never sets."""
        if self._outer is not None:
            return self._outer.variable(name)
        return _FROM_OUTSIDE.get(name, _NOTHING_KNOWN)

    def _joined(self, node: Node, depth: int) -> Values:
        """A concatenation or a quoted string: its parts and the text between."""
        quoted = node.kind != "concatenation"
        parts: list[Values] = []
        at = node.start
        for child in node.children:
            if at < child.start:
                parts.append((self._between(at, child.start),))
            at = child.end
            if child.kind not in {'"', '$"', "string_content", "$"}:
                parts.append(self.of(child, depth + 1))
            elif child.kind == "string_content" or (child.kind == "$" and quoted):
                parts.append((self._between(child.start, child.end),))
        return _product(parts)

    def _between(self, start: int, end: int) -> bytes:
        text = self._tree.data[start:end]
        return marks.literal(words.unescape_quoted(text))

    def _expansion(self, node: Node, depth: int) -> Values:
        name = variable_of(self._tree, node)
        if name is None:
            return _NOTHING_KNOWN
        values = self.variable(name)
        operators = [c for c in node.children if c.kind not in {"${", "}", "$"}][1:]
        if node.kind == "simple_expansion" or not operators:
            return values
        kind = operators[0].kind
        if kind in _DEFAULTS and len(operators) > 1:
            return _few((*values, *self.of(operators[1], depth + 1)))
        return self._cut(values, kind, b"".join(map(self._tree.text, operators)))

    @staticmethod
    def _cut(values: Values, kind: str, text: bytes) -> Values:
        """`${x%/*}`, `${x##*/}`, zsh's `${x:h}` and every other operator."""
        if text == b"%/*" or re.fullmatch(rb"(:[aAP])*:h", text):
            return tuple(map(marks.folder, values))
        if text == b"##*/" or re.fullmatch(rb"(:[aAP])*:t", text):
            return tuple(map(marks.name, values))
        if kind in {":?", "?"} or re.fullmatch(rb"(:[aAP])+", text):
            return values
        return tuple(map(marks.blurred, values))

    def _substitution(self, node: Node, depth: int) -> Values:
        """The output of the few commands that compute paths."""
        inner = [c for c in node.children if c.kind not in {"$(", ")", "`", ";"}]
        simple = tuple(itertools.islice(_simple(inner), 4))
        if len(inner) == 1 and inner[0].kind == "pipeline":
            return self._piped(inner[0], depth)
        found = [words.command(self._tree, n) for n in simple]
        names = [command.name for command in found]
        if names and names[0] in {b"cd", b"pushd"} and b"pwd" in names[1:]:
            return self._last(found[0], depth) if found[0].arguments else _NOTHING_KNOWN
        if len(found) == 1 and names[0] == b"mktemp":
            return (b"/tmp/" + marks.UNKNOWN,)
        if len(found) != 1 or not found[0].arguments:
            return _NOTHING_KNOWN
        change = _CHANGES.get(names[0])
        if change is None:
            return _NOTHING_KNOWN
        return tuple(map(change, self._last(found[0], depth)))

    def _piped(self, pipeline: Node, depth: int) -> Values:
        """`echo "$x" | sed ...`: something made of x."""
        first = next((n for n in _simple([pipeline])), None)
        if first is None:
            return _NOTHING_KNOWN
        command = words.command(self._tree, first)
        if command.name not in {b"echo", b"printf"} or not command.arguments:
            return _NOTHING_KNOWN
        return tuple(map(marks.blurred, self._last(command, depth)))

    def _last(self, command: words.Command, depth: int) -> Values:
        return self.of(command.arguments[-1], depth + 1)


def variable_of(tree: Tree, node: Node) -> bytes | None:
    """The name that an expansion expands; None for `${!x}`, `${#x}` and the like."""
    for child in node.children:
        if child.kind in _NAMES:
            return tree.text(child)
        if child.kind == "subscript":
            return tree.text(child.children[0])
        if child.kind not in {"${", "$"}:
            return None
    return None


def _assignments(tree: Tree) -> dict[bytes, list[Node]]:
    """Every node whose value a variable may take."""
    found: dict[bytes, list[Node]] = {}
    for node in tree.each("variable_assignment"):
        name, value = node.children[0], node.children[-1]
        if name.kind == "subscript":
            name = name.children[0]
        parts = value.children[1:-1] if value.kind == "array" else [value]
        found.setdefault(tree.text(name), []).extend(parts)
    for node in tree.each("for_statement"):
        parts = [c for c in node.children[3:] if c.kind not in {";", "do_group"}]
        found.setdefault(tree.text(node.children[1]), []).extend(parts)
    for node in tree.each("expansion"):
        if len(node.children) > 4 and node.children[2].kind in {":=", "="}:
            name = node.children[1]
            found.setdefault(tree.text(name), []).append(node.children[3])
    return found


def _simple(nodes: Iterable[Node]) -> Iterator[Node]:
    """The commands of a list or a pipeline, in order, not those nested deeper."""
    waiting = list(nodes)[::-1]
    while waiting:
        node = waiting.pop()
        if node.kind == "command":
            yield node
        elif node.kind in {"list", "pipeline", "redirected_statement"}:
            waiting.extend(reversed(node.children))


def _product(parts: Iterable[Values]) -> Values:
    """All texts that the parts make together; a long one is only located or not."""
    result: Values = (b"",)
    for values in parts:
        part = values
        if len(result) * len(part) > _ALTERNATIVES:
            part = _vague(part)
        result = tuple(a + b for a, b in itertools.product(result, part))
        if any(len(value) > _LENGTH for value in result):
            result = _vague(result)
    return result


def _few(values: Iterable[bytes]) -> Values:
    distinct = tuple(dict.fromkeys(values))
    return distinct if len(distinct) <= _ALTERNATIVES else _vague(distinct)


def _vague(values: Values) -> Values:
    return _LOCATED if marks.is_located(values) else _NOTHING_KNOWN


_CHANGES: Final[dict[bytes, Callable[[bytes], bytes]]] = {
    b"dirname": marks.folder,
    b"basename": marks.name,
    b"realpath": bytes,
    b"readlink": bytes,
    b"greadlink": bytes,
    b"echo": bytes,
    b"printf": bytes,
}
