"""What kind of difference is between two versions of a script."""

from __future__ import annotations

from typing import NamedTuple, TypeAlias

from s2s_tools.scripts.inventory import shelllines

EOL, WHITESPACE, COMMENTS = "eol", "whitespace", "comments"

_LARGE = 4_000_000  # pairs of lines: above, lines are counted and not aligned

_Text: TypeAlias = tuple[shelllines.Line, ...] | None


class Lines(NamedTuple):
    """How many lines a version has that another has not, and the reverse."""

    added: int
    removed: int


def difference(canonical: bytes, copy: bytes, *, shell: bool = True) -> str:
    """The class of a harmless-looking difference, "" for any other or none.

    "eol": only line endings differ, or the newline at the end. "whitespace":
    only indentation, blank lines, spaces at the ends of lines. "comments": lines
    that are only a comment, too. A here-document and a string over several lines
    are data, in which nothing is overlooked; neither is the `#!` line. Where the
    text cannot be followed with certainty the answer is "".
    """
    if canonical == copy or b"\0" in canonical or b"\0" in copy:
        return ""
    if _unify(canonical) == _unify(copy):
        return EOL
    if not shell or _squeeze(canonical) != _squeeze(copy):
        return ""
    return _compare(shelllines.read(canonical), shelllines.read(copy))


def compare_lines(canonical: bytes, version: bytes) -> Lines:
    """The lines that `version` has more and less than `canonical`."""
    old, new = canonical.splitlines(), version.splitlines()
    start = 0
    while start < min(len(old), len(new)) and old[start] == new[start]:
        start += 1
    end = 0
    most = min(len(old), len(new)) - start
    while end < most and old[-1 - end] == new[-1 - end]:
        end += 1
    old, new = old[start : len(old) - end], new[start : len(new) - end]
    same = _common(old, new)
    return Lines(len(new) - same, len(old) - same)


def _common(old: list[bytes], new: list[bytes]) -> int:
    """How many lines both have, in order where that can be told in time."""
    if not old or not new:
        return 0
    if len(old) * len(new) > _LARGE:
        from collections import Counter

        return (Counter(old) & Counter(new)).total()
    from difflib import SequenceMatcher

    matcher = SequenceMatcher(None, old, new, autojunk=False)
    return sum(block.size for block in matcher.get_matching_blocks())


def _compare(canonical: _Text, copy: _Text) -> str:
    if canonical is None or copy is None:
        return ""
    if canonical == copy:
        return WHITESPACE
    return COMMENTS if _spoken(canonical) == _spoken(copy) else ""


def _spoken(lines: tuple[shelllines.Line, ...]) -> list[shelllines.Line]:
    return [line for line in lines if line.kind is not shelllines.Kind.COMMENT]


def _unify(data: bytes) -> bytes:
    return data.replace(b"\r\n", b"\n").removesuffix(b"\n")


def _squeeze(data: bytes) -> bytes:
    """Less than any reading keeps: a cheap first look that rules most pairs out."""
    lines = (line.lstrip() for line in data.split(b"\n"))
    text = b"".join(line for line in lines if not line.startswith(b"#"))
    return text.translate(None, b" \t\r\n\f\v")
