"""Merge a commit into the branch of a worktree, as git does, whole or not at all."""

from __future__ import annotations

import os
from typing import Final

from s2s_tools.model import Worktree
from s2s_tools.scripts.dedupe.worktrees import commits
from s2s_tools.system import git

# A whole folder that moves is no rename of that folder: its new files stay.
_SETTINGS: Final = (
    ("merge.directoryRenames", "false"),
    ("merge.renames", "true"),
    ("merge.renameLimit", "100000"),
    ("merge.verifySignatures", "false"),
)
_PROGRAMS: Final = r"^(filter|merge)\..*\.(clean|smudge|process|driver)$"


def merge(tree: Worktree, commit: str) -> tuple[bytes, ...]:
    """Merge one commit; the paths in conflict, or git's own words."""
    args = ("merge", "-q", "--no-edit", "--no-gpg-sign", "--no-autostash", commit)
    done = git.run(
        tree.path, *args, env=_environment(), codes=tuple(range(256)), literal=False
    )
    if done.code == 0:
        return ()
    unmerged = git.output(tree.path, "diff", "--name-only", "-z", "--diff-filter=U")
    paths = tuple(dict.fromkeys(unmerged.split(b"\0")[:-1]))
    if os.path.lexists(os.path.join(tree.git_dir, b"MERGE_HEAD")):
        git.run(tree.path, "merge", "--abort", literal=False)
    words = done.err.strip().splitlines() or done.out.strip().splitlines()
    return paths or (words[-1] if words else b"git merge failed",)


def _environment() -> dict[str, str]:
    env = {"GIT_CONFIG_COUNT": str(len(_SETTINGS))}
    for number, (key, value) in enumerate(_SETTINGS):
        env |= {f"GIT_CONFIG_KEY_{number}": key, f"GIT_CONFIG_VALUE_{number}": value}
    return env | commits.identity()


def driver(tree: Worktree, commit: str) -> str:
    """The first file of the merge for which git would run a configured program."""
    args = ("diff", "--name-only", "-z", "--no-ext-diff", f"HEAD...{commit}")
    paths = git.run(tree.path, *args, literal=False).out
    names = _drivers(tree)
    words = git.output(
        tree.path, "check-attr", "-z", "--stdin", "filter", "merge", input=paths
    ).split(b"\0")
    for path, kind, value in zip(words[::3], words[1::3], words[2::3], strict=False):
        if (kind, value) in names:
            shown = path.decode("utf-8", "surrogateescape")
            return f"git runs {kind.decode()} {value.decode()!r} for {shown}"
    return ""


def back(tree: Worktree, commit: str) -> None:
    """Let the branch be at `commit` again; what is not committed stays."""
    git.run(tree.path, "reset", "-q", "--keep", commit, literal=False)


def _drivers(tree: Worktree) -> frozenset[tuple[bytes, bytes]]:
    """The kinds and names of the programs that git's configuration knows."""
    args = ("config", "-z", "--name-only", "--get-regexp", _PROGRAMS)
    keys = git.run(tree.path, *args, codes=(0, 1)).out.split(b"\0")[:-1]
    split = [key.partition(b".") for key in keys]
    return frozenset((kind, rest.rpartition(b".")[0]) for kind, _, rest in split)
