"""The bytes of versions, from worktrees and from git's objects."""

from __future__ import annotations

import os
from collections.abc import Iterable
from dataclasses import dataclass

from s2s_tools import errors
from s2s_tools.model import Repository
from s2s_tools.scripts.inventory import branches, content
from s2s_tools.scripts.inventory.model import File
from s2s_tools.system import gitobjects


@dataclass(frozen=True, slots=True)
class Texts:
    """Gives the bytes of files; those that git keeps were read before."""

    repository: Repository
    folders: dict[str, bytes]
    blobs: dict[str, bytes]

    def of(self, file: File, *, committed: bool = False) -> bytes | None:
        """The bytes of a file, None where they cannot be read or are others now.

        `committed`: of a file that git converts, what git keeps.
        """
        if file.worktree.startswith(branches.MARK) or (committed and file.blob):
            return self.blobs.get(file.blob or file.content)
        return self._on_disk(file)

    def _on_disk(self, file: File) -> bytes | None:
        folder = self.folders.get(file.worktree)
        if folder is None:
            return None
        try:
            with open(os.path.join(folder, file.path), "rb") as stream:
                data = stream.read()
        except OSError:
            return None
        same = content.blob_id(data, self.repository.object_format).hex()
        return data if same == file.content else None


def load(repository: Repository, ids: Iterable[str]) -> Texts:
    """Texts with these blobs; without them where objects are missing."""
    try:
        blobs = gitobjects.blobs(repository.root, ids)
    except errors.GitFailed:
        blobs = {}
    folders = {tree.name: tree.path for tree in repository.worktrees}
    return Texts(repository, folders, blobs)
