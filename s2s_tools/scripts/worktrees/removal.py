"""Remove a worktree, provided that nothing is lost with it."""

from __future__ import annotations

import os
from dataclasses import dataclass

from s2s_tools import errors
from s2s_tools.changes import observe, single
from s2s_tools.model import Repository, Worktree
from s2s_tools.scripts.inventory import discovery
from s2s_tools.scripts.worktrees import service, store
from s2s_tools.scripts.worktrees.model import Allocation, Env, Row
from s2s_tools.system import files, gitworktrees

_SHOWN = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Removed:
    """What went, or would go; `objections` are the reasons why it stays."""

    row: Row
    objections: tuple[str, ...] = ()


def look(path: bytes, name: bytes) -> Removed:
    """What removing a worktree would do; changes nothing."""
    repository = discovery.find(path)
    return _looked(repository, service.named(repository, name))


def remove(path: bytes, name: bytes) -> Removed:
    """Remove a worktree with its `.env` and what it was given; its branch stays.

    Raises errors.Refused, naming what would be lost, errors.GitFailed.
    """
    repository = discovery.find(path)
    shown = os.fsdecode(name)
    with store.turn(repository.common_dir, who=f"worktree remove {shown}"):
        repository = discovery.find(repository.common_dir)
        tree = service.named(repository, name)
        found = _looked(repository, tree)
        if found.objections:
            raise errors.Refused(f"{tree.name} stays: {'; '.join(found.objections)}")
        _remove(repository, tree, found.row.allocation)
    return found


def _looked(repository: Repository, tree: Worktree) -> Removed:
    row = service.row(repository, tree)
    if tree.git_dir == repository.common_dir:
        return Removed(row=row, objections=("it is the main worktree",))
    if tree.foreign:
        return Removed(row=row, objections=("it belongs to another repository",))
    if tree.locked is not None:
        why = f" ({tree.locked})" if tree.locked else ""
        return Removed(row=row, objections=(f"it is locked{why}",))
    objections = [*_commits(repository, tree)]
    if os.path.lexists(tree.path):
        objections += [*_unfinished(repository, tree), *_work(tree, row)]
    return Removed(row=row, objections=tuple(objections))


def _commits(repository: Repository, tree: Worktree) -> list[str]:
    if not tree.detached or tree.head is None:
        return []
    count = gitworktrees.unheld(repository.common_dir, tree.head)
    if not count:
        return []
    return [
        f"its HEAD is detached at {tree.head[:12]}, and {count} of its commits are in "
        "no branch or tag: make one there"
    ]


def _unfinished(repository: Repository, tree: Worktree) -> list[str]:
    facts = observe.tree(repository, tree)
    found = [f"a {name} is under way: finish or abort it" for name in facts.operations]
    if facts.index_lock:
        found.append("git is at work in it (index.lock)")
    return found


def _work(tree: Worktree, row: Row) -> list[str]:
    """What no commit holds, but for the `.env` that was made here and not edited."""
    own = {service.ENV} if row.env is Env.OURS else set()
    found = [u for u in gitworktrees.uncommitted(tree.path) if u.path not in own]
    objections = []
    for ignored, what in ((False, "not committed"), (True, "ignored by git")):
        paths = [u.path for u in found if (u.kind == "!!") is ignored]
        if paths:
            objections.append(f"{_names(paths)} {_be(paths)} {what}")
    if hidden := gitworktrees.unwatched(tree.path):
        objections.append(
            f"{_names(hidden)} may be changed: git was told not to look at it"
        )
    if objections:
        objections[-1] += "; commit, move or delete what you want to keep or lose"
    return objections


def _names(paths: list[bytes] | tuple[bytes, ...]) -> str:
    shown = ", ".join(os.fsdecode(path) for path in paths[:_SHOWN])
    more = len(paths) - _SHOWN
    return f"{shown} and {more} more" if more > 0 else shown


def _be(paths: list[bytes]) -> str:
    return "is" if len(paths) == 1 else "are"


def _remove(repository: Repository, tree: Worktree, held: Allocation | None) -> None:
    path = os.path.join(tree.path, service.ENV)
    text = b""
    if held is not None and service.env_state(tree, held) is Env.OURS:
        text = files.read(path)
        single.remove(path, held.env_sha256)
    try:
        gitworktrees.remove(repository.common_dir, tree.path)
    except errors.GitFailed:
        if text and os.path.isdir(tree.path):
            single.create(path, text, mode=0o644)
        raise
