"""Share bodies that main has in its tree but not yet in a commit."""

from __future__ import annotations

import os
import stat

from s2s_tools.model import Repository, Worktree
from s2s_tools.scripts.dedupe.worktrees import store
from s2s_tools.scripts.dedupe.worktrees.model import MAIN
from s2s_tools.scripts.inventory import stored
from s2s_tools.scripts.manifest import store as texts
from s2s_tools.system import git


def uncommitted(repository: Repository) -> tuple[bytes, ...]:
    """Bring shared bodies up to date with such ones; the ids that were changed.

    Once a body is committed, commits alone count. Raises errors.WriteFailed.
    """
    main = next((tree for tree in repository.worktrees if tree.name == MAIN), None)
    known = store.held(repository.common_dir)
    if main is None or not known:
        return ()
    places = [(MAIN, stored.place(id)) for id in sorted(known.keys() - _listed(main))]
    found = {}
    for (_, path), data in texts.texts(repository, places).items():
        mode = stat.S_IMODE(os.lstat(os.path.join(main.path, path)).st_mode)
        found[stored.home(path)] = store.Body(data, mode)
    return store.put(repository.common_dir, found)


def _listed(main: Worktree) -> frozenset[bytes]:
    """The ids whose bodies main's commit has."""
    if main.head is None:
        return frozenset()
    args = ("ls-tree", "-r", "-z", "--name-only", "--full-tree", main.head, "--")
    out = git.output(main.path, *args, stored.FOLDER.rstrip(b"/"))
    return frozenset(stored.home(path) for path in out.split(b"\0")[:-1])
