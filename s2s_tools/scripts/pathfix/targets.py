"""Which files a user's paths mean."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import NamedTuple

from s2s_tools import errors
from s2s_tools.model import Repository, Worktree
from s2s_tools.scripts.inventory import discovery, generated, grouping, scan, survey


class Target(NamedTuple):
    """A file or folder in a worktree; `named`: the user named this very file."""

    tree: Worktree
    path: bytes
    named: bool


def chosen(paths: Sequence[bytes]) -> tuple[Repository, list[Target]]:
    """The repository, and each path as a place in a worktree."""
    repositories = {}
    found: list[Target] = []
    for path in paths:
        if not path:
            raise errors.UsageFault("a path is empty; give a script or a folder")
        repository = discovery.find(path)
        repositories[repository.common_dir] = repository
        real = os.path.realpath(os.path.dirname(os.path.abspath(path)))
        where = (
            os.path.realpath(path)
            if os.path.isdir(path)
            else (os.path.join(real, os.path.basename(path)))
        )
        tree = _tree(repository, where)
        inside = os.path.relpath(where, tree.path)
        item = Target(tree, b"" if inside == b"." else inside, not os.path.isdir(path))
        if item not in found:
            found.append(item)
    if len(repositories) != 1:
        raise errors.UsageFault("the paths are in several repositories; take one")
    return next(iter(repositories.values())), found


def _tree(repository: Repository, where: bytes) -> Worktree:
    around = [
        tree
        for tree in repository.worktrees
        if where == tree.path or where.startswith(tree.path.rstrip(b"/") + b"/")
    ]
    if not around:
        raise errors.UsageFault(
            f"{os.fsdecode(where)} is in no worktree; give the path of one"
        )
    tree = max(around, key=lambda tree: len(tree.path))
    if tree.foreign:
        raise errors.Refused(f"{os.fsdecode(where)} is another repository's worktree")
    return tree


def scripts(
    repository: Repository, targets: Sequence[Target], progress: survey.Progress | None
) -> list[Target]:
    """The scripts below each folder, and the files that were named."""
    named = {(tree.name, path) for tree, path, is_file in targets if is_file}
    folders = [(tree, path) for tree, path, is_file in targets if not is_file]
    found = {(tree.name, path): tree for tree, path, is_file in targets if is_file}
    if folders:
        what = scan.look_for(repository, scan.Options())
        seen = survey.survey(repository, what, progress=progress)
        kept, _ = generated.part(repository, grouping.files(seen))
        for file in kept:
            for tree, folder in folders:
                below = not folder or file.path.startswith(folder + b"/")
                if file.worktree == tree.name and below and file.shell:
                    found.setdefault((file.worktree, file.path), tree)
    return [Target(found[key], key[1], key in named) for key in sorted(found)]
