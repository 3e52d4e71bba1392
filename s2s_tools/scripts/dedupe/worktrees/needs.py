"""Which shared bodies are still needed: by a wrapper without a store of its own."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

from s2s_tools.changes import place
from s2s_tools.model import Repository
from s2s_tools.scripts.dedupe.worktrees import store
from s2s_tools.scripts.inventory import discovery, generated, scan, scope, stored
from s2s_tools.system import git, gitobjects


class Swept(NamedTuple):
    """Shared bodies that were let go, and those that stay, with who needs them."""

    removed: tuple[bytes, ...]
    needed: Mapping[bytes, tuple[str, ...]]


def sweep(repository: Repository) -> Swept:
    """Let go of every shared body that no worktree and no branch needs.

    Raises errors.Locked where another run, which may need one, is at work.
    """
    if not store.held(repository.common_dir):
        return Swept((), {})
    with place.hold(repository.common_dir, who="sweep"):
        held = store.held(repository.common_dir).keys()
        needed = of(repository, held)
        removed = tuple(sorted(held - needed.keys()))
        if removed:
            store.remove(repository.common_dir, removed)
    return Swept(removed, needed)


def of(repository: Repository, ids: Iterable[bytes]) -> dict[bytes, tuple[str, ...]]:
    """Who needs each of these bodies; ids that nobody needs fall out."""
    wanted = frozenset(ids)
    if not wanted:
        return {}
    found: dict[bytes, set[str]] = {}
    for id, who in (*_worktrees(repository), *_branches(repository)):
        if id in wanted:
            found.setdefault(id, set()).add(who)
    return {id: tuple(sorted(found[id])) for id in sorted(found)}


def _worktrees(repository: Repository) -> Iterator[tuple[bytes, str]]:
    current = discovery.find(repository.root)
    roots = {tree.name: tree.path for tree in current.worktrees}
    for item in scan.scan(repository.root).apart:
        if item.reason != generated.REASON:
            continue
        id = item.detail.encode("utf-8", "surrogateescape")
        own = os.path.join(roots[item.worktree], stored.place(id))
        if not os.path.isfile(own):
            yield id, f"worktree {item.worktree}"


def _branches(repository: Repository) -> Iterator[tuple[bytes, str]]:
    """The needs of every branch, also of remote-tracking ones: they may come back."""
    tips: dict[str, str] = {}
    for ref in gitobjects.branches(repository.root):
        name = ref.name.removeprefix("refs/heads/").removeprefix("refs/remotes/")
        tips.setdefault(ref.commit, f"branch {name}")
    for tree in repository.worktrees:
        if tree.head:
            tips.setdefault(tree.head, f"the commit checked out in {tree.name}")
    listed = {commit: _listed(repository, commit) for commit in tips}
    blobs = {blob for files in listed.values() for blob in files.values() if blob}
    heads = gitobjects.blobs(repository.root, blobs)
    ids = {blob: stored.wrapped(data) for blob, data in heads.items()}
    for commit, who in tips.items():
        for blob in listed[commit].values():
            id = ids.get(blob)
            if id is not None and stored.place(id) not in listed[commit]:
                yield id, who


def _listed(repository: Repository, commit: str) -> dict[bytes, str]:
    """Files of a commit that may be wrappers, with their blobs; bodies with ""."""
    args = ("ls-tree", "-r", "-z", "-l", "--full-tree", commit)
    found = {}
    for line in git.output(repository.root, *args).split(b"\0")[:-1]:
        meta, _, path = line.partition(b"\t")
        mode, _, blob, size = meta.split()
        if not mode.startswith(b"100"):
            continue
        if stored.holds(path):
            found[path] = ""
        elif _may_wrap(path) and stored.SMALLEST <= int(size) <= stored.LARGEST:
            found[path] = blob.decode("ascii")
    return found


def _may_wrap(path: bytes) -> bool:
    name = path.rpartition(b"/")[2]
    return name.endswith(scope.EXTENSIONS) or b"." not in name
