"""The floor without a dirty check: `git ls-files -s` in each worktree, grouped."""

from __future__ import annotations

import subprocess
import sys
from collections import defaultdict


def main(root: str) -> None:
    """Print the groups of identical blobs below a repository's worktrees."""
    listed = _git(root, "worktree", "list", "--porcelain", "-z")
    trees = [line[9:] for line in listed.split(b"\0") if line.startswith(b"worktree ")]
    groups: dict[bytes, list[bytes]] = defaultdict(list)
    for tree in trees:
        for line in _git(tree.decode(), "ls-files", "-s", "-z").split(b"\0")[:-1]:
            groups[line[7:47]].append(tree + b"/" + line[50:])
    for places in groups.values():
        if len(places) > 1:
            sys.stdout.buffer.write(b"\n".join(places) + b"\n\n")


def _git(cwd: str, *args: str) -> bytes:
    done = subprocess.run(["git", *args], cwd=cwd, capture_output=True, check=True)
    return done.stdout


if __name__ == "__main__":
    main(sys.argv[1])
