"""Who uses each script of a tree, from all that its files say."""

from __future__ import annotations

import posixpath
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import NamedTuple

from s2s_tools.scripts.syntax import marks, mentions
from s2s_tools.scripts.syntax.facts import Facts
from s2s_tools.scripts.syntax.mention import Mention
from s2s_tools.scripts.syntax.references import Reference


class Place(NamedTuple):
    """A line of a file of the tree, and what happens there."""

    path: bytes
    line: int
    what: str

    def __str__(self) -> str:
        return f"{self.path.decode('utf-8', 'surrogateescape')}:{self.line}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Usage:
    """Where one script is sourced, called, and handed on as bytes."""

    sourced: tuple[Place, ...] = ()
    called: tuple[Place, ...] = ()
    carried: tuple[Place, ...] = ()


NONE = Usage()


def build(
    scripts: Mapping[bytes, Facts], found: Iterable[Mention] = ()
) -> dict[bytes, Usage]:
    """The usage of every script of one tree, by path.

    A reference that the text resolves counts for that one file; one whose folder
    is known only at run time counts for every file that it may mean.
    """
    index = _Index(scripts)
    sourced: dict[bytes, list[Place]] = {}
    called: dict[bytes, list[Place]] = {}
    carried: dict[bytes, list[Place]] = {}
    for origin, facts in scripts.items():
        for kind, references in (
            (sourced, facts.sources),
            (called, facts.calls),
            (carried, facts.hands_on),
        ):
            for reference in references:
                place = Place(origin, reference.line, reference.command)
                for path in index.meant(origin, reference, whole=kind is carried):
                    kind.setdefault(path, []).append(place)
    mentioned = tuple(found)
    for path in scripts:
        for mention in mentions.carriers(mentioned, path):
            place = Place(mention.path, mention.line, mention.how.value)
            carried.setdefault(path, []).append(place)
    return {
        path: Usage(
            sourced=_in_order(sourced.get(path, ())),
            called=_in_order(called.get(path, ())),
            carried=_in_order(carried.get(path, ())),
        )
        for path in scripts
    }


def merge(usages: Iterable[Usage]) -> Usage:
    """What several trees say of the same script."""
    held = tuple(usages)
    return Usage(
        sourced=_in_order(place for usage in held for place in usage.sourced),
        called=_in_order(place for usage in held for place in usage.called),
        carried=_in_order(place for usage in held for place in usage.carried),
    )


class _Index:
    """The scripts by name, for references whose folder is not written out."""

    def __init__(self, paths: Iterable[bytes]) -> None:
        self._by_name: dict[bytes, list[bytes]] = {}
        for path in paths:
            name = posixpath.basename(path).lower()
            self._by_name.setdefault(name, []).append(path)

    def meant(
        self, origin: bytes, reference: Reference, *, whole: bool
    ) -> Iterator[bytes]:
        """The other scripts that a reference may mean; `whole`: folders count too."""
        exact = marks.resolved(reference.path, origin)
        if exact is not None:
            candidates = self._all() if whole else self._named(exact)
            for path in candidates:
                inside = whole and mentions.covers(exact, path) and exact != b"."
                if path != origin and (inside or path.lower() == exact.lower()):
                    yield path
            return
        known = _known_part(reference.path)
        if not known:
            return
        candidates = self._all() if b"*" in known else self._named(known)
        for path in candidates:
            if path != origin and (_ends(path, known) or _ends(known, path)):
                yield path

    def _all(self) -> Iterator[bytes]:
        for paths in self._by_name.values():
            yield from paths

    def _named(self, path: bytes) -> list[bytes]:
        return self._by_name.get(posixpath.basename(path).lower(), [])


def _known_part(value: bytes) -> bytes:
    """The end of a value from which on every component is written out."""
    parts: list[bytes] = []
    for part in reversed(value.split(b"/")):
        unknown = any(mark in part for mark in (marks.UNKNOWN, marks.HERE, marks.SELF))
        if unknown or part in {b"..", b"~"}:
            break
        if part not in {b"", b"."}:
            parts.insert(0, part)
    return b"/".join(parts)


def _ends(path: bytes, tail: bytes) -> bool:
    return mentions.covers(b"**/" + tail, path)


def _in_order(places: Iterable[Place]) -> tuple[Place, ...]:
    return tuple(sorted(set(places)))
