"""Takes one script from its bytes to its proved result."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Final, NamedTuple

from s2s_tools import errors
from s2s_tools.scripts.pathfix import fix, opening, prove
from s2s_tools.scripts.pathfix.model import Fixed, Occurrence, Place, Proof, Verdict
from s2s_tools.scripts.syntax import preamble

MOST_BYTES: Final = 512 << 10
_OTHER: Final = re.compile(rb"#![^\n]*\b(zsh|fish|tcsh|csh|rc|nu|elvish)\b")
_REWRITTEN: Final = frozenset({Verdict.AUTO, Verdict.CHECKED})


class Rewritten(NamedTuple):
    """A script's occurrences, its new text (None: it stays), the proof."""

    occurrences: tuple[Occurrence, ...] = ()
    result: bytes | None = None
    proof: Proof = Proof()
    problem: str = ""


def rewrite(data: bytes, places: Sequence[Place], root: bytes) -> Rewritten:
    """The script with its paths rewritten; `root` names the main tree's variable."""
    if not any(place.path in data for place in places):
        return Rewritten()
    problem = barrier(data)
    if problem:
        return Rewritten(problem=problem)
    there = preamble.find(data)
    if there is not None and there.what.root:
        places = [_renamed(place, root, there.what.root) for place in places]
        root = there.what.root
    fixed = fix.fix(data, places)
    if not fixed.edits and not fixed.inner:
        return Rewritten(fixed.occurrences, problem=fixed.barrier)
    what = _wanted(fixed, root)
    proof = _proved(fixed, what)
    if proof.failure:
        advice = f"not proved: {proof.failure}"
        left = by_hand(fixed.occurrences, advice)
        return Rewritten(left, None, proof, proof.failure)
    made = opening.opened(fix.text(fixed), what)
    return Rewritten(fixed.occurrences, made.data, proof)


def by_hand(found: Iterable[Occurrence], advice: str) -> tuple[Occurrence, ...]:
    """What would be rewritten, as a person's work."""
    return tuple(
        o._replace(verdict=Verdict.MANUAL, advice=advice)
        if o.verdict in _REWRITTEN
        else o
        for o in found
    )


def barrier(data: bytes) -> str:
    """Why a script's bytes may not be edited at all; "" where they may."""
    if len(data) > MOST_BYTES:
        return f"is larger than {MOST_BYTES >> 10} KiB"
    if b"\0" in data:
        return "is binary"
    if data.startswith(b"\xef\xbb\xbf"):
        return "begins with a byte-order mark; remove it first"
    if b"\r\n" in data:
        return "has CRLF line ends; convert the file first"
    other = _OTHER.match(data)
    if other is not None:
        return f"runs with {other[1].decode()}, which reads words in another way"
    return _encoding(data)


def _encoding(data: bytes) -> str:
    try:
        data.decode("utf-8")
    except UnicodeDecodeError as exc:
        line = data.count(b"\n", 0, exc.start) + 1
        return f"line {line} is not UTF-8; convert the file first"
    return ""


def _proved(fixed: Fixed, what: preamble.Preamble) -> Proof:
    try:
        return prove.prove(fixed, what)
    except errors.NotFound:
        raise  # a program is missing: nothing could be proved
    except errors.S2SError as exc:
        return Proof(failure=str(exc))


def _wanted(fixed: Fixed, root: bytes) -> preamble.Preamble:
    used = {o.place.variable for o in fixed.occurrences if o.verdict in _REWRITTEN}
    rooted = used & {root, preamble.TREE}
    return preamble.Preamble(
        root if rooted else b"",
        exported=fixed.exports and bool(rooted),
        checked=fixed.checked and bool(rooted),
        needs=tuple(sorted(used - {root, preamble.TREE})),
    )


def _renamed(place: Place, old: bytes, new: bytes) -> Place:
    return place._replace(variable=new) if place.variable == old else place
