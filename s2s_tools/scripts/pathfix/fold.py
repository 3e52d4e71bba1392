"""Compares two readings of a script, one variable folded back to the old path."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any, Final, TypeAlias

# shfmt's tree as JSON: dict[str, Any], as everywhere in it.
Json: TypeAlias = dict[str, Any]

_PLACE: Final = frozenset({"Offset", "Line", "Col"})
_LIVE: Final = frozenset("*?[]{},~! \t\n")
_REGEX: Final = frozenset(".*+?()[]{}|^$\\")
_ANSI: Final = re.compile(
    r"\\(?:x[0-9a-fA-F]{1,2}|[0-7]{1,3}|[uU][0-9a-fA-F]{1,8}|c.|.)|.", re.DOTALL
)
_SIMPLE: Final = frozenset({"Type", "Param", "Short"})


class Folder:
    """Reads a tree without places and quotes; `values` fold variables to text."""

    def __init__(self, values: Mapping[str, str]) -> None:
        self._values = values

    def statements(self, tree: Json) -> list[Any]:
        """The top statements, in a form that equal scripts have equal."""
        return [self._read(statement) for statement in tree.get("Stmts", [])]

    def _read(self, value: Any) -> Any:
        if isinstance(value, list):
            return tuple(self._read(item) for item in value)
        if not isinstance(value, dict):
            return value
        if "Parts" in value and value.get("Type", "Word") == "Word":
            return ("word", *self._characters(value["Parts"], quoted=False))
        if value.get("Op") == "=~":
            return ("=~", self._read(value["X"]), *self._expression(value["Y"]))
        rest = tuple(
            (key, self._heredoc(item) if key == "Hdoc" else self._read(item))
            for key, item in sorted(value.items())
            if key != "Comments" and not _is_place(item)
        )
        return rest

    def _expression(self, word: Json) -> Iterator[Any]:
        """A regular expression, in which more characters are live."""
        for part in word.get("Parts", []):
            if part.get("Type") == "Lit":
                yield from (
                    ("live", c) if c in _REGEX else c for c in part.get("Value", "")
                )
            else:
                yield from self._characters([part], quoted=False)

    def _heredoc(self, word: Json) -> Any:
        return ("heredoc", *self._characters(word.get("Parts", []), quoted=True))

    def _characters(self, parts: list[Json], *, quoted: bool) -> Iterator[Any]:
        """A word as its characters: live ones marked where nothing quotes them."""
        for part in parts:
            kind = part.get("Type")
            if kind == "Lit":
                yield from _literal(part.get("Value", ""), quoted=quoted)
            elif kind == "SglQuoted":
                yield from self._single(part)
            elif kind == "DblQuoted":
                if part.get("Dollar") is True:
                    yield ("translated",)
                yield from self._characters(part.get("Parts", []), quoted=True)
            else:
                yield from self._other(part, quoted=quoted)

    def _single(self, part: Json) -> Iterator[Any]:
        if "Dollar" in part and part["Dollar"] is True:
            for match in _ANSI.finditer(part.get("Value", "")):
                yield ("ansi", match[0]) if match[0][0] == "\\" else match[0]
        else:
            yield from part.get("Value", "")

    def _other(self, part: Json, *, quoted: bool) -> Iterator[Any]:
        name = part.get("Param", {}).get("Value")
        if part.get("Type") == "ParamExp" and name in self._values and _is_plain(part):
            if not quoted:
                yield ("unquoted", name)
            yield from self._values[name]
            return
        yield (quoted, self._read_expansion(part, quoted=quoted))

    def _read_expansion(self, part: Json, *, quoted: bool) -> Any:
        """An expansion; its default inside quotes is quoted as well."""
        default = part.get("Exp", {})
        operator = default.get("Op", "")
        if quoted and operator.strip(":") in {"-", "=", "+", "?"} and "Word" in default:
            text = tuple(self._characters(default["Word"]["Parts"], quoted=True))
            bare = {**part, "Exp": {"Op": operator}}
            return (self._read(bare), text)
        return self._read(part)


def _literal(text: str, *, quoted: bool) -> Iterator[Any]:
    """A literal's characters; backslashes are part of shfmt's value."""
    at = 0
    while at < len(text):
        character = text[at]
        if character == "\\" and at + 1 < len(text):
            yield from _escaped(text[at + 1], quoted=quoted)
            at += 2
            continue
        live = not quoted and character in _LIVE
        yield ("live", character) if live else character
        at += 1


def _escaped(character: str, *, quoted: bool) -> Iterator[Any]:
    if character == "\n":
        return
    if quoted and character not in '$`"\\':
        yield "\\"
    yield character


def _is_place(value: Any) -> bool:
    return isinstance(value, dict) and value.keys() == _PLACE


def _is_plain(part: Json) -> bool:
    """`${NAME}` or `${NAME:?}`, nothing else."""
    keys = {key for key, value in part.items() if not _is_place(value)}
    if keys <= _SIMPLE:
        return not part.get("Short")
    default = part.get("Exp", {})
    guarded = default.get("Op") == ":?" and "Word" not in default
    return guarded and keys <= {*_SIMPLE, "Exp"}
