"""Files that are no shell scripts but name the folder: reported, never rewritten."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from s2s_tools.scripts.pathfix.model import Mention, Place

# No format has a rule that could be proved, so none of them is rewritten.
EXTENSIONS: Final = (
    b".py",
    b".exs",
    b".ex",
    b".json",
    b".yaml",
    b".yml",
    b".toml",
    b".md",
    b".service",
    b".plist",
)
MOST_BYTES: Final = 4 << 20


def mentions(
    worktree: str, path: bytes, data: bytes, places: Sequence[Place]
) -> Iterator[Mention]:
    """Each line of the file that names a place, the longest place first."""
    if not any(place.path in data for place in places):
        return
    ordered = sorted(places, key=lambda place: -len(place.path))
    for number, line in enumerate(data.split(b"\n"), 1):
        for place in ordered:
            if place.path in line:
                yield Mention(worktree, path, number, place)
                break
