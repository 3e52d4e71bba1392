"""What the construct around the script's own path makes of it."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from enum import Enum, StrEnum, auto
from typing import Final

from s2s_tools.scripts.syntax import marks, messages, words
from s2s_tools.scripts.syntax.tree import Node
from s2s_tools.scripts.syntax.units import SHELLS, Unit


class How(StrEnum):
    """What a script does with its own path."""

    FOLDER = "finds its own folder"
    RESOLVES = "resolves links to itself"
    NAME = "uses its own name"
    GUARD = "asks whether it is run or sourced"
    TEXT = "shows its own path in a message"
    RERUN = "runs itself again"
    READS = "reads its own text"
    OTHER = "uses its own path"


class Turn(Enum):
    """An answer that leads further."""

    TAKEN = auto()  # a variable takes the path over: its own uses count
    ABOVE = auto()  # only the next construct around can tell


_READERS: Final = frozenset({b"cat", b"head", b"tail", b"less", b"more"})
_FILTERS: Final = frozenset({b"grep", b"egrep", b"fgrep", b"sed", b"awk", b"perl"})
LINKS: Final = frozenset({b"readlink", b"realpath", b"greadlink", b"grealpath"})
_COMMANDS: Final[dict[bytes, How]] = {
    b"dirname": How.FOLDER,
    b"basename": How.NAME,
    **dict.fromkeys(LINKS, How.RESOLVES),
}
_A_SHELL: Final = re.compile(rb"-?[A-Za-z]*|(.*/)?(ba|da|z|k|mk)?sh")


def how(unit: Unit, node: Node) -> How | None:
    """The use that is made of an expansion; None where a variable takes it over."""
    below = node
    for around in node.ancestors():
        decide = _CONSTRUCTS.get(around.kind)
        if decide is not None:
            answer = decide(unit, around, below, node)
            if answer is not Turn.ABOVE:
                return answer if isinstance(answer, How) else None
        below = around
    return How.OTHER


def _in_command(unit: Unit, around: Node, _below: Node, node: Node) -> How | Turn:
    command = words.command(unit.tree, around)
    word = next((w for w in command.words if w.start <= node.start < w.end), None)
    if word is None:
        return How.OTHER
    name = command.name
    if word is not command.words[0]:
        if name in _COMMANDS:
            return _COMMANDS[name]
        if messages.is_message(name):
            return _in_message(unit, around)
        if name == b"test":
            return _compared(unit, command.arguments, node)
    return _given_to(unit, command, name, word)


def _given_to(unit: Unit, command: words.Command, name: bytes, word: Node) -> How:
    """The path itself as a word of a command."""
    if marks.SELF not in unit.of(word):
        return How.OTHER
    interpreted = name in SHELLS and word is command.words[1]
    if interpreted or word is command.words[0]:
        return How.RERUN
    return How.READS if _reads(unit, command, name, word) else How.OTHER


def _reads(unit: Unit, command: words.Command, name: bytes, word: Node) -> bool:
    if word is not command.arguments[-1]:
        return False
    text = command.texts
    plain = sum(not part.startswith(b"-") for part in text)
    if name == b"sed" and any(re.match(rb"-[a-zE]*i|--in-place", t) for t in text):
        return False
    return name in _READERS or (name in _FILTERS and plain > 1)


def _in_message(unit: Unit, command: Node) -> How | Turn:
    """A message is only text, unless a variable or a file takes it up."""
    if messages.goes_to_file(unit, command):
        return How.OTHER
    for around in command.ancestors():
        if around.kind == "command_substitution":
            if unit.values.of(around) == (marks.UNKNOWN,):
                return How.OTHER
            return how(unit, around) or Turn.TAKEN
        if around.kind == "process_substitution":
            return How.OTHER
    return How.TEXT


def in_document(unit: Unit, around: Node, _below: Node, _node: Node) -> How | Turn:
    """In the here-document of the redirection `around`."""
    statement = around.parent
    first = statement.children[0] if statement is not None else around
    if first.kind != "command":
        return How.OTHER
    name = words.command(unit.tree, first).name
    return _in_message(unit, first) if name == b"cat" else How.OTHER


def _in_test(unit: Unit, around: Node, _below: Node, node: Node) -> How | Turn:
    """Inside `[ ... ]` or `[[ ... ]]`."""
    inner = around
    for candidate in node.ancestors():
        if candidate.kind in {"binary_expression", "unary_expression"}:
            inner = candidate
            break
        if candidate is around:
            break
    return _compared(unit, inner.children, node)


def _compared(unit: Unit, parts: Sequence[Node], node: Node) -> How:
    """A guard where the path is compared with itself or with a shell's name."""
    others = [p for p in parts if not p.start <= node.start < p.end]
    texts = [words.plain(unit.tree, part) for part in others]
    if any(text in {b"-L", b"-h"} for text in texts):
        return How.RESOLVES
    if any(text in {b"-n", b"-z", b"-e", b"-f", b"-r", b"-s"} for text in texts):
        return How.GUARD
    if texts and texts[0] in {b"=", b"==", b"!=", b"-ef"} and len(others) == 1:
        return How.OTHER
    for other in others:
        values_there = unit.of(other)
        if marks.SELF in values_there:
            return How.GUARD
    operators = {b"=", b"==", b"!=", b"-ef", b"[", b"]", b"!"}
    rest = [text for text in texts if text not in operators]
    return How.GUARD if rest and all(map(_A_SHELL.fullmatch, rest)) else How.OTHER


def _in_case(unit: Unit, around: Node, below: Node, _node: Node) -> How | Turn:
    """`case $0 in`: only its name matters where each pattern begins with `*`."""
    if below.kind == "case_item" or marks.SELF not in unit.of(below):
        return How.OTHER
    for item in around.children:
        if item.kind == "case_item":
            for pattern in item.children:
                if pattern.kind == ")":
                    break
                text = unit.tree.text(pattern)
                if b"/" in text and not text.startswith(b"*"):
                    return How.OTHER
    return How.NAME


def _in_assignment(unit: Unit, around: Node, _below: Node, _node: Node) -> How | Turn:
    """A variable takes the path over: its uses count instead of this one."""
    holder = around.parent
    if holder is not None and holder.kind == "command":
        return How.OTHER
    if holder is not None and holder.kind == "declaration_command":
        words_there = [unit.tree.text(child) for child in holder.children]
        if words_there[0] == b"export" or b"-x" in words_there:
            return How.OTHER
    name = around.children[0]
    return _taken_over(unit, name.children[0] if name.kind == "subscript" else name)


def _in_loop(unit: Unit, around: Node, _below: Node, _node: Node) -> How | Turn:
    return _taken_over(unit, around.children[1])


def _taken_over(unit: Unit, name: Node) -> How | Turn:
    taken = unit.tree.text(name) in unit.values.own_variables()
    return Turn.TAKEN if taken else How.OTHER


def _in_expansion(unit: Unit, around: Node, below: Node, _node: Node) -> How | Turn:
    kinds = {child.kind for child in around.children if child is not below}
    if kinds & {":?", "?"}:
        return How.TEXT
    return Turn.ABOVE if kinds & {":-", "-", ":=", "="} else How.OTHER


def _in_redirect(unit: Unit, around: Node, _below: Node, _node: Node) -> How | Turn:
    return How.READS if around.children[0].kind == "<" else How.OTHER  # not `9<`


def _in_statement(_unit: Unit, _around: Node, _below: Node, _node: Node) -> How | Turn:
    return How.OTHER


_CONSTRUCTS: Final[dict[str, Callable[[Unit, Node, Node, Node], How | Turn]]] = {
    "command": _in_command,
    "test_command": _in_test,
    "case_statement": _in_case,
    "heredoc_redirect": in_document,
    "variable_assignment": _in_assignment,
    "for_statement": _in_loop,
    "expansion": _in_expansion,
    "file_redirect": _in_redirect,
    "herestring_redirect": _in_statement,
    "process_substitution": _in_statement,
}
