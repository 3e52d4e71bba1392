"""What drift stands on: every version's place, commit, text and point of parting."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from s2s_tools.scripts.inventory import (
    branches,
    history,
    past,
    relations,
    sides,
    stored,
    texts,
)
from s2s_tools.scripts.inventory.model import Family, File, Member, Relation, Scan
from s2s_tools.system import git, gitlog

PARTED = (Relation.DIVERGED, Relation.UNKNOWN)


@dataclass(frozen=True, slots=True, kw_only=True)
class Crowd:
    """A family and the files of the same paths on branches."""

    family: Family
    canonical: File
    files: tuple[File, ...]
    members: tuple[Member, ...] = ()

    def groups(self) -> list[list[Member]]:
        """The members by content, the canonical's first."""
        found: dict[str, list[Member]] = {}
        for member in self.members:
            found.setdefault(member.file.content, []).append(member)
        return list(found.values())


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """All that was read, once for all families.

    `names` are the branches of worktrees; `origins` say which commit first had a
    content at a path; `partings` are of versions that the canonical never was.
    """

    names: dict[str, str]
    origins: dict[tuple[bytes, str], str]
    partings: dict[File, sides.Parting]
    commits: dict[str, git.Commit]
    texts: texts.Texts


def wanted(picked: Iterable[Family]) -> set[bytes]:
    """The paths at which a branch may have a version of these families."""
    return {path for family in picked for path in _paths(family)}


def learn(
    scan: Scan, picked: Sequence[Family], held: Sequence[branches.Branch]
) -> tuple[Facts, list[Crowd]]:
    """Everything about the picked families: a handful of git processes in all."""
    repository = scan.repository
    heads = {tree.name: tree.head for tree in repository.worktrees if tree.head}
    heads |= {branches.MARK + branch.name: branch.commit for branch in held}
    crowds = _crowds(picked, held)
    pairs = [
        (crowd.canonical, crowd.files)
        for crowd in crowds
        if any(file.content != crowd.canonical.content for file in crowd.files)
    ]
    whole = scan.history != past.SHALLOW
    told = history.read(repository, heads, pairs, complete=whole)
    crowds = [_relate(crowd, told) for crowd in crowds]
    partings = _partings(scan, heads, told, crowds)
    origins = _origins(scan, heads, crowds)
    bases = {parting.commit for parting in partings.values() if parting.commit}
    facts = Facts(
        names={tree.name: tree.branch or "" for tree in repository.worktrees},
        origins=origins,
        partings=partings,
        commits=git.commits(repository.common_dir, bases.union(origins.values())),
        texts=texts.load(repository, _blobs(crowds, partings)),
    )
    return facts, crowds


def _crowds(picked: Iterable[Family], held: Iterable[branches.Branch]) -> list[Crowd]:
    by_path: dict[bytes, list[File]] = {}
    for branch in held:
        for file in branch.files:
            by_path.setdefault(file.path, []).append(file)
    crowds = []
    for family in picked:
        canonical = family.canonical
        if canonical is None:
            continue
        files = [member.file for member in family.members]
        for path in sorted(_paths(family)):
            files += (_like(file, canonical) for file in by_path.get(path, ()))
        crowds.append(Crowd(family=family, canonical=canonical, files=tuple(files)))
    return crowds


def _paths(family: Family) -> set[bytes]:
    own = {member.file.path for member in family.members}
    return own | {stored.home(path) for path in own}


def _like(file: File, canonical: File) -> File:
    """A branch's file, checked out as the canonical was where both are the same."""
    same = canonical.blob and file.blob == canonical.blob
    return file._replace(content=canonical.content) if same else file


def _relate(crowd: Crowd, told: dict[bytes, history.Told]) -> Crowd:
    canonical = crowd.canonical
    known = told[canonical.path].past() if canonical.path in told else relations.NO_PAST
    alone = crowd.family.members[0].relation is Relation.ONLY_HERE
    members = relations.relate(crowd.files, canonical, known, alone=alone)
    return replace(crowd, members=tuple(sorted(members, key=_order)))


def _order(member: Member) -> tuple[object, ...]:
    """The canonical, its copies, then the stale by age; branches after worktrees."""
    file = member.file
    rank = tuple(Relation).index(member.relation)
    if member.relation is Relation.ONLY_HERE:
        rank = 0
    on_branch = file.worktree.startswith(branches.MARK)
    return (rank, member.behind or 0, on_branch, file.worktree, file.path)


def _partings(
    scan: Scan,
    heads: dict[str, str],
    told: dict[bytes, history.Told],
    crowds: Iterable[Crowd],
) -> dict[File, sides.Parting]:
    parted = [
        (crowd, group[0].file)
        for crowd in crowds
        for group in crowd.groups()
        if group[0].relation in PARTED
    ]
    timelines = sides.read(scan.repository, heads, [file for _, file in parted])
    found = {}
    for crowd, file in parted:
        known = set(told[crowd.canonical.path].past().behind)
        known.add(crowd.canonical.blob or crowd.canonical.content)
        key = (heads.get(file.worktree, ""), file.path)
        found[file] = sides.part(timelines.get(key, ()), known)
    return found


def _origins(
    scan: Scan, heads: dict[str, str], crowds: Sequence[Crowd]
) -> dict[tuple[bytes, str], str]:
    wanted = {
        (group[0].file.path, group[0].file.blob or group[0].file.content)
        for crowd in crowds
        for group in crowd.groups()
    }
    timelines = past.read(scan.repository, heads.values(), {path for path, _ in wanted})
    found: dict[tuple[bytes, str], str] = {}
    for path, timeline in (timelines or {}).items():
        found |= _oldest(path, timeline, wanted)
    return found


def _oldest(
    path: bytes, timeline: Iterable[gitlog.Change], wanted: set[tuple[bytes, str]]
) -> dict[tuple[bytes, str], str]:
    """The newest come first: what is written last is the oldest."""
    return {
        (path, change.content): change.commit
        for change in timeline
        if (path, change.content) in wanted
    }


def _blobs(crowds: Iterable[Crowd], partings: dict[File, sides.Parting]) -> set[str]:
    ids = {parting.content for parting in partings.values() if parting.content}
    for crowd in crowds:
        groups = crowd.groups()
        if len(groups) > 1:
            ids |= {group[0].file.blob for group in groups if group[0].file.blob}
    return ids
