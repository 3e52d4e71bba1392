"""Finds out which worktree and branch has which version of each script."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from s2s_tools.scripts.inventory import (
    branches,
    facts,
    lexical,
    sides,
    spot,
    texts,
    versions,
)
from s2s_tools.scripts.inventory.facts import Crowd, Facts
from s2s_tools.scripts.inventory.model import File, Member, Scan
from s2s_tools.system import git

Progress = Callable[[int, int, str], None]


def read(
    scan: Scan, name: str = "", *, progress: Progress | None = None
) -> versions.Drift:
    """The drift of the scripts that `name` means; of all that drifted without one.

    A path from the current folder comes before ids, paths and names of files.

    Branches that are not checked out are read from objects. Nothing is written
    into the repository or fetched. Raises errors.NotFound.
    """
    picked = scan.families
    if name:
        picked = versions.find(picked, name, spot.inside(scan.repository, name))
    seen = {file.content for file in scan.files}
    held = branches.read(scan.repository, facts.wanted(picked), seen=seen)
    known, crowds = facts.learn(scan, picked, held.read)
    scripts = []
    for done, crowd in enumerate(crowds, 1):
        script = versions.Drifted(crowd.family.id, _versions(known, crowd))
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


def _versions(known: Facts, crowd: Crowd) -> tuple[versions.Version, ...]:
    return tuple(_version(known, crowd, group) for group in crowd.groups())


def _version(known: Facts, crowd: Crowd, group: Sequence[Member]) -> versions.Version:
    canonical, first = crowd.canonical, group[0]
    file = first.file
    lines, difference = None, ""
    if file.content != canonical.content:
        lines, difference = _compare(known.texts, canonical, file)
    origin = known.origins.get((file.path, file.blob or file.content), "")
    return versions.Version(
        content=file.content,
        relation=first.relation,
        behind=first.behind,
        places=tuple(_place(known, member.file) for member in group),
        lines=lines,
        difference=difference,
        commit=known.commits.get(origin),
        merge=_merge(known, canonical, file)
        if first.relation in facts.PARTED
        else None,
    )


def _place(known: Facts, file: File) -> versions.Place:
    if file.worktree.startswith(branches.MARK):
        return versions.Place("", file.worktree[1:], file.path, file.mode)
    branch = known.names.get(file.worktree, "")
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


def _merge(known: Facts, canonical: File, file: File) -> versions.Merge:
    parting = known.partings.get(file, sides.Parting())
    if not parting.content:
        return versions.Merge()
    base = known.commits.get(parting.commit)
    if parting.content == (canonical.blob or canonical.content):
        return versions.Merge(base, parting.since, 0)
    sources = (
        known.texts.of(canonical, committed=True),
        known.texts.blobs.get(parting.content),
        known.texts.of(file, committed=True),
    )
    ours, middle, theirs = sources
    if ours is None or middle is None or theirs is None:
        return versions.Merge(base)
    return versions.Merge(base, None, git.merge(ours, middle, theirs))
