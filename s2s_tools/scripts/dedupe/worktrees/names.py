"""What wrappers call the project that they belong to."""

from __future__ import annotations

import os

from s2s_tools.model import Repository
from s2s_tools.scripts.inventory import generated
from s2s_tools.scripts.inventory.model import Scan
from s2s_tools.scripts.manifest import store
from s2s_tools.scripts.wrappers import render
from s2s_tools.system import git

_LENGTH = 12


def project(scan: Scan) -> bytes:
    """One name on every machine: that of the wrappers, else the first commit's."""
    places = [item[:2] for item in scan.apart if item.reason == generated.REASON]
    for _, data in sorted(store.texts(scan.repository, places).items()):
        row = render.read_exec(data)
        if row is not None:
            return row.project
    return _first_commit(scan.repository)


def _first_commit(repository: Repository) -> bytes:
    args = ("rev-list", "--first-parent", "--max-parents=0", "HEAD")
    done = git.run(repository.root, *args, codes=(0, 128), literal=False)
    ids = done.out.split()
    if not ids:
        return os.path.basename(repository.root) or b"scripts"
    return min(ids)[:_LENGTH]
