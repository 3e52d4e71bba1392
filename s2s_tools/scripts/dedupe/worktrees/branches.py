"""Finds branches with bytes of a script that its canonical never had."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

from s2s_tools import errors
from s2s_tools.scripts.dedupe.model import Place
from s2s_tools.scripts.dedupe.worktrees.model import Holder
from s2s_tools.scripts.inventory import history, past, stored
from s2s_tools.scripts.inventory.model import Family, File, Scan
from s2s_tools.system import gitobjects

_LOCAL = "refs/heads/"
_REMOTE = "refs/remotes/"


class _Tip(NamedTuple):
    """A branch, or the commit of a detached worktree."""

    name: str
    commit: str
    remote: bool = False
    detached: bool = False

    def holder(self, path: bytes, *, sure: bool) -> Holder:
        return Holder(self.name, path, self.remote, sure, self.detached)


class _Found(NamedTuple):
    tip: _Tip
    path: bytes
    blob: str


def holders(
    scan: Scan, families: Iterable[Family], bodies: Mapping[Place, bytes]
) -> dict[str, tuple[Holder, ...]]:
    """By family id the branches that hold bytes of their own; local ones first.

    A wrapper is no such bytes. Nothing is fetched.
    """
    wanted = [family for family in families if family.canonical is not None]
    paths = {path: family for family in wanted for path in _paths(family)}
    own = {family.id: _blob(scan, family, bodies) for family in wanted}
    found: dict[str, list[_Found]] = {}
    unread: list[_Tip] = []
    for tip, entries in _read(scan, paths.keys(), unread):
        for path, entry in entries.items():
            family = paths[path]
            if entry.content != own[family.id]:
                hit = _Found(tip, path, entry.content)
                found.setdefault(family.id, []).append(hit)
    judged = _judge(scan, [f for f in wanted if f.id in found], found)
    for tip in unread:
        for family in wanted:
            path = stored.home(family.canonical.path) if family.canonical else b""
            judged.setdefault(family.id, []).append(tip.holder(path, sure=False))
    return {
        id: tuple(sorted(held, key=lambda h: (h.remote, h.branch, h.path)))
        for id, held in judged.items()
    }


def _paths(family: Family) -> set[bytes]:
    return {stored.home(member.file.path) for member in family.members}


def _blob(scan: Scan, family: Family, bodies: Mapping[Place, bytes]) -> str:
    canonical = family.canonical
    assert canonical is not None
    if canonical.blob:
        return canonical.blob
    data = bodies.get(canonical[:2], b"")
    head = b"blob %d\0" % len(data)
    form = scan.repository.object_format
    return hashlib.new(form, head + data, usedforsecurity=False).hexdigest()


def _read(
    scan: Scan, paths: Iterable[bytes], unread: list[_Tip]
) -> Iterator[tuple[_Tip, Mapping[bytes, gitobjects.Entry]]]:
    wanted = frozenset(paths)
    root = scan.repository.root
    known: dict[str, Mapping[bytes, gitobjects.Entry]] = {}
    if not wanted:
        return
    for tip in _tips(scan):
        if tip.commit not in known:
            try:
                known[tip.commit] = gitobjects.files(root, tip.commit, wanted)
            except errors.GitFailed:
                unread.append(tip)
                continue
        elif tip.remote:
            continue  # a local branch is there already
        yield tip, known[tip.commit]


def _tips(scan: Scan) -> list[_Tip]:
    """Local branches and detached worktrees, then remote-tracking branches."""
    refs = gitobjects.branches(scan.repository.root)
    local = [
        _Tip(ref.name.removeprefix(_LOCAL), ref.commit)
        for ref in refs
        if ref.name.startswith(_LOCAL)
    ]
    detached = [
        _Tip(tree.name, tree.head, detached=True)
        for tree in scan.repository.worktrees
        if tree.head and tree.branch is None
    ]
    remote = [
        _Tip(ref.name.removeprefix(_REMOTE), ref.commit, remote=True)
        for ref in refs
        if ref.name.startswith(_REMOTE)
    ]
    return [*local, *detached, *remote]


def _judge(
    scan: Scan, families: Iterable[Family], found: Mapping[str, list[_Found]]
) -> dict[str, list[Holder]]:
    """Leave out what the canonical once was, and wrappers."""
    pairs = [
        (family.canonical, _kin(family, found[family.id]))
        for family in families
        if family.canonical is not None
    ]
    heads = {tree.name: tree.head for tree in scan.repository.worktrees if tree.head}
    complete = scan.history != past.SHALLOW
    told = history.read(scan.repository, heads, pairs, complete=complete)
    blobs = {hit.blob for hits in found.values() for hit in hits}
    texts = gitobjects.blobs(scan.repository.root, blobs)
    judged: dict[str, list[Holder]] = {}
    for family in families:
        canonical = family.canonical
        assert canonical is not None
        what = told[canonical.path]
        had = what.past().behind
        for hit in found[family.id]:
            if hit.blob in had or stored.wrapped(texts.get(hit.blob, b"")):
                continue
            sure = what.complete and hit.blob in texts
            holder = hit.tip.holder(hit.path, sure=sure)
            judged.setdefault(family.id, []).append(holder)
    return judged


def _kin(family: Family, found: Iterable[_Found]) -> tuple[File, ...]:
    """The files of a family with those of branches, as history asks for them."""
    own = [member.file for member in family.members]
    hits = {(hit.path, hit.blob) for hit in found}
    return (
        *own,
        *(File("", p, b, 0o755, 1, True, True, b) for p, b in sorted(hits)),
    )
