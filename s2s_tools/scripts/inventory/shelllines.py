"""Which lines of a shell text are code, comment, or data that no one may touch."""

from __future__ import annotations

import re
from enum import Enum
from functools import lru_cache
from typing import NamedTuple


class Kind(Enum):
    """What a line is where it begins."""

    CODE = "code"
    COMMENT = "comment"
    DATA = "data"


class Line(NamedTuple):
    """One line that says something.

    CODE and COMMENT are without the spaces around them where those mean nothing,
    DATA (inside a here-document, a string, a continued line) is byte by byte.
    """

    kind: Kind
    text: bytes


@lru_cache(maxsize=8)  # one canonical is compared with many copies
def read(data: bytes) -> tuple[Line, ...] | None:
    """The lines of a script without the blank ones.

    None where the text cannot be followed with certainty: a quote that is never
    closed, or one of the constructs that need a whole parser.
    """
    reader = _Reader(data)
    try:
        reader.run()
    except _LostError:
        return None
    texts = data.split(b"\n")
    fresh = [*reader.fresh, True]
    lines = (
        _line(text, index, fresh=fresh[index], closed=fresh[index + 1])
        for index, text in enumerate(texts)
    )
    return tuple(line for line in lines if line.text or line.kind is Kind.DATA)


def _line(text: bytes, index: int, *, fresh: bool, closed: bool) -> Line:
    if not fresh:
        return Line(Kind.DATA, text)
    bare = text.lstrip(b" \t")
    if closed and not bare.rstrip(b" \t").endswith(b"\\"):
        bare = bare.rstrip(b" \t")
    if bare.startswith(b"#") and not (index == 0 and text.startswith(b"#!")):
        return Line(Kind.COMMENT, bare)
    return Line(Kind.CODE, bare)


class _LostError(Exception):
    """The reader no longer knows where it is."""


class _Pending(NamedTuple):
    """A here-document whose body begins after the line."""

    end: bytes
    tabs: bool  # <<- : tabs before the end word are dropped
    literal: bool  # a quoted end word: no backslash joins lines


_CODE = re.compile(rb"[\\'\"`$#<()\n]")
_NESTED = re.compile(rb"[\\'\"`$#<()\n]|\bcase\b")
_STRING = re.compile(rb"[\\\"`$\n]")
_BRACE = re.compile(rb"[\\'\"`$}\n]")
_BACKTICKS = re.compile(rb"`(?:[^`\\\n]|\\[^\n])*`")
_ANSI = re.compile(rb"\$'(?:[^'\\]|\\.)*'", re.DOTALL)
_HERE = re.compile(
    rb"<<(-?)[ \t]*((?:'[^'\n]*'|\"[^\"\\`$\n]*\"|\\[^\n]|[^\s;&|<>()'\"\\`])+)"
)
_BREAKS = (b" ", b"\t", b"\n", b";", b"&", b"|", b"(", b")", b"<", b">")


class _Reader:
    """Walks through a script and notes for each line whether it begins at rest.

    `fresh` has one entry for each line: true where the line begins outside of
    every string, substitution, here-document and continued line.
    """

    def __init__(self, data: bytes) -> None:
        self.data = data
        self.at = 0
        self.fresh = [True]
        self.open: list[bytes] = []  # each of: `"`, `(` for $( or (, `{` for ${
        self.pending: list[_Pending] = []

    def run(self) -> None:
        """Walk to the end; raises _LostError."""
        while (found := self._specials().search(self.data, self.at)) is not None:
            self.at = found.start()
            self._take(found.group())
        if self.open or self.pending:
            raise _LostError

    def _specials(self) -> re.Pattern[bytes]:
        if not self.open:
            return _CODE
        return {b'"': _STRING, b"{": _BRACE, b"(": _NESTED}[self.open[-1]]

    def _take(self, what: bytes) -> None:
        if what == b"\n":
            self._newline()
        elif what == b"\\":
            self._skip(2)
        elif what == b"`":
            self._match(_BACKTICKS)
        elif what == b"$":
            self._dollar()
        elif what == b'"':
            self._quote()
        elif what == b"'":
            self._apostrophe()
        elif what == b"}":
            self.open.pop()
            self.at += 1
        else:
            self._code(what)

    def _code(self, what: bytes) -> None:
        """What only means something outside of strings."""
        if what == b"#":
            self._hash()
        elif what == b"<":
            self._less()
        elif what == b"(":
            self._paren()
        elif what == b")":
            if self.open:
                self.open.pop()
            self.at += 1
        else:  # `case` inside $( ): its patterns close nothing
            raise _LostError

    def _newline(self) -> None:
        if self.pending and self.open and self.open[-1] != b"(":
            raise _LostError
        self.at += 1
        for pending in self.pending:
            self._body(pending)
        self.pending.clear()
        self.fresh.append(not self.open)

    def _body(self, pending: _Pending) -> None:
        joined = False
        while self.at < len(self.data):
            end = self.data.find(b"\n", self.at)
            end = len(self.data) if end < 0 else end
            line = self.data[self.at : end]
            self.fresh.append(False)
            self.at = min(end + 1, len(self.data))
            word = line.lstrip(b"\t") if pending.tabs else line
            if word == pending.end and not joined:
                return self._after_body(end)
            slashes = len(line) - len(line.rstrip(b"\\"))
            joined = not pending.literal and slashes % 2 == 1
        raise _LostError

    def _after_body(self, end: int) -> None:
        """At the very end of a text no newline follows the end word."""
        if end == len(self.data):
            self.fresh.pop()

    def _dollar(self) -> None:
        after = self.data[self.at + 1 : self.at + 3]
        in_string = bool(self.open) and self.open[-1] == b'"'
        if after == b"((":
            self.at += 1
            self._arithmetic()
        elif after[:1] in (b"(", b"{"):
            self.open.append(after[:1])
            self.at += 2
        elif after[:1] == b"[":
            raise _LostError
        elif after[:1] == b"'" and not in_string:
            self._match(_ANSI)
        elif after[:1] in (b"$", b"#", b"!", b"?", b"*", b"@", b"-"):
            self.at += 2
        else:
            self.at += 1

    def _quote(self) -> None:
        if self.open and self.open[-1] == b'"':
            self.open.pop()
        else:
            self.open.append(b'"')
        self.at += 1

    def _apostrophe(self) -> None:
        if b'"' in self.open and self.open[-1] == b"{":
            raise _LostError  # shells disagree on '...' in "${x#'...'}"
        end = self.data.find(b"'", self.at + 1)
        if end < 0:
            raise _LostError
        self._skip(end + 1 - self.at)

    def _hash(self) -> None:
        before = self.at - 1
        while self.data[before - 1 : before + 1] == b"\\\n" and before > 0:
            before -= 2
        if before >= 0 and self.data[before : before + 1] not in _BREAKS:
            self.at += 1
            return
        end = self.data.find(b"\n", self.at)
        self.at = len(self.data) if end < 0 else end

    def _less(self) -> None:
        if self.data.startswith(b"<<<", self.at):
            self.at += 3
        elif self.data.startswith(b"<<", self.at):
            self._here()
        else:
            self.at += 1

    def _here(self) -> None:
        found = _HERE.match(self.data, self.at)
        if found is None:
            raise _LostError
        word = found.group(2)
        bare = re.sub(rb"'([^']*)'|\"([^\"]*)\"|\\(.)", rb"\1\2\3", word)
        self.pending.append(_Pending(bare, found.group(1) == b"-", bare != word))
        self.at = found.end()

    def _paren(self) -> None:
        before = self.data[self.at - 1 : self.at] if self.at else b""
        if self.data.startswith(b"((", self.at) and (not before or before in _BREAKS):
            self._arithmetic()
            return
        if self.open:
            self.open.append(b"(")
        self.at += 1

    def _arithmetic(self) -> None:
        """Skip `((...))`, which must end on the line where it begins."""
        end = self.data.find(b"\n", self.at)
        text = self.data[self.at : end if end >= 0 else len(self.data)]
        depth = 0
        for index, character in enumerate(text):
            depth += {40: 1, 41: -1}.get(character, 0)
            if depth == 0 and text[index - 1 : index + 1] == b"))":
                self.at += index + 1
                return
            if depth == 0:
                break
        raise _LostError

    def _match(self, pattern: re.Pattern[bytes]) -> None:
        found = pattern.match(self.data, self.at)
        if found is None:
            raise _LostError
        self._skip(found.end() - self.at)

    def _skip(self, length: int) -> None:
        """Go on by `length`; the lines that begin on the way are data."""
        passed = self.data.count(b"\n", self.at, self.at + length)
        if passed and self.pending:
            raise _LostError
        self.fresh += [False] * passed
        self.at += length
