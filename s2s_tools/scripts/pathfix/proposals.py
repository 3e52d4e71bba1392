"""Folders of people's homes that scripts name: proposed as prefixes, never assumed."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterable
from typing import Final, NamedTuple

from s2s_tools.scripts.pathfix import rules, words
from s2s_tools.scripts.pathfix.model import Place, Verdict
from s2s_tools.scripts.syntax import tree as trees

_HOME: Final = re.compile(rb"/(?:Users|home)/[A-Za-z0-9_.-]+")
_BELOW: Final = re.compile(rb"(?:/[A-Za-z0-9_.+-]+)*")
_FEWEST: Final = 2


class Proposal(NamedTuple):
    """A folder that could be given as --prefix, with the scripts that name it.

    `home`: it is a person's home, not a place of this repository.
    """

    path: bytes
    scripts: int
    home: bool


def propose(
    scripts: Iterable[tuple[bytes, bytes]], exists: Callable[[bytes], bool]
) -> tuple[Proposal, ...]:
    """What at least two scripts, as (path, bytes), name.

    `exists` tells whether the repository has something at a path.
    """
    named = [(path, *pair) for path, data in scripts for pair in _named(data)]
    found = {_root(home, below, exists) for _, home, below in named} - {None}
    users: dict[tuple[bytes, bool], set[bytes]] = defaultdict(set)
    for path, home, below in named:
        whole = home + below + b"/"
        root = next((r for r in found if r and whole.startswith(r + b"/")), None)
        users[root or home, root is None].add(path)
    made = [Proposal(name, len(s), home) for (name, home), s in users.items()]
    enough = [proposal for proposal in made if proposal.scripts >= _FEWEST]
    return tuple(sorted(enough, key=lambda p: (p.home, -p.scripts, p.path)))


def _named(data: bytes) -> Iterable[tuple[bytes, bytes]]:
    """The homes that a script names where a shell uses them, what stands behind."""
    names = set(_HOME.findall(data))
    if not names:
        return
    tree = trees.parse(data)
    for spot in words.find(tree, [Place(name, b"HOME") for name in sorted(names)]):
        if rules.decide(spot)[1].verdict not in {Verdict.AUTO, Verdict.CHECKED}:
            continue
        below = _BELOW.match(data, spot.end)
        yield spot.place.path, below[0] if below is not None else b""


def _root(home: bytes, below: bytes, exists: Callable[[bytes], bool]) -> bytes | None:
    """The folder that this repository would have to be for the path to be its own."""
    parts = below.split(b"/")[1:]
    for at in range(1, len(parts)):
        if exists(b"/".join(parts[at:])):
            return b"/".join([home, *parts[:at]])
    return None
