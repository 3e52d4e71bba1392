"""Finds a repository and all its worktrees by reading files, without git."""

from __future__ import annotations

import os
from typing import NamedTuple

from s2s_tools import errors
from s2s_tools.model import Repository, Worktree
from s2s_tools.scripts.inventory import gitconfig, heads

MAIN = "."
_FORMATS = {"sha1": 20, "sha256": 32}


class _Place(NamedTuple):
    """Where the search ended: a git directory and the folder it belongs to."""

    git_dir: bytes
    folder: bytes | None  # None inside a git directory itself


def find(path: bytes) -> Repository:
    """The repository that `path` is in, with all its worktrees.

    Raises errors.NotARepository where there is none.
    """
    place = _search(path)
    common_dir = _common_dir(place.git_dir)
    config = gitconfig.local(common_dir)
    object_format = _object_format(common_dir, config)
    main = _main_folder(place, common_dir, config)
    root = common_dir if main is None else main
    trees = _linked(root, common_dir)
    if main is not None:
        trees = [_worktree(root, main, common_dir, common_dir), *trees]
    if place.folder is not None and place.git_dir != common_dir:
        trees += _unlisted(root, place, common_dir, trees)
    return Repository(
        root=root,
        common_dir=common_dir,
        worktrees=tuple(trees),
        bare=main is None,
        object_format=object_format,
    )


def id_bytes(object_format: str) -> int:
    """How many bytes an object id has."""
    return _FORMATS[object_format]


def around(repository: Repository, path: bytes) -> Worktree | None:
    """The worktree that `path` lies in, None where it lies in none."""
    at = real(path) + b"/"
    holders = [t for t in repository.worktrees if at.startswith(t.path + b"/")]
    return max(holders, key=lambda tree: len(tree.path), default=None)


def linked_git_dir(folder: bytes, known: bytes = b"") -> bytes | None:
    """The git directory that a folder's `.git` names; None where it names none.

    `known` is one whose links are resolved, which it probably is.
    """
    dot_git = os.path.join(folder, b".git")
    text = _text(dot_git)
    if text.startswith(b"gitdir:"):
        named = os.path.join(folder, text[len(b"gitdir:") :].strip())
        return known if named == known else os.path.realpath(named)
    return os.path.realpath(dot_git) if os.path.isdir(dot_git) else None


def real(path: bytes) -> bytes:
    """The real path; raises errors.NotFound where the current folder is gone."""
    try:
        return os.path.realpath(path)
    except FileNotFoundError as exc:
        raise errors.NotFound(
            "the current folder is gone; change into another and run again"
        ) from exc


def _search(path: bytes) -> _Place:
    start = real(path)
    if not os.path.lexists(start):
        raise errors.NotFound(f"no such file or folder: {os.fsdecode(path)}")
    folder = start if os.path.isdir(start) else os.path.dirname(start)
    while True:
        git_dir = linked_git_dir(folder)
        if git_dir is not None and _is_git_dir(git_dir):
            return _Place(git_dir, folder)
        if git_dir is not None and not os.path.isdir(os.path.join(folder, b".git")):
            raise errors.NotARepository(
                f"{os.fsdecode(folder)}/.git names {os.fsdecode(git_dir)}, which is "
                "no git directory; the worktree was moved or its repository is gone"
            )
        if _is_git_dir(folder):
            return _Place(folder, None)
        parent = os.path.dirname(folder)
        if parent == folder:
            raise errors.NotARepository(
                f"{os.fsdecode(start)} is in no git repository; give the path of one"
            )
        folder = parent


def _is_git_dir(path: bytes) -> bool:
    if not os.path.lexists(os.path.join(path, b"HEAD")):
        return False
    common = _common_dir(path)
    return all(os.path.isdir(os.path.join(common, part)) for part in (b"objects",))


def _common_dir(git_dir: bytes) -> bytes:
    text = _text(os.path.join(git_dir, b"commondir")).strip()
    return os.path.realpath(os.path.join(git_dir, text)) if text else git_dir


def _object_format(common_dir: bytes, config: gitconfig.Config) -> str:
    name = config.get("extensions.objectformat", "sha1").lower()
    if name not in _FORMATS:
        raise errors.NotARepository(
            f"{os.fsdecode(common_dir)}/config: the object format {name} is unknown "
            "here; upgrade s2s"
        )
    return name


def _main_folder(
    place: _Place, common_dir: bytes, config: gitconfig.Config
) -> bytes | None:
    """The main worktree's folder; None for a bare repository."""
    if gitconfig.true(config.get("core.bare", "false")):
        return None
    named = config.get("core.worktree")
    if named:
        return os.path.realpath(os.path.join(common_dir, os.fsencode(named)))
    if place.git_dir == common_dir and place.folder is not None:
        return place.folder
    if os.path.basename(common_dir) == b".git":
        return os.path.dirname(common_dir)
    return None


def _linked(root: bytes, common_dir: bytes) -> list[Worktree]:
    """The linked worktrees, by name; of two that claim one folder the linked one."""
    holder = os.path.join(common_dir, b"worktrees")
    try:
        names = os.listdir(holder)
    except OSError:
        return []
    by_path: dict[bytes, Worktree] = {}
    parents: dict[bytes, bytes] = {}
    for name in sorted(names):
        git_dir = os.path.join(holder, name)
        link = _text(os.path.join(git_dir, b"gitdir")).strip()
        if not link:
            continue
        folder = _resolved(os.path.dirname(os.path.join(git_dir, link)), parents)
        tree = _worktree(root, folder, git_dir, common_dir)
        if folder not in by_path or by_path[folder].foreign:
            by_path[folder] = tree
    return sorted(by_path.values(), key=lambda tree: tree.name)


def _resolved(path: bytes, parents: dict[bytes, bytes]) -> bytes:
    """The real path; most worktrees lie beside others, so parents are remembered."""
    parent, name = os.path.split(path)
    if name in (b"", b".", b".."):
        return os.path.realpath(path)
    if parent not in parents:
        parents[parent] = os.path.realpath(parent)
    inner = os.path.join(parents[parent], name)
    return os.path.realpath(inner) if os.path.islink(inner) else inner


def _unlisted(
    root: bytes, place: _Place, common_dir: bytes, known: list[Worktree]
) -> list[Worktree]:
    """The folder asked for, where the repository does not know it as its own."""
    folder = place.folder
    if folder is None or any(tree.path == folder for tree in known):
        return []
    return [_worktree(root, folder, place.git_dir, common_dir, foreign=True)]


def _worktree(
    root: bytes,
    folder: bytes,
    git_dir: bytes,
    common_dir: bytes,
    *,
    foreign: bool = False,
) -> Worktree:
    head = heads.read(git_dir, common_dir)
    back = linked_git_dir(folder, git_dir)
    locked = None
    if git_dir != common_dir:
        locked = _locked(git_dir)
        foreign = foreign or (back is not None and back != git_dir)
    return Worktree(
        name=os.fsdecode(os.path.relpath(folder, root)),
        path=folder,
        git_dir=git_dir,
        head=head.commit,
        branch=head.branch,
        locked=locked,
        prunable=back is None and locked is None and git_dir != common_dir,
        detached=head.detached,
        foreign=foreign,
    )


def _locked(git_dir: bytes) -> str | None:
    try:
        with open(os.path.join(git_dir, b"locked"), "rb") as stream:
            return stream.read().decode("utf-8", "surrogateescape").strip()
    except OSError:
        return None


def _text(path: bytes) -> bytes:
    try:
        with open(path, "rb") as stream:
            return stream.read(1 << 16)
    except OSError:
        return b""
