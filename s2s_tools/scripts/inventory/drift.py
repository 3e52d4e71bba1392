"""Finds out which worktree and branch has which version of each script."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from s2s_tools.scripts.inventory import (
    branches,
    history,
    lexical,
    past,
    relations,
    sides,
    texts,
    versions,
)
from s2s_tools.scripts.inventory.model import Family, File, Member, Relation, Scan
from s2s_tools.system import git, gitlog

Progress = Callable[[int, int, str], None]
_PARTED = (Relation.DIVERGED, Relation.UNKNOWN)


def read(
    scan: Scan, name: str = "", *, progress: Progress | None = None
) -> versions.Drift:
    """The drift of the scripts that `name` means; of all that drifted without one.

    Branches that are not checked out are read from objects. Nothing is written
    into the repository or fetched. Raises errors.NotFound.
    """
    picked = versions.find(scan.families, name) if name else scan.families
    paths = {member.file.path for family in picked for member in family.members}
    held = branches.read(scan.repository, paths)
    facts, crowds = _learn(scan, _crowds(scan, picked, held.read), held.read)
    scripts = []
    for done, crowd in enumerate(crowds, 1):
        script = versions.Drifted(crowd.family.id, _versions(facts, crowd))
        if name or versions.has_drift(script):
            scripts.append(script)
        if progress is not None:
            progress(done, len(crowds), "scripts compared")
    return versions.Drift(
        root=scan.repository.root,
        history=scan.history,
        compared=len(picked),
        scripts=tuple(scripts),
        unread=held.unread,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Crowd:
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
class _Facts:
    """All that was read, once for all families.

    `heads` and `names` (of branches) are by worktree, or by marked branch;
    `origins` say which commit first had a content at a path.
    """

    heads: dict[str, str]
    names: dict[str, str]
    told: dict[bytes, history.Told]
    origins: dict[tuple[bytes, str], str]
    partings: dict[File, sides.Parting]
    commits: dict[str, git.Commit]
    texts: texts.Texts


def _crowds(
    scan: Scan, picked: Iterable[Family], held: Sequence[branches.Branch]
) -> list[_Crowd]:
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
        for path in sorted({file.path for file in files}):
            files += (_like(file, canonical) for file in by_path.get(path, ()))
        crowds.append(_Crowd(family=family, canonical=canonical, files=tuple(files)))
    return crowds


def _like(file: File, canonical: File) -> File:
    """A branch's file, checked out as the canonical was where both are the same."""
    same = canonical.blob and file.blob == canonical.blob
    return file._replace(content=canonical.content) if same else file


def _learn(
    scan: Scan, crowds: Sequence[_Crowd], held: Sequence[branches.Branch]
) -> tuple[_Facts, list[_Crowd]]:
    repository = scan.repository
    heads = {tree.name: tree.head for tree in repository.worktrees if tree.head}
    heads |= {branches.MARK + branch.name: branch.commit for branch in held}
    names = {tree.name: tree.branch or "" for tree in repository.worktrees}
    pairs = [
        (crowd.canonical, crowd.files)
        for crowd in crowds
        if any(file.content != crowd.canonical.content for file in crowd.files)
    ]
    full = scan.history != past.SHALLOW
    told = history.read(repository, heads, pairs, complete=full)
    related = [_relate(crowd, told) for crowd in crowds]
    partings = _partings(scan, heads, told, related)
    origins = _origins(scan, heads, related)
    commits = git.commits(
        repository.common_dir,
        {*origins.values(), *(p.commit for p in partings.values() if p.commit)},
    )
    facts = _Facts(
        heads=heads,
        names=names,
        told=told,
        origins=origins,
        partings=partings,
        commits=commits,
        texts=texts.load(repository, _blobs(related, partings)),
    )
    return facts, related


def _relate(crowd: _Crowd, told: dict[bytes, history.Told]) -> _Crowd:
    canonical = crowd.canonical
    known = told[canonical.path].past() if canonical.path in told else relations.NO_PAST
    alone = crowd.family.members[0].relation is Relation.ONLY_HERE
    members = relations.relate(crowd.files, canonical, known, alone=alone)
    return _Crowd(
        family=crowd.family,
        canonical=canonical,
        files=crowd.files,
        members=tuple(sorted(members, key=_order)),
    )


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
    crowds: Iterable[_Crowd],
) -> dict[File, sides.Parting]:
    parted = [
        (crowd, group[0].file)
        for crowd in crowds
        for group in crowd.groups()
        if group[0].relation in _PARTED
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
    scan: Scan, heads: dict[str, str], crowds: Sequence[_Crowd]
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


def _blobs(crowds: Iterable[_Crowd], partings: dict[File, sides.Parting]) -> set[str]:
    ids = {parting.content for parting in partings.values() if parting.content}
    for crowd in crowds:
        groups = crowd.groups()
        if len(groups) > 1:
            ids |= {group[0].file.blob for group in groups if group[0].file.blob}
    return ids


def _versions(facts: _Facts, crowd: _Crowd) -> tuple[versions.Version, ...]:
    return tuple(_version(facts, crowd, group) for group in crowd.groups())


def _version(facts: _Facts, crowd: _Crowd, group: Sequence[Member]) -> versions.Version:
    canonical, first = crowd.canonical, group[0]
    file = first.file
    lines, difference = None, ""
    if file.content != canonical.content:
        lines, difference = _compare(facts.texts, canonical, file)
    origin = facts.origins.get((file.path, file.blob or file.content), "")
    return versions.Version(
        content=file.content,
        relation=first.relation,
        behind=first.behind,
        places=tuple(_place(facts, member.file) for member in group),
        lines=lines,
        difference=difference,
        commit=facts.commits.get(origin),
        merge=_merge(facts, canonical, file) if first.relation in _PARTED else None,
    )


def _place(facts: _Facts, file: File) -> versions.Place:
    if file.worktree.startswith(branches.MARK):
        return versions.Place("", file.worktree[1:], file.path, file.mode)
    branch = facts.names.get(file.worktree, "")
    return versions.Place(file.worktree, branch, file.path, file.mode)


def _compare(
    source: texts.Texts, canonical: File, file: File
) -> tuple[lexical.Lines | None, str]:
    committed = bool(canonical.blob and file.blob)
    old = source.of(canonical, committed=committed)
    new = source.of(file, committed=committed)
    if old is None or new is None:
        return None, ""
    difference = lexical.difference(old, new, shell=canonical.shell)
    return lexical.compare_lines(old, new), difference


def _merge(facts: _Facts, canonical: File, file: File) -> versions.Merge:
    parting = facts.partings.get(file, sides.Parting())
    if not parting.content:
        return versions.Merge()
    base = facts.commits.get(parting.commit)
    if parting.content == (canonical.blob or canonical.content):
        return versions.Merge(base, parting.since, 0)
    sources = (
        facts.texts.of(canonical, committed=True),
        facts.texts.blobs.get(parting.content),
        facts.texts.of(file, committed=True),
    )
    ours, middle, theirs = sources
    if ours is None or middle is None or theirs is None:
        return versions.Merge(base)
    return versions.Merge(base, None, git.merge(ours, middle, theirs))
