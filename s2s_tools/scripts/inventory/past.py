"""What paths once held, from git's history."""

from __future__ import annotations

import os
from collections.abc import Collection, Iterable, Mapping
from typing import TypeAlias

from s2s_tools import errors
from s2s_tools.model import Repository
from s2s_tools.scripts.inventory import gitconfig
from s2s_tools.system import gitlog

FULL, SHALLOW, PARTIAL = "full", "shallow", "partial"

# For each path what it held, newest first; content "" where it was not there.
Timelines: TypeAlias = dict[bytes, list[gitlog.Change]]

_MOST_RENAMES = 5


def state(repository: Repository) -> str:
    """Whether all history is there: "full", "shallow" or "partial"."""
    common = repository.common_dir
    if _has_text(os.path.join(common, b"shallow")):
        return SHALLOW
    try:
        packs = os.listdir(os.path.join(common, b"objects", b"pack"))
    except OSError:
        return FULL
    marked = any(name.endswith(b".promisor") for name in packs)
    return PARTIAL if marked and _has_promisor(common) else FULL


def read(
    repository: Repository, heads: Iterable[str], paths: Iterable[bytes]
) -> Timelines | None:
    """What each path held in the history of `heads`; one git process.

    None where objects that this needs are missing.
    """
    try:
        changes = gitlog.changes(repository.root, heads, paths)
    except errors.GitFailed:
        return None
    found: Timelines = {}
    for change in changes:
        found.setdefault(change.path, []).append(change)
    return found


def follow(
    repository: Repository,
    timelines: Timelines,
    unsettled: Mapping[bytes, Collection[str]],
) -> set[bytes]:
    """Lengthen the timelines of renamed paths by what they held before.

    `unsettled`: the contents looked for at each path. Only paths whose timeline
    lacks one are followed. Gives the paths where objects for it are missing.
    """
    names = {path: path for path in unsettled}
    for _ in range(_MOST_RENAMES):
        births = {
            path: timelines[path][-1].commit
            for path in names
            if timelines.get(path) and _lacks(timelines[path], unsettled[path])
        }
        try:
            names = _follow_once(repository, timelines, names, births)
        except errors.GitFailed:
            return set(births)
        if not names:
            break
    return set()


def _follow_once(
    repository: Repository,
    timelines: Timelines,
    names: Mapping[bytes, bytes],
    births: Mapping[bytes, str],
) -> dict[bytes, bytes]:
    """Go over one rename; the followed paths with their older names."""
    renamed = gitlog.renames(repository.root, births.values())
    older: dict[bytes, bytes] = {}
    by_commit: dict[str, list[bytes]] = {}
    for path, commit in births.items():
        before = renamed.get((commit, names[path]))
        if before is not None:
            older[path] = before
            by_commit.setdefault(commit, []).append(path)
    for commit, paths in by_commit.items():
        before_it = gitlog.changes(
            repository.root, [commit + "^"], {older[path] for path in paths}
        )
        for path in paths:
            timelines[path] += [c for c in before_it if c.path == older[path]]
    return older


def _lacks(timeline: Iterable[gitlog.Change], wanted: Collection[str]) -> bool:
    return not {change.content for change in timeline}.issuperset(wanted)


def _has_promisor(common_dir: bytes) -> bool:
    """Whether the repository says that a remote holds objects it lacks."""
    return any(
        key == "extensions.partialclone"
        or (key.startswith("remote.") and key.endswith(".promisor"))
        for key in gitconfig.local(common_dir)
    )


def _has_text(path: bytes) -> bool:
    try:
        return os.stat(path).st_size > 0
    except OSError:
        return False
