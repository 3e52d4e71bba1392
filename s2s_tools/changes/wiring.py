"""Whether a worktree's links and the repository name each other."""

from __future__ import annotations

import os

from s2s_tools import model as repositories


def fault(repository: repositories.Repository, tree: repositories.Worktree) -> str:
    """What is wrong with a worktree's links, "" where nothing is.

    A copied worktree still names the original's administration; writing there
    would alter files of which this repository knows nothing.
    """
    if tree.foreign:
        return "its links name another repository"
    dot_git = os.path.join(tree.path, b".git")
    try:
        admin = _target(dot_git)
        if not os.path.samefile(admin, tree.git_dir):
            return "its .git does not lead to where the repository expects it"
        if os.path.samefile(admin, repository.common_dir):
            return ""
        return _linked(repository, dot_git, admin)
    except (OSError, ValueError) as exc:
        return f"its links cannot be followed ({exc})"


def _target(dot_git: bytes) -> bytes:
    if os.path.islink(dot_git):
        raise ValueError(".git is a symbolic link")
    if os.path.isdir(dot_git):
        return dot_git
    return _resolve(_line(dot_git, b"gitdir: "), os.path.dirname(dot_git))


def _linked(repository: repositories.Repository, dot_git: bytes, admin: bytes) -> str:
    common = _resolve(_line(os.path.join(admin, b"commondir")), admin)
    if not os.path.samefile(common, repository.common_dir):
        return "it belongs to another repository"
    back = _resolve(_line(os.path.join(admin, b"gitdir")), admin)
    if not os.path.lexists(back) or not os.path.samefile(back, dot_git):
        return "the repository's link names another folder, not this one"
    return ""


def _line(path: bytes, prefix: bytes = b"") -> bytes:
    with open(path, "rb") as file:
        text = file.read(8192)
    if not text.startswith(prefix):
        raise ValueError(f"{os.fsdecode(path)} has an unknown form")
    return text[len(prefix) :].rstrip(b"\r\n")


def _resolve(path: bytes, base: bytes) -> bytes:
    return os.path.normpath(os.path.join(base, path))
