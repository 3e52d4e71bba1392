"""Brings the bodies in the common directory up to main's last commit."""

from __future__ import annotations

import os

from s2s_tools import constants
from s2s_tools.scripts.dedupe.worktrees import store
from s2s_tools.scripts.inventory import discovery, stored
from s2s_tools.system import git, gitobjects


def bodies(path: bytes) -> tuple[bytes, ...]:
    """Copy what the main worktree's commit holds; the ids that were changed.

    A repository without such a store gets none, and a body that main no longer
    has stays: a branch may need it. Raises errors.WriteFailed.
    """
    repository = discovery.find(path)
    main = next((t for t in repository.worktrees if t.name == "."), None)
    state = os.fsencode(constants.STATE_FOLDER)
    folder = os.path.join(repository.common_dir, state, b"canonical")
    if main is None or main.detached or not os.path.isdir(folder):
        return ()
    listed = git.output(
        main.path, "ls-tree", "-r", "-z", "--full-tree", "HEAD", "--", stored.FOLDER
    )
    places = {}
    for record in filter(None, listed.split(b"\0")):
        meta, _, where = record.partition(b"\t")
        if meta.startswith(b"100"):
            mode, _, id = meta.decode("ascii").split(" ")
            places[stored.home(where)] = (int(mode, 8) & 0o777, id)
    held = gitobjects.blobs(main.path, (id for _, id in places.values()))
    found = {
        name: store.Body(held[id], mode)
        for name, (mode, id) in places.items()
        if id in held
    }
    return store.put(repository.common_dir, found)
