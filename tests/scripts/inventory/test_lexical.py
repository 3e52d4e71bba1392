"""The lexical screen: harmless-looking differences are named, data is data."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from s2s_tools.scripts.inventory import lexical

BASE = b"#!/bin/sh\n# about\nif true; then\n  echo hello\nfi\n"


@pytest.mark.parametrize(
    ("copy", "said"),
    [
        pytest.param(BASE.replace(b"\n", b"\r\n"), "eol", id="crlf"),
        pytest.param(BASE[:-1], "eol", id="no newline at the end"),
        pytest.param(BASE.replace(b"  echo", b"\techo"), "whitespace", id="indent"),
        pytest.param(BASE.replace(b"hello", b"hello  "), "whitespace", id="trailing"),
        pytest.param(BASE + b"\n\n", "whitespace", id="blank lines"),
        pytest.param(BASE.replace(b"about", b"more"), "comments", id="comment text"),
        pytest.param(BASE.replace(b"# about\n", b""), "comments", id="comment gone"),
        pytest.param(BASE + b"   # end", "comments", id="comment at the end"),
        pytest.param(BASE.replace(b"hello", b"world"), "", id="code"),
        pytest.param(BASE.replace(b"/bin/sh", b"/bin/bash"), "", id="the #! line"),
        pytest.param(BASE.replace(b"#!/bin/sh\n", b""), "", id="no #! line"),
        pytest.param(BASE.replace(b"hello", b"hello # x"), "", id="comment after code"),
        pytest.param(BASE.replace(b"echo hello", b"echo  hello"), "", id="inside"),
        pytest.param(BASE + b"\0", "", id="binary"),
        pytest.param(BASE, "", id="the same"),
        pytest.param(
            BASE.replace(b"about", b"x").replace(b"\n", b"\r\n"), "", id="two kinds"
        ),
    ],
)
def test_a_difference_is_named(copy: bytes, said: str) -> None:
    assert lexical.difference(BASE, copy) == said
    assert lexical.difference(copy, BASE) == said


DATA = {
    "here-document": b"cat <<EOF\n%s\nEOF\n",
    "quoted here-document": b"cat <<'EOF'\n%s\nEOF\n",
    "here-document with tabs": b"cat <<-EOF\n%s\n\tEOF\n",
    "two here-documents": b"cat <<A <<B\nA\n%s\nB\n",
    "end word after a backslash": b"cat <<EOF\nx\\\nEOF\n%s\nEOF\n",
    "single quotes": b"x='\n%s\n'\n",
    "double quotes": b'x="\n%s\n"\n',
    "ansi quotes": b"x=$'it\\'s\n%s\n'\n",
    "a substitution in quotes": b'x="$(echo "a")\n%s\n"\n',
    "a here-document in a substitution": b"x=$(cat <<EOF\n%s\nEOF\n)\n",
    "a brace in quotes": b'x="${y:-\n%s\n}"\n',
    "after an escaped quote": b'x="\\"\n%s\n"\n',
    "after a comment with a quote": b"# don't\nx='\n%s\n'\n",
    "a continued line": b"echo a \\\n%s\n",
    "after a herestring": b"cat <<< x\ny='\n%s\n'\n",
    "after arithmetic with a shift": b"((y = 1 << 2))\nx='\n%s\n'\n",
    "after a parameter with #": b"echo ${#y} $#\nx='\n%s\n'\n",
    "after a word with #": b"echo a#'b\n%s\n'\n",
}


@pytest.mark.parametrize("shape", DATA.values(), ids=DATA)
@pytest.mark.parametrize(
    ("one", "other"), [(b"# a", b"# b"), (b"a", b" a"), (b"# a\n", b"")]
)
def test_nothing_is_overlooked_in_data(shape: bytes, one: bytes, other: bytes) -> None:
    assert lexical.difference(shape % one, shape % other) == ""


@pytest.mark.parametrize("shape", DATA.values(), ids=DATA)
def test_comments_outside_of_data_are_still_seen(shape: bytes) -> None:
    text = shape % b"# a"

    assert lexical.difference(text, text + b"# more\n") == "comments"


@pytest.mark.parametrize(
    "text",
    [
        pytest.param(b"echo 'never closed\n", id="open quote"),
        pytest.param(b'echo "never closed\n', id="open double quote"),
        pytest.param(b"cat <<EOF\nnever ended\n", id="open here-document"),
        pytest.param(b"x=$(case y in a) echo;; esac)\n", id="case in substitution"),
        pytest.param(b"x=`echo \\\n y`\n", id="backticks over lines"),
        pytest.param(b"echo \"${x#'a'}\"\n", id="quotes in a brace in quotes"),
        pytest.param(b"echo $[1<<2]\n", id="old arithmetic"),
    ],
)
def test_a_text_that_cannot_be_followed_has_no_class(text: bytes) -> None:
    assert lexical.difference(text, b"# new\n" + text) == ""


def test_a_trailing_space_after_a_backslash_is_not_white_space() -> None:
    assert lexical.difference(b"echo a \\\nb\n", b"echo a \\ \nb\n") == ""


def test_other_languages_have_line_ends_only() -> None:
    copy = BASE.replace(b"about", b"more")

    assert lexical.difference(BASE, copy, shell=False) == ""
    assert lexical.difference(BASE, BASE[:-1], shell=False) == "eol"


PIECES = st.lists(
    st.sampled_from([*b"'\"`$#<>(){}\\\n \tEa-=", 13, 0]), max_size=30
).map(bytes)


@given(PIECES, PIECES)
def test_no_text_is_too_odd_to_compare(one: bytes, other: bytes) -> None:
    assert lexical.difference(one, other) == lexical.difference(other, one)


@given(PIECES)
def test_a_text_differs_from_itself_in_nothing(text: bytes) -> None:
    assert lexical.difference(text, text) == ""


@pytest.mark.parametrize(
    ("version", "added", "removed"),
    [
        (b"a\nb\nc\n", 0, 0),
        (b"a\nB\nc\n", 1, 1),
        (b"a\nc\n", 0, 1),
        (b"a\nb\nx\ny\nc\n", 2, 0),
        (b"", 0, 3),
        (b"c\na\nb\n", 1, 1),
    ],
)
def test_lines_are_counted(version: bytes, added: int, removed: int) -> None:
    assert lexical.compare_lines(b"a\nb\nc\n", version) == (added, removed)


def test_huge_texts_are_counted_in_time() -> None:
    old = b"".join(b"%d\n" % n for n in range(60_000))
    new = b"".join(b"%d\n" % n for n in range(60_000, 0, -1))

    assert lexical.compare_lines(old, new) == (1, 1)
