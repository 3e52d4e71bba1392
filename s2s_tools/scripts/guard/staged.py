"""Gathers what the checks are decided from."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from typing import NamedTuple

from s2s_tools import settings
from s2s_tools.scripts.guard import wrapped
from s2s_tools.scripts.guard.index import Index, sha256
from s2s_tools.scripts.guard.model import Around, Body, Change, Commit, Paths
from s2s_tools.scripts.inventory import scan, scope, stored
from s2s_tools.scripts.manifest import excerpt
from s2s_tools.scripts.manifest.model import Manifest
from s2s_tools.scripts.wrappers import render
from s2s_tools.system import files


def commit(index: Index) -> Commit:
    """The commit that the index would make."""
    names = scope.Names(scan.look_for(index.repository, scan.Options()))
    kinds = {c.path: names.kind(c.path) for c in index.changes if c.after}
    likely = [c for c in index.changes if kinds.get(c.path)]
    bodies = {id: _body(data) for id, data in index.blobs(c.after for c in likely)}
    scripts = frozenset(
        c.path for c in likely if _is_script(kinds[c.path], bodies[c.after])
    )
    staged = {c.after for c in likely if c.path in scripts}
    wanted = frozenset(id.encode() for id in staged)
    found = index.paths(wanted) if wanted else {}

    def kept(places: Mapping[str, Iterable[bytes]]) -> Paths:
        return {
            id: frozenset(p for p in paths if _is_script(names.kind(p), bodies[id]))
            for id, paths in places.items()
        }

    after = kept(found)
    before = (_in_head(found, index.changes, staged), *index.merged(wanted))
    return Commit(
        worktree=index.worktree.name,
        changes=index.changes,
        bodies=bodies,
        scripts=scripts,
        after=after,
        before=tuple(map(kept, before)),
    )


class Record(NamedTuple):
    """A manifest's name and bytes, None where there is none.

    `staged`: this commit changes it.
    """

    name: str
    data: bytes | None
    staged: bool


def record(index: Index) -> Record:
    """The manifest as it is staged; where none is, the main worktree's file."""
    trees = [t for t in index.repository.worktrees if not (t.prunable or t.foreign)]
    home = trees[0].path if trees else index.worktree.path
    path = os.path.normpath(os.fsencode(settings.load(home).manifest))
    name = os.fsdecode(path)
    changed = {change.path: change for change in index.changes}.get(path)
    content = changed.after if changed else index.at([path]).get(path)
    if content:
        data = dict(index.blobs([content]))[content]
        return Record(name, data, changed is not None)
    where = os.path.join(home, path)
    deleted = changed is not None and home == index.worktree.path
    there = not deleted and os.path.isfile(where)
    name = name if home == index.worktree.path else os.fsdecode(where)
    return Record(name, files.read(where) if there else None, staged=False)


def around(index: Index, commit: Commit, found: Record) -> Around:
    """What else the checks must know. Raises errors.InvalidDocument."""
    manifest = Manifest()
    if found.data is not None:
        manifest = excerpt.decode(
            found.data,
            found.name,
            digests={body.sha256 for body in commit.bodies.values()},
            paths={change.path for change in commit.changes},
        )
    wrappers = wrapped.staged(commit)
    asked = {stored.place(c.path) for c in commit.changes}
    asked |= {stored.place(path) for paths in commit.after.values() for path in paths}
    asked |= {w.row.body for w in wrappers if w.row is not None}
    asked |= {entry.path for entry in manifest.entries}
    at = index.at(asked)
    return Around(
        manifest=manifest,
        manifest_name=found.name,
        at=at,
        wrappers=_wrappers(index, at, wrappers),
        generated=_generated(wrappers),
        stranded=tuple(_stranded(index, commit, manifest)),
    )


def _body(data: bytes) -> Body:
    wrapper = data if render.is_wrapper(data) else None
    return Body(sha256(data), len(data), scope.is_shell_line(data[:256]), wrapper)


def _is_script(kind: int, body: Body) -> bool:
    return kind in (scope.SHELL, scope.OTHER) or (kind == scope.LINE and body.shell)


def _in_head(
    found: Mapping[str, Iterable[bytes]], changes: Iterable[Change], staged: set[str]
) -> dict[str, frozenset[bytes]]:
    """Where HEAD has each content: what did not change, and what did before."""
    was: dict[str, set[bytes]] = {id: set(paths) for id, paths in found.items()}
    for change in changes:
        if change.after in was:
            was[change.after].discard(change.path)
    for change in changes:
        if change.before in staged:
            was.setdefault(change.before, set()).add(change.path)
    return {id: frozenset(paths) for id, paths in was.items()}


def _wrappers(
    index: Index, at: Mapping[bytes, str], staged: Iterable[wrapped.Staged]
) -> frozenset[bytes]:
    """The bodies of staged wrappers that are wrappers themselves."""
    bodies = {w.row.body for w in staged if w.row is not None} & at.keys()
    read = dict(index.blobs(at[path] for path in bodies))
    return frozenset(p for p in bodies if render.is_wrapper(read.get(at[p], b"")))


def _generated(staged: Iterable[wrapped.Staged]) -> Mapping[bytes, bytes]:
    """The entry scripts as this version makes them, where any is staged."""
    from s2s_tools.scripts.wrappers import service

    if all(wrapper.row is not None for wrapper in staged):
        return {}
    return {e.name.encode(): render.entry(e) for e in service.entries()}


def _stranded(
    index: Index, commit: Commit, manifest: Manifest
) -> Iterable[tuple[bytes, bytes]]:
    """Wrappers that stay, and their body that this commit takes away."""
    recorded = {entry.path for entry in manifest.entries}
    ours = {change.path for change in commit.changes}
    for change in commit.changes:
        path = change.path
        if change.after or not (stored.holds(path) or path in recorded):
            continue
        text = f"_s2s_body='{path.decode('utf-8', 'surrogateescape')}'"
        for left in index.mentioning(text):
            if left not in ours:
                yield left, path
