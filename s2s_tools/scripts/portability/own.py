"""Findings of the table's rules in one script."""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator
from itertools import pairwise
from typing import Final, NamedTuple

from s2s_tools.scripts.portability import content, rules
from s2s_tools.scripts.portability.model import Finding, Rule
from s2s_tools.scripts.syntax import facts, tree, units, words
from s2s_tools.scripts.syntax.tree import Node, Tree

SOURCE: Final = "s2s"
_BASH: Final = frozenset({"bash", ""})
_FAR: Final = 2000
_PREFIXES: Final = frozenset({b"timeout", b"xargs"})
_PROBES: Final = frozenset({b"-v", b"-V"})


class _Call(NamedTuple):
    """One program that is called, with its arguments without their quotes."""

    name: str
    arguments: tuple[str, ...]
    node: Node


def findings(data: bytes) -> tuple[Finding, ...]:
    """What the table finds in a script's bytes, each once, by line."""
    data = data.replace(b"\r\n", b"\n")
    bash = facts.interpreter(data) in _BASH
    whole = tree.parse(data)
    found = {
        (line, column, rule.id): rule
        for line, column, rule in (*_syntax(whole, bash=bash), *_texts(whole))
    }
    lines = content.Lines(data)
    return tuple(
        Finding(
            line=line,
            column=column,
            rule=rule.id,
            severity=rule.severity,
            message=rule.message,
            hint=rule.hint,
            source=SOURCE,
            text=lines.text(line),
        )
        for (line, column, _), rule in sorted(found.items(), key=lambda item: item[0])
    )


_Place = tuple[int, int, Rule]


def _syntax(whole: Tree, *, bash: bool) -> Iterator[_Place]:
    functions = _functions(whole)
    for unit in units.units(whole):
        for command in unit.commands:
            for call in _calls(unit.tree, command):
                for rule in _called(call, bash=bash):
                    if call.name not in functions:
                        yield unit.line(call.node), _column(unit.tree, call.node), rule
        if bash:
            for node, rule in _nodes(unit.tree):
                yield unit.line(node), _column(unit.tree, node), rule
    for line in whole.unread[:1]:
        yield line, 1, rules.NOT_READ


def _functions(whole: Tree) -> frozenset[str]:
    """Commands that the script defines itself."""
    names = (
        whole.text(child).decode("utf-8", "replace")
        for node in whole.each("function_definition")
        for child in node.children
        if child.kind == "word"
    )
    return frozenset(names)


def _calls(code: Tree, command: words.Command) -> Iterator[_Call]:
    """The program, and those before it that run it, such as timeout."""
    before = _before(code, command)
    if before and before[0][0] == b"command" and _asks(code, before, command):
        return
    for at, (name, node) in enumerate(before):
        if name in _PREFIXES:
            yield _call(name, [text for text, _ in before[at + 1 :]], node)
    if command.words:
        yield _call(command.name, command.texts, command.words[0])


def _before(code: Tree, command: words.Command) -> list[tuple[bytes, Node]]:
    """The words in front of the real program, by their names."""
    first = command.words[0].start if command.words else command.node.end
    found = []
    for child in command.node.children:
        if child.start < first and child.kind != "variable_assignment":
            word = child.children[0] if child.kind == "command_name" else child
            found.append((words.plain(code, word).rpartition(b"/")[2], word))
    return found


def _asks(code: Tree, before: list[tuple[bytes, Node]], command: words.Command) -> bool:
    """Whether it is `command -v NAME`, which calls nothing."""
    texts = [name for name, _ in before[1:2]]
    texts += [words.plain(code, word) for word in command.words[:1]]
    return bool(_PROBES.intersection(texts))


def _call(name: bytes, arguments: tuple[bytes, ...] | list[bytes], node: Node) -> _Call:
    shown = tuple(text.decode("utf-8", "replace") for text in arguments)
    return _Call(name.decode("utf-8", "replace"), shown, node)


def _called(call: _Call, *, bash: bool) -> Iterator[Rule]:
    for row in rules.CALLS:
        if call.name not in row.names or (row.rule.id.startswith("bash4") and not bash):
            continue
        pattern = _compiled(row.option)
        if not row.option or any(map(pattern.fullmatch, _options(call))):
            yield row.rule


def _options(call: _Call) -> Iterator[str]:
    """Each argument before `--`, and each with the next one, as `-n -1`."""
    end = call.arguments.index("--") if "--" in call.arguments else None
    before = call.arguments[:end]
    yield from before
    yield from (f"{one} {two}" for one, two in pairwise(before))


def _nodes(code: Tree) -> Iterator[tuple[Node, Rule]]:
    for row in rules.NODES:
        pattern = _compiled(row.text)
        for node in code.each(*row.kinds):
            if pattern.match(code.text(node).decode("utf-8", "replace")):
                yield node, row.rule


def _texts(whole: Tree) -> Iterator[_Place]:
    text = _without_comments(whole).decode("latin-1")  # a character is a byte
    starts = [0, *(match.end() for match in re.finditer("\n", text))]
    for row in rules.TEXTS:
        for match in _compiled(row.text).finditer(text):
            if row.but and _compiled(row.but).search(match[0]):
                continue
            line = whole.line_at(match.start())
            yield line, match.start() - starts[line - 1] + 1, row.rule


def _without_comments(whole: Tree) -> bytes:
    """The script with blanks in place of its comments, line ends kept."""
    data = bytearray(whole.data)
    for node in whole.each("comment"):
        data[node.start : node.end] = b" " * (node.end - node.start)
    return bytes(data)


def _column(code: Tree, node: Node) -> int:
    near = max(0, node.start - _FAR)  # in a longer line any column will do
    start = max(near, code.data.rfind(b"\n", near, node.start) + 1)
    return len(code.data[start : node.start].decode("utf-8", "replace")) + 1


@functools.cache
def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern, re.DOTALL)
