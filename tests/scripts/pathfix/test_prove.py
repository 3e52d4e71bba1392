"""The proof refuses every rewriting that would change a script."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from s2s_tools.scripts.pathfix import prove
from s2s_tools.scripts.pathfix.model import Edit, Fixed, Occurrence, Place, Verdict
from s2s_tools.scripts.syntax.preamble import Preamble

OLD = b"/old/p"
PLACE = Place(OLD, b"S2S_ROOT")


def wrong(data: bytes, text: bytes, verdict: Verdict = Verdict.AUTO) -> Fixed:
    """The edit of the path in `data` to `text`, whatever the rules say."""
    start = data.index(OLD)
    end = start + len(OLD)
    found = Occurrence(1, start, end, PLACE, "planted", verdict)
    return Fixed(data=data, occurrences=(found,), edits=(Edit(start, end, text),))


@pytest.mark.parametrize(
    ("data", "text"),
    [
        (b"cd /old/p/x\n", b"${S2S_ROOT}"),  # splits
        (b"cd '/old/p'\n", b"${S2S_ROOT}"),  # is not expanded
        (b'cd "/old/p"\n', b'"${S2S_ROOT}"'),  # leaves the quotes
        (b"cd /old/p/*\n", b'"${S2S_ROOT}/x"'),  # another path
        (b'cd "/old/p"\n', b"$S2S_ROOTS"),  # another variable
        (b'cd "/old/p"\n', b"${S2S_ROOT:-/x}"),  # has a default
        (b'x="${y#/old/p}"\n', b"${S2S_ROOT}"),  # a pattern
        (b"[[ $x == /old/p/* ]]\n", b"${S2S_ROOT}"),  # a pattern
        (b"cat <<EOF\n/old/p\nEOF\n", b'"${S2S_ROOT}"'),  # quotes are text
        (b"cat <<'EOF'\n/old/p\nEOF\n", b"${S2S_ROOT}"),  # is not expanded
        (b'cd "/old/p"\n', b'${S2S_ROOT}"; rm -rf "x'),  # another command
        (b'cd "/old/p"\n', b"${S2S_ROOT"),  # no shell
        (b"x=a,/old/p,{b,c}\n", b'"${S2S_ROOT},"'),
    ],
)
def test_a_wrong_edit_is_not_proved(data: bytes, text: bytes) -> None:
    assert prove.prove(wrong(data, text)).failure


def test_what_splits_under_odd_roots_is_proved_only_where_the_script_checks() -> None:
    data, text = b": ${x:=/old/p}\n", b'"${S2S_ROOT}"'

    assert "other roots" in prove.prove(wrong(data, text)).failure
    assert prove.prove(wrong(data, text, Verdict.CHECKED)).failure == ""


def test_words_that_would_run_commands_are_never_evaluated(tmp_path: Path) -> None:
    data = f'x="$(touch {tmp_path}/a; echo >{tmp_path}/b)/old/p:/old/p"\n'.encode()
    start = data.rindex(OLD)
    fixed = Fixed(
        data=data,
        occurrences=(Occurrence(1, start, start + 6, PLACE, "planted", Verdict.AUTO),),
        edits=(Edit(start, start + 6, b"${S2S_ROOT}"),),
    )

    proof = prove.prove(fixed)

    assert (proof.words, proof.unevaluated, proof.failure) == (0, 1, "")
    assert os.listdir(tmp_path) == []


def test_the_preamble_is_part_of_the_proof() -> None:
    good = wrong(b'#!/bin/sh\n# head\ncd "/old/p"\n', b"${S2S_ROOT}")
    bad = wrong(b"#!/bin/sh\n# head\ncd /old/p\n", b"${S2S_ROOT}")

    assert prove.prove(good, Preamble()).failure == ""
    assert prove.prove(bad, Preamble()).failure


@pytest.mark.parametrize("word", ["$$", "$RANDOM", "${SECONDS}", "$EPOCHREALTIME"])
def test_what_is_another_value_each_time_is_left_to_the_parsers(word: str) -> None:
    proof = prove.prove(wrong(f'x="/old/p/{word}"\n'.encode(), b"${S2S_ROOT}"))

    assert (proof.words, proof.unevaluated, proof.failure) == (0, 1, "")
