"""The two commits on main: a pure move of bodies, then what stands in for them."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterable, Mapping, Sequence
from typing import Final, NamedTuple

from s2s_tools import errors
from s2s_tools.changes.model import Kind, Plan, Write
from s2s_tools.model import Repository, Worktree
from s2s_tools.scripts.dedupe import trees as known_trees
from s2s_tools.scripts.dedupe.worktrees import commands
from s2s_tools.scripts.dedupe.worktrees.model import MAIN
from s2s_tools.system import git

_IDENTITY: Final = tuple(
    f"GIT_{role}_{what}"
    for role in ("AUTHOR", "COMMITTER")
    for what in ("NAME", "EMAIL", "DATE")
)
_ZERO: Final = {"sha1": "0" * 40, "sha256": "0" * 64}


class Made(NamedTuple):
    """The two commits, by id, and the branch they are on."""

    branch: str
    move: str
    wrappers: str


def check(repository: Repository) -> None:
    """Raises errors.Refused where main is not ready for two commits."""
    main = _main(repository)
    if main.branch is None:
        raise errors.Refused(
            "the main worktree is on no branch; git switch -c NAME first, or apply "
            "without --commit"
        )
    tree = known_trees.of_tree(known_trees.Trees(repository), MAIN)
    if problem := tree.barrier or tree.doubt:
        raise errors.Refused(
            f"the main worktree is not clean: {problem}; commit that first, or apply "
            "without --commit"
        )
    if main.head is None:
        raise errors.Refused("there is no commit yet; make the first one by hand")
    try:
        git.run(main.path, "var", "GIT_COMMITTER_IDENT", env=identity(), literal=False)
    except errors.GitFailed as exc:
        raise errors.Refused(
            "git does not know who commits; set user.name and user.email"
        ) from exc


def commit(plan: Plan, repository: Repository) -> Made | None:
    """Commit main's share of an applied plan; None where it has none.

    Neither hooks nor filters run. Raises errors.Refused where the branch moved.
    """
    found = commands.parts(plan)
    if not found.bodies:
        return None
    main = _main(repository)
    assert main.head is not None
    gone = [(path, None) for path in found.moved]
    move = _entries(main, found.bodies) + [_gone(repository, p) for p, _ in gone]
    stand_ins = _entries(main, found.others)
    with tempfile.TemporaryDirectory(prefix="s2s-index-") as folder:
        env = identity() | {"GIT_INDEX_FILE": os.path.join(folder, "index")}
        git.run(main.path, "read-tree", main.head, env=env)
        first = _commit(main, env, move, main.head, commands.message_of_move(found))
        second = _commit(
            main, env, stand_ins, first, commands.message_of_wrappers(found)
        )
    _stage(main, [*move, *stand_ins])
    _advance(main, second)
    git.run(main.path, "update-index", "-q", "--refresh", codes=(0, 1))
    return Made(main.branch or "", first, second)


def identity() -> dict[str, str]:
    """Who commits, as the caller's environment says it."""
    names = (*_IDENTITY, "EMAIL")
    return {name: os.environ[name] for name in names if name in os.environ}


def _entries(main: Worktree, writes: Sequence[Write]) -> list[bytes]:
    """A line of `update-index --index-info` for each written path."""
    lines = []
    for write in writes:
        args = ("hash-object", "-w", "--no-filters", "--stdin")
        blob = git.output(main.path, *args, input=write.data or b"").strip()
        mode = b"100755" if write.after.mode & 0o100 else b"100644"
        if write.after.kind is Kind.LINK:
            mode = b"120000"
        lines.append(mode + b" " + blob + b"\t" + write.path)
    return lines


def _gone(repository: Repository, path: bytes) -> bytes:
    return b"0 " + _ZERO[repository.object_format].encode() + b"\t" + path


def _commit(
    main: Worktree,
    env: Mapping[str, str],
    entries: Iterable[bytes],
    parent: str,
    message: str,
) -> str:
    info = b"".join(entry + b"\0" for entry in entries)
    git.run(main.path, "update-index", "-z", "--index-info", input=info, env=env)
    tree = git.run(main.path, "write-tree", env=env).out.strip()
    args = ("commit-tree", tree, "-p", parent)
    done = git.run(main.path, *args, input=message.encode(), env=env)
    return done.out.decode().strip()


def _stage(main: Worktree, entries: Iterable[bytes]) -> None:
    info = b"".join(entry + b"\0" for entry in entries)
    git.run(main.path, "update-index", "-z", "--index-info", input=info)


def _advance(main: Worktree, tip: str) -> None:
    args = ("update-ref", "-m", "commit: run scripts from .s2s/canonical")
    try:
        git.run(
            main.path,
            *args,
            f"refs/heads/{main.branch}",
            tip,
            main.head or "",
            env=identity(),
        )
    except errors.GitFailed as exc:
        raise errors.Refused(
            f"{main.branch} has moved meanwhile; what was applied is staged: commit it "
            f"by hand ({exc})"
        ) from exc


def _main(repository: Repository) -> Worktree:
    return next(tree for tree in repository.worktrees if tree.name == MAIN)
