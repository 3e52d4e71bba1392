"""Make worktrees, say what each has, give one what it lacks."""

from __future__ import annotations

import hashlib
import os
import re
from dataclasses import dataclass, replace
from typing import Final

from s2s_tools import errors
from s2s_tools.changes import single, state
from s2s_tools.changes.model import Kind
from s2s_tools.model import Repository, Worktree
from s2s_tools.scripts.inventory import discovery
from s2s_tools.scripts.worktrees import allot, dotenv, store
from s2s_tools.scripts.worktrees.model import Allocation, Env, Row, Server
from s2s_tools.system import git, gitworktrees, ports

ENV: Final = b".env"
_NAME: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}")
_SHARED: Final = b"shared_coordination"


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """A worktree to be made; where `branch` is new it starts at `base`.

    `folder`: where it goes, by default `worktrees/<name>` of the main one.
    """

    name: str
    branch: str | None = None
    base: str | None = None
    folder: bytes | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Start:
    """Where a worktree goes and what is checked out; `new`: the branch is made."""

    target: bytes
    branch: str
    commit: str
    new: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Setup:
    """A worktree with what it has; `variables` are those of its `.env`."""

    row: Row
    variables: dict[str, str]
    filters: tuple[str, ...] = ()  # content filters that were not run


def listed(path: bytes) -> tuple[Row, ...]:
    """Every worktree that git knows, the main one first."""
    repository = discovery.find(path)
    return tuple(row(repository, tree) for tree in repository.worktrees)


def row(repository: Repository, tree: Worktree) -> Row:
    """What one worktree has now."""
    held = None if tree.foreign else store.get(tree, repository.common_dir)
    return _row(tree, held)


def env_state(tree: Worktree, held: Allocation | None) -> Env:
    """Whose `.env` stands in a worktree."""
    seen = state.observe(os.path.join(tree.path, ENV))
    if seen.kind is Kind.ABSENT:
        return Env.NONE
    if held is None or not held.env_sha256:
        return Env.FOREIGN
    return Env.OURS if seen.sha256 == held.env_sha256 else Env.EDITED


def named(repository: Repository, name: bytes) -> Worktree:
    """The worktree of a name: its folder's, its path's, or its path from the root.

    Raises errors.NotFound where there is none, errors.UsageFault for several.
    """
    text, full = os.fsdecode(name), os.path.realpath(name)
    trees = repository.worktrees
    for found in (
        [tree for tree in trees if tree.name == text],
        [tree for tree in trees if tree.path == full],
        [tree for tree in trees if os.path.basename(tree.path) == name],
    ):
        if len(found) > 1:
            raise errors.UsageFault(f"several worktrees are called {text}; give a path")
        if found:
            return found[0]
    raise errors.NotFound(f"there is no worktree {text}; see s2s worktree list")


def add(path: bytes, wish: Wish, server: Server) -> Setup:
    """Make a worktree and give it what it needs; alone, whoever else is at it.

    Raises errors.UsageFault for a bad name, errors.Refused where the folder or the
    branch is taken, errors.NotFound for a base that is none, errors.GitFailed.
    """
    repository = discovery.find(path)
    with store.turn(repository.common_dir, who=f"worktree add {wish.name}"):
        start = _start(repository, wish)
        filters = _make(repository.common_dir, start)
        repository = discovery.find(repository.common_dir)
        tree = named(repository, os.path.realpath(start.target))
        return replace(_set_up(repository, tree, server), filters=filters)


def start(path: bytes, wish: Wish) -> tuple[Start, Allocation]:
    """What `add` would do now, and what it would give; changes nothing."""
    repository = discovery.find(path)
    found = _start(repository, wish)
    name = os.fsdecode(os.path.basename(found.target))
    taken = store.others(repository, None)
    return found, allot.allocation(name, taken, ports.is_free)


def env(path: bytes, name: bytes | None, server: Server) -> Setup:
    """What a worktree has, given now if it was not; by default the one at `path`."""
    repository = discovery.find(path)
    tree = named(repository, name) if name is not None else _here(repository, path)
    if tree.foreign or tree.prunable:
        raise errors.Refused(
            f"{tree.name} cannot be given anything: its folder is gone or it "
            "belongs to another repository"
        )
    with store.turn(repository.common_dir, who=f"worktree env {tree.name}"):
        return _set_up(repository, tree, server)


def _check_name(name: str) -> None:
    if not _NAME.fullmatch(name) or ".." in name:
        raise errors.UsageFault(
            f"{name!r} cannot name a worktree; use letters, digits, dots, dashes "
            "and underscores, or give its place with --folder"
        )


def _target(repository: Repository, wish: Wish) -> bytes:
    if wish.folder is not None:
        target = os.path.abspath(wish.folder)
    elif repository.bare:
        raise errors.UsageFault("the repository is bare; give a place with --folder")
    else:
        target = os.path.join(repository.root, b"worktrees", wish.name.encode())
    inside = os.path.realpath(target) + b"/"
    if inside.startswith(repository.common_dir + b"/"):
        raise errors.Refused(
            f"{os.fsdecode(target)} is inside git's own folder; choose another"
        )
    return target


def _start(repository: Repository, wish: Wish) -> Start:
    _check_name(wish.name)
    target = _target(repository, wish)
    if os.path.lexists(target):
        raise errors.Refused(
            f"{os.fsdecode(target)} is there already; "
            "s2s worktree env gives a worktree what it lacks"
        )
    common_dir, branch = repository.common_dir, wish.branch or wish.name
    if not gitworktrees.is_branch_name(common_dir, branch):
        raise errors.UsageFault(f"{branch!r} cannot name a branch; give --branch")
    there = gitworktrees.commit(common_dir, f"refs/heads/{branch}")
    if there is not None and wish.base is not None:
        raise errors.Refused(
            f"the branch {branch} exists; leave --base out to check it out"
        )
    base = wish.base or "HEAD"
    commit = there or gitworktrees.commit(common_dir, base)
    if commit is None:
        raise errors.NotFound(f"{base} names no commit; give one with --base")
    return Start(target=target, branch=branch, commit=commit, new=there is None)


def _make(common_dir: bytes, start: Start) -> tuple[str, ...]:
    """Check the branch out; one that was made for it goes again where that fails."""
    if start.new:
        gitworktrees.create_branch(common_dir, start.branch, start.commit)
    try:
        return gitworktrees.add(common_dir, start.target, start.branch)
    except errors.GitFailed:
        if start.new and not os.path.lexists(start.target):
            gitworktrees.delete_branch(common_dir, start.branch, start.commit)
        raise


def _here(repository: Repository, path: bytes) -> Worktree:
    full = os.path.realpath(path)
    holders = [
        tree
        for tree in repository.worktrees
        if full == tree.path or full.startswith(tree.path.rstrip(b"/") + b"/")
    ]
    if not holders:
        raise errors.UsageFault("this is in no worktree; name one")
    return max(holders, key=lambda tree: len(tree.path))


def _set_up(repository: Repository, tree: Worktree, server: Server) -> Setup:
    """Under the lock: the allocation first, then its `.env`, never over another."""
    held = store.get(tree, repository.common_dir)
    linked = tree.git_dir != repository.common_dir
    if held is None:
        name = os.fsdecode(os.path.basename(tree.path))
        taken = store.others(repository, tree)
        held = allot.allocation(name, taken, ports.is_free)
        store.put(tree, held)
    shared = os.path.join(repository.root, _SHARED)
    variables = dotenv.values(held, server, os.fsdecode(shared))
    if linked and _may_have_env(tree, held):
        held = _write_env(tree, held, dotenv.text(variables))
    return Setup(row=_row(tree, held), variables=variables)


def _row(tree: Worktree, held: Allocation | None) -> Row:
    # Git writes the index when every file is there.
    index = os.path.join(tree.git_dir, b"index")
    there = os.path.isdir(tree.path) and not tree.foreign
    return Row(
        worktree=tree,
        allocation=held,
        env=env_state(tree, held),
        unfinished=there and tree.head is not None and not os.path.lexists(index),
    )


def _may_have_env(tree: Worktree, held: Allocation) -> bool:
    """Only where there is none, and the branch does not have one."""
    if env_state(tree, held) is not Env.NONE:
        return False
    return not git.output(tree.path, "ls-files", "-z", "--", ENV)


def _write_env(tree: Worktree, held: Allocation, text: bytes) -> Allocation:
    made = replace(held, env_sha256=hashlib.sha256(text).hexdigest())
    store.put(tree, made)  # first, so that a killed run leaves nothing unknown
    if single.create(os.path.join(tree.path, ENV), text, mode=0o644):
        return made
    store.put(tree, held)
    return held
