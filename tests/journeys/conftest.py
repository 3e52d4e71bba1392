"""A small repository with linked worktrees, and what its scripts say when run."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

GREET = '#!/bin/sh\necho "hello $*"\n'
EDITED = '#!/bin/sh\necho "good day $*"\n'
COUNT = '#!/bin/sh\ni=0\nwhile [ "$i" -lt "$1" ]; do i=$((i + 1)); done\necho $i\n'
HERE = '#!/bin/sh\ncd "$(dirname "$0")" && ls ../data\n'


class World:
    """Main with two scripts that move and one that does not; worktrees one and two."""

    def __init__(self, main: Any, run_s2s: Callable[..., Any]) -> None:
        self.main = main
        self.trees: dict[str, Any] = {}
        self._run = run_s2s

    def s2s(self, *args: str, cwd: Any = None, code: int = 0) -> Any:
        """Run the program in main, or in `cwd`; its exit code must be `code`."""
        done = self._run(*args, cwd=(cwd or self.main).path)
        assert done.exit_code == code, done.stdout + done.stderr
        return done

    def apply(self, *args: str) -> Any:
        """One body for each script of all worktrees."""
        return self.s2s("dedupe", "apply", "--all-worktrees", "--yes", *args)

    def undo(self) -> Any:
        return self.s2s("dedupe", "undo", "--yes")

    def adopt(self, tree: Any, code: int = 0) -> Any:
        return self.s2s("dedupe", "adopt", cwd=tree, code=code)


@pytest.fixture
def world(make_repo: Callable[..., Any], run_s2s: Callable[..., Any]) -> World:
    """Nothing applied yet; each worktree is on a branch of its own name."""
    main = make_repo(
        {
            "bin/greet.sh": GREET,
            "bin/count.sh": (COUNT, 0o644),
            "bin/here.sh": HERE,
            "data/one.txt": "1\n",
        }
    )
    made = World(main, run_s2s)
    for name in ("one", "two"):
        made.trees[name] = main.worktree(f"../{name}", branch=name)
    return made


@pytest.fixture
def say() -> Callable[..., str]:
    """Run a script of a tree as people do; its stdout, or "CODE: stderr"."""

    def run(tree: Any, path: str, *args: str, by: str = "") -> str:
        file = Path(os.fspath(tree if isinstance(tree, Path) else tree.path)) / path
        argv = [*([by] if by else []), str(file), *args]
        done = subprocess.run(
            argv, cwd="/", capture_output=True, text=True, check=False
        )
        return (
            done.stdout if done.returncode == 0 else f"{done.returncode}: {done.stderr}"
        )

    return run


@pytest.fixture
def snapshot() -> Callable[..., Mapping[str, tuple[int, bytes]]]:
    """Every path of some trees with its mode and bytes; git's own files left out."""

    def take(*trees: Any) -> dict[str, tuple[int, bytes]]:
        found = {}
        for tree in trees:
            for folder, folders, names in os.walk(tree.path):
                folders[:] = [name for name in folders if name != ".git"]
                links = [n for n in folders if os.path.islink(os.path.join(folder, n))]
                for name in [*names, *links]:
                    path = os.path.join(folder, name)
                    link = os.path.islink(path)
                    data = (
                        os.readlink(path).encode() if link else Path(path).read_bytes()
                    )
                    if name != ".git":
                        found[path] = (os.lstat(path).st_mode, data)
                found[folder + "/"] = (os.lstat(folder).st_mode, b"")
        return found

    return take
