"""What wrappers call the project that they belong to."""

from __future__ import annotations

import os
from collections.abc import Iterable

from s2s_tools.model import Repository
from s2s_tools.scripts.wrappers import render
from s2s_tools.system import git

_LENGTH = 12


def name(repository: Repository, present: Iterable[bytes]) -> bytes:
    """One name on every machine: the first wrapper's, else the first commit's.

    `present` are the bytes of files that may be wrappers.
    """
    for data in present:
        row = render.read_exec(data)
        if row is not None:
            return row.project
    args = ("rev-list", "--first-parent", "--max-parents=0", "HEAD")
    done = git.run(repository.root, *args, codes=(0, 128), literal=False)
    ids = done.out.split()
    if not ids:
        return os.path.basename(repository.root) or b"scripts"
    return min(ids)[:_LENGTH]
