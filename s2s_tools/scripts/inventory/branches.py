"""What branches that nobody has checked out hold, read from objects."""

from __future__ import annotations

import os
from collections.abc import Iterable, Set
from typing import NamedTuple

from s2s_tools import errors
from s2s_tools.model import Repository
from s2s_tools.scripts.inventory import stored
from s2s_tools.scripts.inventory.model import File
from s2s_tools.system import gitobjects

# Before a branch's name where other files have their worktree's: no path has it.
MARK = "\0"


class Branch(NamedTuple):
    """A branch (short name) that is not checked out, and its wanted files."""

    name: str
    commit: str
    files: tuple[File, ...]


class Branches(NamedTuple):
    """The branches that could be read, and the names of the others."""

    read: tuple[Branch, ...]
    unread: tuple[str, ...]


def read(
    repository: Repository,
    paths: Iterable[bytes],
    *,
    seen: Set[str] = frozenset(),
) -> Branches:
    """Each branch without a worktree, with the scripts that it has at `paths`.

    `seen` are contents known to be scripts; wrappers among others are left out.
    A remote's branch counts only where no local branch is at its commit. The
    files say MARK and the branch's name where others say their worktree's.
    """
    wanted = frozenset(paths)
    found: list[Branch] = []
    unread: list[str] = []
    trees: dict[str, dict[bytes, gitobjects.Entry] | None] = {}
    for name, commit in _refs(repository):
        if commit not in trees:
            trees[commit] = _entries(repository, commit, wanted)
        entries = trees[commit]
        if entries is None:
            unread.append(name)
            continue
        files = (_file(name, path, entry) for path, entry in entries.items())
        found.append(Branch(name, commit, tuple(files)))
    return Branches(_without_wrappers(repository, found, seen), tuple(unread))


def _without_wrappers(
    repository: Repository, found: Iterable[Branch], seen: Set[str]
) -> tuple[Branch, ...]:
    held = tuple(found)
    asked = {f.content for branch in held for f in branch.files} - seen
    try:
        blobs = gitobjects.blobs(repository.root, asked)
    except errors.GitFailed:
        return held
    wrappers = {
        name for name, data in blobs.items() if stored.wrapped(data) is not None
    }
    return tuple(
        branch._replace(
            files=tuple(f for f in branch.files if f.content not in wrappers)
        )
        for branch in held
    )


def _refs(repository: Repository) -> Iterable[tuple[str, str]]:
    present = [tree for tree in repository.worktrees if os.path.isdir(tree.path)]
    taken = {f"refs/heads/{tree.branch}" for tree in present if tree.branch}
    known = {tree.head for tree in present}
    for ref in gitobjects.branches(repository.root):
        if ref.name.startswith("refs/heads/"):
            known.add(ref.commit)
            if ref.name not in taken:
                yield ref.name.removeprefix("refs/heads/"), ref.commit
        elif ref.commit not in known:
            yield ref.name.removeprefix("refs/remotes/"), ref.commit


def _entries(
    repository: Repository, commit: str, paths: frozenset[bytes]
) -> dict[bytes, gitobjects.Entry] | None:
    try:
        return gitobjects.files(repository.root, commit, paths)
    except errors.GitFailed:
        return None


def _file(name: str, path: bytes, entry: gitobjects.Entry) -> File:
    return File(
        worktree=MARK + name,
        path=path,
        content=entry.content,
        mode=entry.mode,
        size=-1,
        tracked=True,
        clean=True,
        blob=entry.content,
    )
