"""Turns the listings of worktrees into files and into groups of identical ones."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from itertools import repeat

from s2s_tools.model import Repository
from s2s_tools.scripts.inventory import listing as columns
from s2s_tools.scripts.inventory.model import File, Group, Groups, Same
from s2s_tools.scripts.inventory.survey import Survey

_EMPTY = bytes(4)  # of a key: a size of nothing


def files(seen: Survey) -> tuple[File, ...]:
    """A record for each script, by worktree and path."""
    hexes: dict[bytes, str] = {}
    found: list[File] = []
    for tree, listing in zip(seen.worktrees, seen.listings, strict=True):
        name = tree.name
        rows = zip(listing.paths, listing.keys, listing.marks, strict=True)
        first = len(found)
        for path, key, mark in rows:
            content = hexes.get(key)
            if content is None:
                content = hexes[key] = key[4:].hex()
            found.append(
                File(
                    name,
                    path,
                    content,
                    0o755 if mark & columns.EXECUTABLE else 0o644,
                    int.from_bytes(key[:4], "big"),
                    bool(mark & columns.TRACKED),
                    bool(mark & columns.CLEAN),
                    "",
                    bool(mark & columns.SHELL),
                )
            )
        for at, blob in listing.blobs.items():
            found[first + at] = found[first + at]._replace(blob=blob.hex())
    return tuple(found)


def groups(found: Iterable[File]) -> tuple[Group, ...]:
    """The files that are the same, never empty ones; the largest group first."""
    by_content: dict[str, list[File]] = {}
    for file in found:
        by_content.setdefault(file.content, []).append(file)
    return tuple(
        Group(content, tuple(same))
        for content, same in by_content.items()
        if len(same) > 1 and same[0].size
    )


def same(repository: Repository, seen: Survey) -> Groups:
    """The same from the listings alone, without a record for each file."""
    counts: Counter[bytes] = Counter()
    for listing in seen.listings:
        counts.update(listing.keys)
    places: dict[bytes, list[tuple[str, bytes]]] = {
        key: [] for key, count in counts.items() if count > 1 and key[:4] != _EMPTY
    }
    for tree, listing in zip(seen.worktrees, seen.listings, strict=True):
        here = zip(listing.keys, zip(repeat(tree.name), listing.paths), strict=True)
        for key, place in here:
            if key in places:
                places[key].append(place)
    return Groups(
        repository=repository,
        scripts=counts.total(),
        contents=len(counts),
        groups=tuple(
            Same(key[4:].hex(), tuple(where)) for key, where in places.items()
        ),
        left_out=seen.left_out,
        apart=seen.apart,
    )
