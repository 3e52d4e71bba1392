"""What people and programs read: safe text, tables, one JSON document."""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Iterable, Sequence
from typing import Any

import click

from s2s_tools import errors


def safe(text: str | bytes) -> str:
    """Text that cannot command a terminal: what is not printable is escaped.

    Covers control characters, escape sequences, bidirectional marks and bytes
    that are not UTF-8.
    """
    if isinstance(text, bytes):
        text = text.decode("utf-8", "surrogateescape")
    if text.isprintable():
        return text
    return "".join(c if c.isprintable() else _escape(c) for c in text)


def emit(document: Any, lines: Iterable[str], *, as_json: bool) -> None:
    """Print the answer: one JSON document, or the lines for people."""
    if as_json:
        import json

        click.echo(json.dumps(document, indent=None, ensure_ascii=True))
        return
    for line in lines:
        click.echo(line)


def note(text: str) -> None:
    """Say something beside the answer, on stderr."""
    click.echo(safe(text), err=True)


def give_up_stdout() -> None:
    """Stop writing to a stdout that takes no more; what it still holds is lost."""
    # Else the interpreter fails once more when it flushes at its end.
    with contextlib.suppress(OSError, ValueError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def table(
    headers: Sequence[str],
    rows: Iterable[Sequence[object]],
    *,
    right: Iterable[int] = (),
    width: int | None = None,
) -> list[str]:
    """Lines of an aligned table; columns in `right` are set flush right.

    Every cell is made safe. Where the table would be wider than `width`
    (default: the terminal) its widest column is cut in the middle.
    """
    cells = [[safe(str(cell)) for cell in row] for row in rows]
    columns = [max(map(len, column)) for column in zip(headers, *cells, strict=True)]
    limit = (width or terminal_width()) - 2 * (len(columns) - 1)
    while sum(columns) > limit and max(columns) > 8:
        widest = columns.index(max(columns))
        columns[widest] = max(8, columns[widest] - (sum(columns) - limit))
    flush_right = frozenset(right)
    return [
        "  ".join(
            _cell(text, columns[i], flush_right=i in flush_right)
            for i, text in enumerate(row)
        ).rstrip()
        for row in [list(headers), *cells]
    ]


def terminal_width() -> int:
    """Columns of the terminal, 80 where there is none."""
    import shutil

    return max(40, shutil.get_terminal_size((80, 24)).columns)


def wrapped(text: str, *, indent: str = "") -> list[str]:
    """The text, made safe, in lines that fit the terminal."""
    import textwrap

    return textwrap.wrap(
        safe(text),
        terminal_width(),
        initial_indent=indent,
        subsequent_indent=indent + "  ",
        break_long_words=False,
        break_on_hyphens=False,
    )


def count(number: int, one: str, many: str = "") -> str:
    """ "1 script", "2 scripts"."""
    return f"{number} {one if number == 1 else many or one + 's'}"


def confirm(question: str, *, yes: bool) -> None:
    """Ask before a change.

    Raises errors.UsageFault where nobody can be asked and --yes was not given,
    errors.S2SError where the answer is no.
    """
    if yes:
        return
    if not sys.stdin.isatty():
        raise errors.UsageFault("nobody can be asked here; pass --yes to go on")
    if not click.confirm(question, err=True):
        raise errors.S2SError("nothing was changed")


def _cell(text: str, width: int, *, flush_right: bool) -> str:
    if len(text) > width:
        head = (width - 1) // 2
        text = text[:head] + "…" + text[len(text) - (width - 1 - head) :]
    return text.rjust(width) if flush_right else text.ljust(width)


def _escape(character: str) -> str:
    code = ord(character)
    if 0xDC80 <= code <= 0xDCFF:  # a byte that was not UTF-8
        return f"\\x{code - 0xDC00:02x}"
    return character.encode("unicode_escape").decode("ascii")
