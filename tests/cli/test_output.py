"""Human output is safe, aligned and never waits for nobody."""

from __future__ import annotations

import io
import os

import pytest
from hypothesis import given
from hypothesis import strategies as st

from s2s_tools import errors
from s2s_tools.cli import output


@given(st.binary())
def test_safe_text_is_always_printable(raw: bytes) -> None:
    assert output.safe(raw).isprintable()


@given(st.text().filter(str.isprintable))
def test_printable_text_stays_as_it_is(text: str) -> None:
    assert output.safe(text) == text


@pytest.mark.parametrize(
    ("raw", "shown"),
    [
        (b"\x1b]52;c;aGk=\x07", r"\x1b]52;c;aGk=\x07"),
        (b"a\nb\rc", r"a\nb\rc"),
        (b"bad\xff.sh", r"bad\xff.sh"),
        ("\u202egpj.sh".encode(), r"\u202egpj.sh"),
        ("\x9b31m".encode(), r"\x9b31m"),
    ],
    ids=["osc 52", "newline", "not utf-8", "bidi", "c1"],
)
def test_what_commands_a_terminal_is_escaped(raw: bytes, shown: str) -> None:
    assert output.safe(raw) == shown
    assert output.safe(os.fsdecode(raw)) == shown


@given(
    st.lists(st.tuples(st.text(max_size=200), st.integers()), max_size=6),
    st.integers(min_value=40, max_value=120),
)
def test_a_table_is_never_wider_than_asked(
    rows: list[tuple[str, int]], width: int
) -> None:
    lines = output.table(["name", "number"], rows, right=[1], width=width)

    assert len(lines) == len(rows) + 1
    assert all(len(line) <= width for line in lines)


def test_numbers_stand_flush_right() -> None:
    lines = output.table(["name", "n"], [("a", 5), ("b", 123)], right=[1])

    assert lines == ["name    n", "a       5", "b     123"]


def test_without_a_terminal_and_without_yes_nothing_waits(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO())

    with pytest.raises(errors.UsageFault, match="--yes"):
        output.confirm("go on", yes=False)
    output.confirm("go on", yes=True)
