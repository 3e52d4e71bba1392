"""Wrappers and links that stand where copies of scripts stood."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import NamedTuple, TypeAlias

from s2s_tools.changes.model import Kind, Plan
from s2s_tools.scripts.inventory import stored
from s2s_tools.scripts.inventory.model import Family, File, Relation, Scan
from s2s_tools.scripts.manifest.model import Copy, Entry, Form

_WRAPPERS = "wrappers"
Place: TypeAlias = tuple[str, bytes]


class Stand(NamedTuple):
    """What stands in for a script, and the file of its tree that it leads to."""

    form: Form
    to: bytes


Stands: TypeAlias = Mapping[Place, Stand]


def stands(scan: Scan, links: Mapping[Place, bytes]) -> dict[Place, Stand]:
    """The stand-ins among the files that a scan set apart.

    `links` gives the text of each link. One that leads out of its tree, or is
    absolute, stands in for nothing.
    """
    found = {}
    for item in scan.apart:
        place = (item.worktree, item.path)
        if item.reason == _WRAPPERS:
            id = item.detail.encode("utf-8", "surrogateescape")
            found[place] = Stand(Form.EXEC, stored.place(id))
        elif place in links:
            to = target(item.path, links[place])
            if to is not None:
                found[place] = Stand(Form.SYMLINK, to)
    return found


def after(known: Stands, plan: Plan) -> dict[Place, Stand]:
    """The stand-ins that there are when a plan has been carried out."""
    found = dict(known)
    for write in plan.writes:
        place, data = (write.worktree, write.path), write.data or b""
        found.pop(place, None)
        id = stored.wrapped(data) if write.after.kind is Kind.FILE else None
        to = target(write.path, data) if write.after.kind is Kind.LINK else None
        if id is not None:
            found[place] = Stand(Form.EXEC, stored.place(id))
        elif to is not None:
            found[place] = Stand(Form.SYMLINK, to)
    return found


def target(link: bytes, text: bytes) -> bytes | None:
    """Where a link at `link` leads inside its tree; None where it leads out."""
    if text.startswith(b"/"):
        return None
    parts = link.split(b"/")[:-1]
    for part in text.split(b"/"):
        if part == b"..":
            if not parts:
                return None
            parts.pop()
        elif part not in (b"", b"."):
            parts.append(part)
    return b"/".join(parts) or None


def text(link: bytes, target: bytes) -> bytes:
    """The relative text of a link at `link` that leads to `target`."""
    here, there = link.split(b"/")[:-1], target.split(b"/")
    common = 0
    while common < len(here) and here[common] == there[common]:
        common += 1
    return b"/".join([b".."] * (len(here) - common) + there[common:])


class Homes:
    """The families by the paths that stand-ins lead to."""

    def __init__(self, scan: Scan, stands: Stands) -> None:
        by_place = {m.file[:2]: f.id for f in scan.families for m in f.members}
        by_home = {
            stored.home(f.canonical.path): f.id
            for f in scan.families
            if f.canonical is not None
        }
        self._files = by_place.keys()
        self._worktrees = {tree.name for tree in scan.repository.worktrees}
        self._found: dict[str, list[Copy]] = {}
        for (worktree, path), stand in stands.items():
            id = by_place.get((worktree, stand.to))
            if id is None and stored.holds(stand.to):
                id = by_home.get(stored.home(stand.to))
            if id is not None:
                copy = Copy(worktree, path, Relation.IDENTICAL, *stand)
                self._found.setdefault(id, []).append(copy)
        self._taken = frozenset(
            copy[:2] for copies in self._found.values() for copy in copies
        )

    def of(
        self, family: Family, canonical: File, before: Entry | None
    ) -> Iterator[Copy]:
        """The stand-ins of a family, with those that are recorded but gone.

        What was recorded of a worktree that is no more falls out.
        """
        for copy in self._found.get(family.id, ()):
            known = copy.form is Form.EXEC or copy.to == canonical.path
            yield copy._replace(to=b"") if known else copy
        for copy in before.copies if before is not None else ():
            here = copy.worktree in self._worktrees and copy[:2] not in self._files
            if copy.form is not None and here and copy[:2] not in self._taken:
                yield copy
