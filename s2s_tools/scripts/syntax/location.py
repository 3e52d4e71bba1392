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
_WRITTEN: Final = re.compile(rb"\$(?:\{0[^0-9]|0(?![0-9])|\{?BASH_SOURCE\b)")
_EXPANSIONS: Final = frozenset({"simple_expansion", "expansion"})
_DATA: Final = frozenset({"comment", "raw_string", "ansi_c_string", "test_operator"})
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
    yield from _missed(unit)


def _missed(unit: Unit) -> Iterator[Use]:
    """What the grammar takes for plain text: `$0` in here-documents, above all."""
    for match in _WRITTEN.finditer(unit.tree.data):
        start = match.start()
        before = unit.tree.data[max(0, start - 64) : start]
        if (len(before) - len(before.rstrip(b"\\"))) % 2:
            continue
        around = unit.tree.at(start)
        above = (around, *around.ancestors())
        if any(node.kind in _EXPANSIONS and node.start == start for node in above):
            continue
        how = _in_text(unit, above)
        if how is not None:
            yield Use(unit.tree.line_at(start) + unit.above, "$0", how)


def _in_text(unit: Unit, above: tuple[Node, ...]) -> How | None:
    """What plain text does with the path; None where no shell looks at it."""
    for below, node in zip(above, (*above[1:], None), strict=True):
        if below.kind in _DATA:
            return None
        if below.kind in {"command_substitution", "process_substitution"}:
            break
        if node is not None and node.kind == "heredoc_redirect":
            if words.is_quoted(unit.tree, node):
                return None
            how = contexts.in_document(unit, node, below, below)
            return how if isinstance(how, How) else How.OTHER
    return How.OTHER


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
