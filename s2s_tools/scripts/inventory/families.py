"""Which files are meant to be one script."""

from __future__ import annotations

from collections.abc import Container, Iterable, Iterator, Mapping
from typing import TypeAlias

from s2s_tools.scripts.inventory import kinship, relations, stored
from s2s_tools.scripts.inventory.model import Family, File, Member

MAIN = kinship.MAIN
_NEVER = 1 << 62  # older than every rank: not in history

Place: TypeAlias = tuple[str, bytes]  # a worktree's name, a path inside it
Content: TypeAlias = tuple[str, str]  # a worktree's name, a content in it
Kin: TypeAlias = tuple[File, ...]  # the files of one family, before it has a head


def group(files: Iterable[File]) -> tuple[Kin, ...]:
    """Every file in exactly one group.

    Together are files at the same path of several worktrees, and files of the
    same content at several paths of one worktree, unless the main worktree has
    different contents there; an empty file only with those at its own path. A
    body in the store counts as standing at its old path.
    """
    by_path: dict[bytes, list[File]] = {}
    first: dict[Content, bytes] = {}
    same: dict[Content, set[bytes]] = {}
    main: dict[bytes, str] = {}
    for file in files:
        home = stored.home(file.path)
        by_path.setdefault(home, []).append(file)
        if file.worktree == MAIN:
            main[home] = file.content
        if file.size:
            key = (file.worktree, file.content)
            path = first.setdefault(key, home)
            if path != home:
                same.setdefault(key, {path}).add(home)
    ties = kinship.Kinship(main)
    ties.join_all(same)
    kin: dict[bytes, list[File]] = {}
    for path, found in by_path.items():
        kin.setdefault(ties.leader(path), []).extend(found)
    return tuple(map(tuple, kin.values()))


def choose(
    kin: Kin,
    *,
    chosen: Container[Place] = frozenset(),
    ranks: Mapping[Place, int] | None = None,
) -> File:
    """The canonical: what the manifest chose, else the main worktree's, else the
    newest (lowest rank); a body in the store before others, ties by path.
    """
    ranks = ranks or {}
    return min(
        kin,
        key=lambda file: (
            file[:2] not in chosen,
            file.worktree != MAIN,
            ranks.get(file[:2], _NEVER),
            not stored.holds(file.path),
            file.path,
            file.worktree,
        ),
    )


def build(
    files: Iterable[File],
    *,
    worktrees: int,
    chosen: Container[Place] = frozenset(),
    ranks: Mapping[Place, int] | None = None,
    pasts: Mapping[bytes, relations.Past] | None = None,
    complete: bool = True,
) -> tuple[Family, ...]:
    """All families, by id, from what is known of their history.

    `pasts` is by canonical path; `worktrees` is how many there are; not
    `complete`: what `pasts` does not hold is unknown.
    """
    chosen_kin = [
        (choose(kin, chosen=chosen, ranks=ranks), kin) for kin in group(files)
    ]
    return assemble(chosen_kin, worktrees=worktrees, pasts=pasts, complete=complete)


def assemble(
    kin: Iterable[tuple[File, Kin]],
    *,
    worktrees: int,
    pasts: Mapping[bytes, relations.Past] | None = None,
    complete: bool = True,
) -> tuple[Family, ...]:
    """The families, by id, of groups whose canonical is chosen."""
    pasts = pasts or {}
    unread = relations.Past({}, complete)
    return tuple(
        Family(
            stored.home(canonical.path).decode("utf-8", "surrogateescape"),
            canonical,
            relations.relate(
                files,
                canonical,
                pasts.get(canonical.path, unread),
                alone=worktrees > 1 and _is_alone(canonical, files),
            ),
        )
        for canonical, files in sorted(kin, key=lambda pair: stored.home(pair[0].path))
    )


def checkout_copies(family: Family) -> tuple[Member, ...]:
    """The members that are the canonical's path as another worktree has it.

    A path that holds the canonical's content beside it counts as well.
    """
    canonical = family.canonical
    if canonical is None:
        return ()
    here, content = canonical.worktree, canonical.content
    own = {
        stored.home(member.file.path)
        for member in family.members
        if member.file.worktree == here and member.file.content == content
    }
    return tuple(
        member
        for member in family.members
        if member.file.worktree != here and stored.home(member.file.path) in own
    )


def duplicates(family: Family) -> tuple[tuple[Member, Member], ...]:
    """Pairs (duplicate, kept): the same content twice inside one worktree.

    Kept is the one at the canonical's path, else at the first path.
    """
    by_content: dict[tuple[str, str], list[Member]] = {}
    for member in family.members:
        if member.file.size:
            key = (member.file.worktree, member.file.content)
            by_content.setdefault(key, []).append(member)
    return tuple(
        pair
        for same in by_content.values()
        if len(same) > 1
        for pair in _pairs(same, family.canonical)
    )


def _pairs(
    same: list[Member], canonical: File | None
) -> Iterator[tuple[Member, Member]]:
    path = canonical.path if canonical else b""
    ordered = sorted(same, key=lambda m: (m.file.path != path, m.file.path))
    return ((member, ordered[0]) for member in ordered[1:])


def _is_alone(canonical: File, files: Kin) -> bool:
    here = canonical.worktree
    return here != MAIN and all(file.worktree == here for file in files)
