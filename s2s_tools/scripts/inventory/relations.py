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
    content, mode = canonical.content, canonical.mode
    for file in sorted(files):
        if file.content != content:
            members.append(_differing(file, canonical, past))
        elif file != canonical:
            other = MODE if file.mode != mode else ""
            members.append(Member(file, Relation.IDENTICAL, None, other))
    return tuple(members)


def committed(file: File, canonical: File) -> str:
    """The content as git has it, where git converts both files alike.

    History speaks of what is committed; a copy that alone is converted never was
    the canonical's bytes.
    """
    return file.blob or file.content if canonical.blob else file.content


def _differing(file: File, canonical: File, past: Past) -> Member:
    behind = past.behind.get(committed(file, canonical))
    if behind is not None and (behind or not canonical.blob):
        return Member(file, Relation.STALE, behind)
    return Member(file, Relation.DIVERGED if past.complete else Relation.UNKNOWN)
