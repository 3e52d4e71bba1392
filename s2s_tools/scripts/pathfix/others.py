"""Files that are no shell scripts but name the folder: reported, never rewritten."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from s2s_tools.scripts.manifest import location
from s2s_tools.scripts.pathfix.model import Mention, Place

MOST_BYTES: Final = 4 << 20
_FOREIGN: Final = "it is no shell script"  # no format has a rule that could be proved
_APART: Final = "it is only looked at where it is named"


def is_foreign(path: bytes, data: bytes) -> bool:
    """Whether it is text for something else than a shell."""
    return b"\0" not in data and not location.is_shell(path, data)


def mentions(
    worktree: str, path: bytes, data: bytes, places: Sequence[Place]
) -> Iterator[Mention]:
    """Each line of the text that names a place, the longest place first."""
    if b"\0" in data or not any(place.path in data for place in places):
        return
    reason = _FOREIGN if is_foreign(path, data) else _APART
    ordered = sorted(places, key=lambda place: -len(place.path))
    for number, line in enumerate(data.split(b"\n"), 1):
        for place in ordered:
            if place.path in line:
                yield Mention(worktree, path, number, place, reason)
                break
