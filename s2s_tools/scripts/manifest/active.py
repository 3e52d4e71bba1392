"""The text of a shell script that its shell acts on: no comments, no quoted data."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

_STOP: Final = re.compile(
    r"""\\.|\$'|\$\(\(|\$\(|\$\{|<<<|<<-?|['"`#\n(){}]""", re.DOTALL
)
_WORD: Final = re.compile(r"""[ \t]*((?:\\.|'[^'\n]*'|"[^"\n]*"|[^\s;&|()<>'"\\])+)""")
_SINGLE: Final = re.compile(r"[^']*'")
_DOLLAR_SINGLE: Final = re.compile(r"(?:[^'\\]|\\.)*'", re.DOTALL)
_AWK: Final = re.compile(r"\b[gmn]?awk\b[^\n;|&]*$")
_INDIRECT: Final = re.compile(r"\b(?:eval|trap)\b")
_NO_NEWLINE: Final = re.compile(r"[^\n]")
_BEFORE_COMMENT: Final = frozenset(" \t\n;&|()")


def text(script: str) -> str:
    """`script` with what is only data blanked out, line for line.

    Blanked: comments, bodies of quoted heredocs, programs of awk in single quotes
    and escaped characters. A script that this reading cannot follow to its end
    comes back whole: whoever searches it finds too much, never too little.
    """
    reading = _Reading(script)
    if not reading.to_the_end():
        return script
    return "".join(_pieces(script, reading.blanks))


def _pieces(script: str, blanks: list[tuple[int, int]]) -> Iterator[str]:
    at = 0
    for start, end in blanks:
        yield script[at:start]
        yield _NO_NEWLINE.sub(" ", script[start:end])
        at = end
    yield script[at:]


class _Reading:
    """One pass over a script; `stack` says what the next character stands in.

    "(" code inside parentheses, "`" inside backquotes, '"' inside double quotes,
    "{" inside ${...}, "+" inside $((...)), "-" in parentheses of that; empty at
    the top.
    """

    def __init__(self, script: str) -> None:
        self.script = script
        self.blanks: list[tuple[int, int]] = []  # in order, none over another
        self.stack: list[str] = []
        self.at = 0
        self.waiting: list[tuple[str, bool, bool]] = []
        self.indirect = _INDIRECT.search(script) is not None
        self.lost = False

    def to_the_end(self) -> bool:
        """Read everything; False where the script could not be followed."""
        while not self.lost and (found := _STOP.search(self.script, self.at)):
            self.at = found.end()
            self._step(found[0], found.start())
        return not (self.lost or self.stack or self.waiting)

    def _step(self, token: str, start: int) -> None:
        top = self.stack[-1] if self.stack else ""
        if token[0] == "\\":
            if not self.indirect:
                self._blank(start, self.at)
        elif token in ("$(", "${", "$(("):
            self.stack.append({"$(": "(", "${": "{", "$((": "+"}[token])
        elif token == '"':
            self._toggle('"', top)
        elif token == "`":
            self._backquote(top)
        elif top == "{" and token == "}":
            self.stack.pop()
        elif top in ("+", "-") and token in "()":
            self._arithmetic(token, top)
        elif top in ("", "(", "`"):
            self._code(token, start)

    def _code(self, token: str, start: int) -> None:
        """A token where commands stand."""
        if token in ("'", "$'"):
            self._single(token, start)
        elif token == "#":
            self._comment(start)
        elif token == "\n":
            self._bodies()
        elif token in ("<<", "<<-"):
            self._heredoc(stripped=token == "<<-")
        elif token == "(":
            self.stack.append("(")
        elif token == ")" and self.stack and self.stack[-1] == "(":
            self.stack.pop()

    def _toggle(self, quote: str, top: str) -> None:
        if top == quote:
            self.stack.pop()
        else:
            self.stack.append(quote)

    def _backquote(self, top: str) -> None:
        if "`" in self.stack and top != "`":
            self.lost = True  # something inside the backquotes is still open
        else:
            self._toggle("`", top)

    def _arithmetic(self, token: str, top: str) -> None:
        if token == "(":
            self.stack.append("-")
        elif top == "-":
            self.stack.pop()
        elif self.script.startswith(")", self.at):
            self.at += 1
            self.stack.pop()
        else:
            self.lost = True

    def _single(self, token: str, start: int) -> None:
        pattern = _SINGLE if token == "'" else _DOLLAR_SINGLE
        found = pattern.match(self.script, self.at)
        if found is None:
            self.lost = True
            return
        self.at = found.end()
        line = self.script[self.script.rfind("\n", 0, start) + 1 : start]
        if _AWK.search(line):
            self._blank(start, self.at)

    def _comment(self, start: int) -> None:
        if start and self.script[start - 1] not in _BEFORE_COMMENT:
            return
        end = self.script.find("\n", start)
        self.at = len(self.script) if end < 0 else end
        self._blank(start, self.at)

    def _heredoc(self, *, stripped: bool) -> None:
        found = _WORD.match(self.script, self.at)
        if found is None:
            self.lost = True
            return
        self.at = found.end()
        word = found[1]
        quoted = any(c in word for c in "'\"\\")
        plain = re.sub(r"""['"\\]""", "", word)
        self.waiting.append((plain, quoted, stripped))

    def _bodies(self) -> None:
        """At a line's end: skip the heredocs that began on it."""
        for word, quoted, stripped in self.waiting:
            tabs = "\t*" if stripped else ""
            end = re.compile(f"^{tabs}{re.escape(word)}$", re.MULTILINE)
            found = end.search(self.script, self.at)
            if found is None:
                self.lost = True
                return
            if quoted:
                self._blank(self.at, found.start())
            self.at = min(found.end() + 1, len(self.script))
        self.waiting = []

    def _blank(self, start: int, end: int) -> None:
        self.blanks.append((start, end))
