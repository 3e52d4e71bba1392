"""A repository to change: builds plans, applies, undoes, and takes digests."""

from __future__ import annotations

import os
import stat
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest

from s2s_tools.changes import apply, model, state, undo
from s2s_tools.model import Repository
from s2s_tools.scripts.inventory import discovery

Digest = dict[bytes, tuple[str, int, bytes]]


@dataclass
class Bench:
    """A repository on the bench; `repo` is the fixture's one."""

    repo: Any

    @property
    def repository(self) -> Repository:
        """The repository as the product finds it, read anew."""
        return discovery.find(self.repo.root)

    def full(self, path: bytes, worktree: str = ".") -> bytes:
        """Where a path of a worktree lies."""
        return os.path.join(self.repo.root, os.fsencode(worktree), path)

    def file(
        self, path: bytes, data: bytes, mode: int = 0o755, **more: Any
    ) -> model.Write:
        """A write that makes a path a file."""
        return self._write(path, state.file_state(data, mode), data, **more)

    def link(self, path: bytes, target: bytes, **more: Any) -> model.Write:
        """A write that makes a path a symbolic link."""
        return self._write(path, state.link_state(target), target, **more)

    def gone(self, path: bytes, **more: Any) -> model.Write:
        """A write that removes a path."""
        return self._write(path, model.ABSENT, None, **more)

    def _write(
        self,
        path: bytes,
        after: model.State,
        data: bytes | None,
        *,
        worktree: str = ".",
        **more: Any,
    ) -> model.Write:
        return model.Write(
            worktree=worktree,
            path=path,
            before=state.observe(self.full(path, worktree)),
            after=after,
            data=data,
            reason="a test",
            **more,
        )

    def plan(self, *writes: model.Write, **more: Any) -> model.Plan:
        """A plan of these writes for this repository."""
        common = self.repository.common_dir
        return model.Plan(repository=common, command="test", writes=writes, **more)

    def apply(self, *writes: model.Write, **options: Any) -> apply.Applied:
        """Carry out these writes."""
        return apply.apply(self.plan(*writes), self.repository, **options)

    def undo(self, **options: Any) -> undo.Undone:
        """Take the last transaction back."""
        return undo.undo(self.repository, **options)

    def digest(self) -> Digest:
        """Every path below the root but git's own: kind, mode, bytes or target."""
        found: Digest = {}
        for folder, folders, files in os.walk(self.repo.root):
            if b".git" in folders:
                folders.remove(b".git")
            for name in [*folders, *files]:
                path = os.path.join(folder, name)
                found[os.path.relpath(path, self.repo.root)] = _entry(path)
        return found


def _entry(path: bytes) -> tuple[str, int, bytes]:
    found = os.lstat(path)
    if stat.S_ISLNK(found.st_mode):
        return "link", 0, os.readlink(path)
    mode = stat.S_IMODE(found.st_mode)
    if not stat.S_ISREG(found.st_mode):
        return "other", mode, b""
    with open(path, "rb") as file:
        return "file", mode, file.read()


@pytest.fixture
def bench(make_repo: Callable[..., Any]) -> Bench:
    """A repository with one linked worktree and a few committed scripts."""
    repo = make_repo(
        {
            "run.sh": ("echo run\n", 0o755),
            "lib/copy.sh": ("echo run\n", 0o755),
            "lib/plain.sh": ("echo plain\n", 0o644),
        }
    )
    os.symlink("run.sh", repo.file("alias.sh"))
    repo.commit(message="a link")
    repo.worktree("trees/side", branch="side")
    return Bench(repo)
