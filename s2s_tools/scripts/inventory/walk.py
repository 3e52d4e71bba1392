"""Finds what lies in a worktree's folders beside what git tracks."""

from __future__ import annotations

import os
from bisect import bisect_left
from collections import Counter
from collections.abc import Callable, Container, Iterable, Sequence
from typing import NamedTuple

from s2s_tools.scripts.inventory import scope
from s2s_tools.system import git

_GIT = b".git"
_ATTRIBUTES = b".gitattributes"


class Ground(NamedTuple):
    """What a walk stands on.

    `base` goes before each path, empty where the process stands in `folder`.
    `tracked` and `ordered` are the paths of the index, `gitlinks` those of them
    that are other repositories; `own` the worktrees of this repository that lie
    inside this one; `wanted` says of a path whether it may be a script.
    """

    folder: bytes
    git_dir: bytes
    base: bytes
    tracked: Container[bytes]
    ordered: Sequence[bytes]
    gitlinks: Container[bytes]
    own: Container[bytes]
    wanted: Callable[[bytes], int]
    ignored: bool


class Found:
    """What a walk saw; `visited` are the folders, each with its slash."""

    def __init__(self) -> None:
        self.seen = 0  # names that git tracks
        self.visited: list[bytes] = []
        self.files: list[bytes] = []  # untracked, links too
        self.unread: list[tuple[bytes, str]] = []
        self.left_out: Counter[str] = Counter()
        self.attributes: list[bytes] = []  # untracked ones


def walk(ground: Ground) -> Found:
    """Every folder of a worktree but ignored ones; follows no link.

    It stops at repositories inside the worktree.
    """
    found = Found()
    level = [b""]
    while level:
        known = len(found.files)
        fresh = _descend(ground, found, level)
        files = found.files[known:]
        del found.files[known:]
        files, level = _kept(ground, found, files, fresh)
        found.files += files
    return found


def _descend(ground: Ground, found: Found, stack: list[bytes]) -> list[bytes]:
    """List the folders of `stack` and the tracked ones below; the untracked ones."""
    fresh: list[bytes] = []
    while stack:
        prefix = stack.pop()
        try:
            with os.scandir(ground.base + prefix or b".") as entries:
                _list(ground, found, prefix, entries, stack, fresh)
        except OSError as exc:
            found.unread.append((prefix, exc.strerror or "it cannot be read"))
    return fresh


def _list(
    ground: Ground,
    found: Found,
    prefix: bytes,
    entries: Iterable[os.DirEntry[bytes]],
    stack: list[bytes],
    fresh: list[bytes],
) -> None:
    tracked = ground.tracked
    files, first = len(found.files), len(fresh)
    seen = 0
    nested = False
    for entry in entries:  # runs once for each file
        path = prefix + entry.name
        if entry.is_dir(follow_symlinks=False):
            if entry.name == _GIT:
                nested = True
            else:
                _sort_folder(ground, found, path, stack, fresh)
        elif path in tracked:
            seen += 1
        elif entry.name == _GIT:
            nested = True
        else:
            _note(ground, found, entry.name, path)
    found.seen += seen
    found.visited.append(prefix)
    if nested and prefix:
        del found.files[files:]
        del fresh[first:]
        found.left_out["nested_repositories"] += prefix[:-1] not in ground.own


def _sort_folder(
    ground: Ground, found: Found, path: bytes, stack: list[bytes], fresh: list[bytes]
) -> None:
    if path in ground.gitlinks:
        found.seen += 1
        found.left_out["gitlinks"] += path not in ground.own
    elif path in ground.own:
        return
    elif _has_tracked(ground.ordered, path + b"/"):
        stack.append(path + b"/")
    else:
        fresh.append(path + b"/")


def _note(ground: Ground, found: Found, name: bytes, path: bytes) -> None:
    if name == _ATTRIBUTES:
        found.attributes.append(path)
    if ground.wanted(path):
        found.files.append(path)


def _has_tracked(ordered: Sequence[bytes], prefix: bytes) -> bool:
    at = bisect_left(ordered, prefix)
    return at < len(ordered) and ordered[at].startswith(prefix)


def _kept(
    ground: Ground, found: Found, files: list[bytes], folders: list[bytes]
) -> tuple[list[bytes], list[bytes]]:
    """The untracked files and folders that are in, the others counted."""
    if ground.ignored or not (files or folders):
        return files, folders
    outer = [path for path in folders if not _in_dependencies(path)]
    found.left_out["dependency_folders"] += len(folders) - len(outer)
    inner = [path for path in files if not _in_dependencies(path)]
    found.left_out["dependency_files"] += len(files) - len(inner)
    ignored = _ignored(ground, inner + outer)
    files = [path for path in inner if path not in ignored]
    folders = [path for path in outer if path not in ignored]
    found.left_out["ignored_files"] += len(inner) - len(files)
    found.left_out["ignored_folders"] += len(outer) - len(folders)
    return files, folders


def _in_dependencies(path: bytes) -> bool:
    return not scope.FOLDERS.isdisjoint(path.split(b"/")[:-1])


def _ignored(ground: Ground, paths: list[bytes]) -> frozenset[bytes]:
    if not paths:
        return frozenset()
    told = git.run(
        ground.folder,
        "check-ignore",
        "-z",
        "--stdin",
        input=b"".join(b"./" + path + b"\0" for path in paths),  # no ":(magic)"
        codes=(0, 1),
        env=git.without_index(ground.git_dir),
        literal=False,
    )
    return frozenset(path[2:] for path in told.out.split(b"\0"))
