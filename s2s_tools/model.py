"""What a repository and its worktrees are."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Worktree:
    """One checkout of a repository.

    `name` is the path relative to the repository's root ("." is the main one,
    `../x` one outside it); `path`, `git_dir` absolute bytes paths.
    """

    name: str
    path: bytes
    git_dir: bytes
    head: str | None = None  # commit id; None before the first commit
    branch: str | None = None  # short name; None on a detached HEAD
    locked: str | None = None  # the reason, "" without one; None: not locked
    prunable: bool = False  # its folder is gone
    detached: bool = False
    foreign: bool = False  # its links name another repository: never touched


@dataclass(frozen=True, slots=True, kw_only=True)
class Repository:
    """A git repository: its root, its common directory, its worktrees.

    `root` is the main worktree's folder, for a bare repository the folder of
    the repository itself. `worktrees` is sorted, the main one first; a bare
    repository has no ".".
    """

    root: bytes
    common_dir: bytes
    worktrees: tuple[Worktree, ...]
    bare: bool = False
    object_format: str = "sha1"
