"""What the worlds of the matrix are made with: folders, repositories, bodies."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, TypeAlias

from s2s_tools.scripts.wrappers import render
from s2s_tools.scripts.wrappers.model import ExecWrapper

Render: TypeAlias = Callable[[ExecWrapper], bytes]

NAME: Final = "scripts/build.sh"
STORE: Final = ".s2s/canonical"
PROJECT: Final = "estate"
EXIT: Final = 7
HOSTILE: Final = 'it\'s "a" $(touch hit) `touch hit` *?[a] \\ new\nline;&'
PROBE: Final = r"""
printf '%s\0' who=@WHO@ "zero=$0" "flags=$-" "pid=$$" "self=$S2S_SELF"
printf '%s\0' "umask=$(umask)" "cwd=$(pwd -P && echo .)"
for argument in "$@"; do printf 'arg=%s\0' "$argument"; done
printf 'env\0'
cat /proc/$$/environ
printf 'stdin\0'
cat
exit 7
"""


@dataclass(frozen=True, kw_only=True)
class Call:
    """How a wrapper is called in a world, and what is to come of it.

    `who` is the body that is to run, "" where the wrapper is to fail with
    `code`. `by` is "file" (the shell opens `path`), "name" (the shell of the
    caller looks `path` up in PATH) or "path lookup" (`sh name`, found on PATH).
    """

    path: str
    who: str = ""
    code: int = EXIT
    cwd: Path = Path("/")
    env: Mapping[str, str] = field(default_factory=dict)
    bare_env: bool = False
    by: str = "file"
    file: str = ""  # where the wrapper is, if `path` does not say so
    dropped: frozenset[str] = frozenset()  # variables that the wrapper may drop
    absent: frozenset[Path] = frozenset()  # files that must not come to be


class World:
    """A folder to build in, with the wrapper that is under test."""

    def __init__(self, folder: Path, make: Render = render.exec_wrapper) -> None:
        self.folder = folder
        self.row: ExecWrapper | None = None  # what the last wrapper was made from
        self._make = make
        folder.mkdir(parents=True, exist_ok=True)

    def body(self, root: Path, who: str, path: str = f"{STORE}/{NAME}") -> Path:
        """A script that tells who it is and how it was called."""
        text = "#!/bin/sh" + PROBE.replace("@WHO@", who)
        return self.write(root / path, text.encode())

    def wrapper(
        self, root: Path, path: str = NAME, *, id: str = NAME, body: str = ""
    ) -> Path:
        """The wrapper at `path` of the tree `root`."""
        row = ExecWrapper(
            id=id.encode(),
            path=path.encode(),
            body=(body or f"{STORE}/{id}").encode(),
            project=PROJECT.encode(),
        )
        self.row = row
        return self.write(root / path, self._make(row))

    def write(self, path: Path, data: bytes, mode: int = 0o755) -> Path:
        """One file with its folders."""
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
        path.chmod(mode)
        return path

    def tree(self, name: str = "tree", who: str = "own") -> Path:
        """A plain folder with the wrapper and, if `who`, a store of its own."""
        root = self.folder / name
        self.wrapper(root)
        if who:
            self.body(root, who)
        return root

    def repo(self, name: str = "repo", who: str = "main") -> Path:
        """A repository that has committed the wrapper, and nothing else."""
        root = self.tree(name, "")
        git(root, "init", "-q", "-b", "main")
        git(root, "add", NAME)
        git(root, "commit", "-q", "-m", "first")
        if who:
            self.body(root, who)
        return root

    def linked(self, repo: Path, name: str = "linked", at: Path | None = None) -> Path:
        """A linked worktree without a store, beside the repository or at `at`."""
        root = at or self.folder / name
        git(repo, "worktree", "add", "-q", "--detach", str(root))
        return root


def git(cwd: Path, *args: str) -> None:
    """Run git; an error stops the test."""
    env = {
        "PATH": os.environ["PATH"],
        "HOME": "/nonexistent",
        "GIT_CONFIG_GLOBAL": "/dev/null",
        "GIT_CONFIG_NOSYSTEM": "1",
    }
    for role in ("AUTHOR", "COMMITTER"):
        env |= {f"GIT_{role}_NAME": "Ada", f"GIT_{role}_EMAIL": "ada@example.invalid"}
    argv = ["git", "-c", "protocol.file.allow=always", *args]
    subprocess.run(argv, cwd=cwd, env=env, check=True, capture_output=True)


WORLDS: Final[dict[str, Callable[[World], Call]]] = {}


def world_of(build: Callable[[World], Call]) -> Callable[[World], Call]:
    """Add a world to the matrix, named as its function is."""
    WORLDS[build.__name__.replace("_", " ")] = build
    return build
