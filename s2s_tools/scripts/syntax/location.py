"""How a script uses its own location."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final, NamedTuple

from s2s_tools.scripts.syntax import contexts, marks, values, words
from s2s_tools.scripts.syntax.contexts import How
from s2s_tools.scripts.syntax.tree import Node
from s2s_tools.scripts.syntax.units import Unit


class Use(NamedTuple):
    """One use, with the variable that gave the path or the command that resolved it."""

    line: int
    name: str
    how: How


LOCATES: Final = frozenset({How.FOLDER, How.RESOLVES, How.OTHER})

_OPERATORS: Final = (
    (rb"%/\*|(:a)*:h", How.FOLDER),
    (rb"##\*/|(:a)*:t", How.NAME),
    (rb":?\+.*", How.GUARD),
    (rb"(:[a-zA-Z])*:[AP](:[a-zA-Z])*", How.RESOLVES),
)
_PLAIN_SELF: Final = re.compile(rb"(?<!\\)(?:\\\\)*\$0(?![0-9])")
_DEFAULT: Final = re.compile(rb":?[-=?].*", re.DOTALL)
_RESOLVING_CODE: Final = re.compile(rb"realpath|readlink|abs_path|\.resolve\(")


def uses(unit: Unit) -> Iterator[Use]:
    """Every use of the script's own path in one piece of its code."""
    if not unit.own:
        return
    own = values.OWN_NAMES | unit.values.own_variables()
    for node in unit.tree.each("simple_expansion", "expansion"):
        name = values.variable_of(unit.tree, node)
        if name in own or (name == b"_" and _is_early(unit, node)):
            how = How.OTHER if name == b"_" else _how(unit, node)
            if how is not None:
                yield Use(unit.line(node), "$" + name.decode("utf-8", "replace"), how)
    yield from _in_documents(unit)


def _in_documents(unit: Unit) -> Iterator[Use]:
    """`$0` in here-documents, where the grammar takes it for plain text."""
    for body in unit.tree.each("heredoc_body"):
        redirect = body.parent
        if redirect is None or words.is_quoted(unit.tree, redirect):
            continue
        text = bytearray(unit.tree.text(body))
        for child in body.children:
            if child.kind != "heredoc_content":
                start, end = child.start - body.start, child.end - body.start
                text[start:end] = b" " * (end - start)
        for match in _PLAIN_SELF.finditer(text):
            how = contexts.in_document(unit, redirect, body, body)
            line = unit.tree.line_at(body.start + match.end()) + unit.above
            yield Use(line, "$0", how if isinstance(how, How) else How.OTHER)


def resolutions(unit: Unit, *, locates: bool) -> Iterator[Use]:
    """Commands that resolve links on the way to the script's own place."""
    for command in unit.commands:
        name = command.name
        text = command.texts
        located = any(marks.is_located(unit.of(word)) for word in command.arguments)
        physical = locates and (
            (name in {b"pwd", b"cd", b"set"} and b"-P" in text)
            or (name == b"set" and b"physical" in text)
        )
        code = located and any(map(_RESOLVING_CODE.search, text[:-1]))
        if physical or code or (located and name in contexts.LINKS):
            shown = name.decode("utf-8", "replace")
            yield Use(unit.line(command.node), shown, How.RESOLVES)


def _how(unit: Unit, node: Node) -> How | None:
    """What one expansion is used for; None where only a variable takes it over."""
    operator = unit.tree.text(node)
    if node.kind == "expansion":
        operator = re.sub(rb"^\$\{\w+(\[[^]]*\])?|\}$", b"", operator)
        for pattern, how in _OPERATORS:
            if re.fullmatch(pattern, operator, re.DOTALL):
                return how
        if operator and not _DEFAULT.fullmatch(operator):
            return How.OTHER
    return contexts.how(unit, node)


def _is_early(unit: Unit, node: Node) -> bool:
    """Whether `$_` still is what the caller's shell put there."""
    first = next((n for n in unit.tree.root.children if n.kind != "comment"), None)
    if first is not None and first.start <= node.start < first.end:
        return not any(command.node.end <= node.start for command in unit.commands)
    for around in node.ancestors():
        if around.kind in {"test_command", "command"}:
            text = unit.tree.text(around)
            return re.search(rb"\$\{?(0|BASH_SOURCE)\b", text) is not None
    return False
