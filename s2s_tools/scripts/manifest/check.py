"""Compare a recorded manifest with what is there now."""

from __future__ import annotations

from collections.abc import Iterator, Set
from typing import NamedTuple, TypeAlias

from s2s_tools.scripts.manifest.model import Copy, Entry, Form, Manifest

_Place: TypeAlias = tuple[str, bytes]


class Difference(NamedTuple):
    """One way in which the manifest and the scripts disagree.

    `kind`: missing (recorded, but not there), extra (there, but not recorded),
    canonical, sha256, mode, strategy or copies.
    """

    kind: str
    id: bytes
    message: str


def compare(recorded: Manifest, found: Manifest) -> tuple[Difference, ...]:
    """Every difference, by family; empty where the manifest is true."""
    before = {entry.id: entry for entry in recorded.entries}
    now = {entry.id: entry for entry in found.entries}
    there = {copy[:2] for entry in found.entries for copy in entry.copies}
    there |= {(entry.worktree, entry.path) for entry in found.entries}
    differences: list[Difference] = []
    for id in sorted(before.keys() | now.keys()):
        if id not in now:
            text = "recorded, but no such script is there"
            differences.append(Difference("missing", id, text))
        elif id not in before:
            text = "a script that is not recorded"
            differences.append(Difference("extra", id, text))
        else:
            differences += _changed(before[id], now[id], there)
    return tuple(differences)


def _changed(before: Entry, now: Entry, there: Set[_Place]) -> Iterator[Difference]:
    if before[1:3] != now[1:3]:
        yield Difference(
            "canonical", now.id, f"recorded as {_where(before)}, now {_where(now)}"
        )
    if before.sha256 != now.sha256:
        short = f"recorded {before.sha256[:12]}, found {now.sha256[:12]}"
        yield Difference("sha256", now.id, f"the bytes changed: {short}")
    if before.mode != now.mode:
        modes = f"recorded {before.mode:04o}, found {now.mode:04o}"
        yield Difference("mode", now.id, f"the mode changed: {modes}")
    if before.strategy is not now.strategy:
        words = f"recorded {before.strategy.value}, found {now.strategy.value}"
        yield Difference("strategy", now.id, f"the strategy changed: {words}")
    yield from _copies(before, now, there)


def _copies(before: Entry, now: Entry, there: Set[_Place]) -> Iterator[Difference]:
    old = {copy[:2]: copy for copy in before.copies}
    new = {copy[:2]: copy for copy in now.copies}
    for place in sorted(old.keys() | new.keys()):
        if place not in new:
            lost = "was changed: it is a copy no more" if place in there else "is gone"
            text = f"the copy {_where(old[place])} {lost}"
        elif place not in old:
            text = f"the copy {_where(new[place])} is not recorded"
        elif old[place].relation is not new[place].relation:
            was, is_now = old[place].relation.value, new[place].relation.value
            text = f"the copy {_where(new[place])} was {was}, is {is_now}"
        elif old[place][3:] != new[place][3:]:
            text = f"{_where(new[place])} was {_form(old[place])}, is "
            text += _form(new[place])
        else:
            continue
        yield Difference("copies", now.id, text)


def _form(copy: Copy) -> str:
    if copy.form is None:
        return "a copy"
    if copy.form is Form.EXEC:
        return "a wrapper"
    to = copy.to.decode("utf-8", "surrogateescape")
    return f"a link to {to}" if to else "a link to the canonical"


def _where(item: Entry | Copy) -> str:
    path = item.path.decode("utf-8", "surrogateescape")
    return path if item.worktree == "." else f"{item.worktree}: {path}"
