"""Making, looking through and removing worktrees; no program of the repository runs."""

from __future__ import annotations

import os
import time
from typing import Final, NamedTuple

from s2s_tools import errors
from s2s_tools.system import git

# What git says where two of them make worktrees at once; its clean-up is its own.
_RACES: Final = (
    "could not lock",
    "Unable to create",
    "File exists",
    "could not create",
    "failed to read",
)
_TRIES: Final = 6
_ALL: Final = ("--untracked-files=all", "--ignored=matching")


class Uncommitted(NamedTuple):
    """A path that no commit holds as it is: git's two letters, "!!" for ignored."""

    kind: str
    path: bytes


def is_branch_name(cwd: bytes, name: str) -> bool:
    """Whether a branch may be called so."""
    done = git.run(cwd, "check-ref-format", f"refs/heads/{name}", codes=(0, 1))
    return done.code == 0 and not name.startswith("-")


def commit(cwd: bytes, revision: str) -> str | None:
    """The commit that a revision names; None where there is none."""
    words = ("rev-parse", "--verify", "--quiet", "--end-of-options")
    done = git.run(cwd, *words, revision + "^{commit}", codes=(0, 1, 128))
    return done.out.decode("ascii").strip() or None if done.code == 0 else None


def create_branch(cwd: bytes, name: str, at: str) -> None:
    """Make a branch that does not exist; raises errors.GitFailed where it does."""
    git.run(cwd, "update-ref", f"refs/heads/{name}", at, "")


def delete_branch(cwd: bytes, name: str, at: str) -> None:
    """Remove a branch, provided that it still stands at `at`."""
    git.run(cwd, "update-ref", "-d", f"refs/heads/{name}", at)


def add(cwd: bytes, path: bytes, branch: str) -> tuple[str, ...]:
    """Check an existing branch out at a new path.

    Neither hooks nor content filters run; the filters' names are returned.
    """
    for turn in range(1, _TRIES + 1):
        try:
            git.run(cwd, "worktree", "add", "-q", "--no-checkout", "--", path, branch)
            break
        except errors.GitFailed as exc:
            if turn == _TRIES or not any(race in str(exc) for race in _RACES):
                raise
            time.sleep(0.05 * 2**turn)
    # Only in the new tree is known which filters are configured for it.
    names = filters(path)
    git.run(path, "reset", "-q", "--hard", "HEAD", env=_without(names))
    return names


def remove(cwd: bytes, path: bytes) -> None:
    """Remove a worktree that git finds clean; raises errors.GitFailed else."""
    env = _without(filters(path)) if os.path.isdir(path) else None
    git.run(cwd, "worktree", "remove", "--", path, env=env)


def uncommitted(path: bytes) -> tuple[Uncommitted, ...]:
    """Every path of a worktree that no commit holds as it is, ignored ones too."""
    words = (
        "status",
        "--porcelain=v1",
        "-z",
        "--no-renames",
        "--ignore-submodules=none",
    )
    done = git.run(path, *words, *_ALL, env=_without(filters(path)))
    rows = done.out.split(b"\0")[:-1]
    return tuple(Uncommitted(row[:2].decode("ascii"), row[3:]) for row in rows)


def unwatched(path: bytes) -> tuple[bytes, ...]:
    """Files whose changes git was told not to look at, and that are there."""
    rows = git.output(path, "ls-files", "-v", "-z").split(b"\0")[:-1]
    marked = [row[2:] for row in rows if row[:1].islower() or row[:1] == b"S"]
    return tuple(name for name in marked if os.path.lexists(os.path.join(path, name)))


def unheld(cwd: bytes, commit_id: str) -> int:
    """How many commits, up to this one, no branch and no tag holds."""
    words = ("rev-list", "--count", commit_id, "--not", "--branches", "--tags")
    return int(git.output(cwd, *words, "--remotes"))


def filters(cwd: bytes) -> tuple[str, ...]:
    """The content filters that are configured in a worktree."""
    words = ("config", "-z", "--name-only", "--get-regexp", r"^filter\.")
    out = git.run(cwd, *words, codes=(0, 1)).out
    keys = [os.fsdecode(key) for key in out.split(b"\0") if key]
    return tuple(sorted({key[len("filter.") :].rpartition(".")[0] for key in keys}))


def _without(names: tuple[str, ...]) -> dict[str, str]:
    """Settings under which no content filter runs, and no submodule is touched."""
    settings = {"submodule.recurse": "false"}
    for name in names:
        settings |= {
            f"filter.{name}.{key}": "" for key in ("clean", "smudge", "process")
        }
        settings[f"filter.{name}.required"] = "false"
    env = {"GIT_CONFIG_COUNT": str(len(settings))}
    for number, (key, value) in enumerate(settings.items()):
        env |= {f"GIT_CONFIG_KEY_{number}": key, f"GIT_CONFIG_VALUE_{number}": value}
    return env
