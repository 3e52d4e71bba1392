"""What the names are at a place, and the library written to a file."""

from __future__ import annotations

import os

from s2s_tools import errors
from s2s_tools.changes import single
from s2s_tools.changes.model import Plan
from s2s_tools.model import Repository
from s2s_tools.scripts.environment import check, render, resolve, table
from s2s_tools.scripts.environment.model import Contradiction, Place, Value
from s2s_tools.scripts.inventory import spot

_MODE = 0o755


def show(path: bytes) -> tuple[Value, ...]:
    """Every name as it is at `path`; raises errors.NotFound where no root is told."""
    return resolve.values(place(path))


def contradictions(path: bytes) -> tuple[Contradiction, ...]:
    """What in the environment at `path` cannot be meant."""
    return check.contradictions(place(path))


def place(path: bytes) -> Place:
    """The facts about `path` and this machine."""
    tree, root = _trees(path)
    variables = dict(os.environ)
    named = [variables.get(name, "") for name in ("S2S_ROOT", "S2S_TREE")]
    asked = [file for signal in table.SIGNALS for file in signal.files]
    return Place(
        variables=variables,
        tree=tree,
        root=root,
        files=frozenset(file for file in asked if os.path.exists(file)),
        folders={name: os.path.realpath(name) for name in named if os.path.isdir(name)},
    )


def library(shell: str, *, replace: bool = False) -> single.Single:
    """The library as a file to be made; it takes the place of an earlier one.

    `replace`: of anything else too.
    """
    return single.Single(
        data=render.library(shell),
        mode=_MODE,
        command="env emit",
        reason=f"the environment detection for {shell}",
        may_replace=lambda held: replace or render.is_library(held),
    )


def plan(made: single.Single, file: bytes) -> tuple[Repository, Plan] | None:
    """Plan to put the library at `file`; None where that is in no repository.

    Raises errors.Refused where something else stands there.
    """
    try:
        at = spot.find(file)
    except errors.NotARepository:
        return None
    tree = at.worktree
    common_dir = at.repository.common_dir
    made_plan = single.plan(made, common_dir, tree.name, tree.path, at.inner)
    return at.repository, made_plan


def _trees(path: bytes) -> tuple[str, str]:
    """The worktree that `path` is in and the main one; both "" outside."""
    try:
        at = spot.find(os.path.join(path, b"."))
    except errors.NotARepository:
        return "", ""
    tree = os.fsdecode(at.worktree.path)
    return tree, tree if at.repository.bare else os.fsdecode(at.repository.root)
