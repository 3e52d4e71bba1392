"""How the files of a family stand to its canonical."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from s2s_tools.scripts.inventory.model import File, Member, Relation

MODE = "mode"


class Past(NamedTuple):
    """The contents that a canonical has had.

    `behind` says for each content how many commits changed the canonical's path
    after it last was that content. Not `complete`: history is missing, so that
    a content which is not found may have been there all the same.
    """

    behind: Mapping[str, int]
    complete: bool = True


NO_PAST = Past({})


def relate(
    files: Iterable[File], canonical: File, past: Past = NO_PAST, *, alone: bool = False
) -> tuple[Member, ...]:
    """Each file as a member, the canonical first, then by worktree and path.

    `alone`: the family lives in one linked worktree and has no counterpart.
    """
    first = Relation.ONLY_HERE if alone else Relation.CANONICAL
    members = [Member(canonical, first)]
    members += [
        _relate(file, canonical, past) for file in sorted(files) if file != canonical
    ]
    return tuple(members)


def _relate(file: File, canonical: File, past: Past) -> Member:
    mode = MODE if file.mode != canonical.mode else ""
    if file.content == canonical.content:
        return Member(file, Relation.IDENTICAL, None, mode)
    behind = past.behind.get(file.content)
    if behind is not None:
        return Member(file, Relation.STALE, behind)
    return Member(file, Relation.DIVERGED if past.complete else Relation.UNKNOWN)
