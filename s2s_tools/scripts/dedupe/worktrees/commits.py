"""The two commits on main: a pure move of bodies, then what stands in for them."""

from __future__ import annotations

import os
import shlex
import tempfile
from collections.abc import Iterable, Mapping, Sequence
from typing import Final, NamedTuple

from s2s_tools import errors
from s2s_tools.changes.model import Kind, Plan, Write
from s2s_tools.model import Repository, Worktree
from s2s_tools.scripts.dedupe import trees as known_trees
from s2s_tools.scripts.dedupe.worktrees.model import MAIN
from s2s_tools.scripts.inventory import stored
from s2s_tools.system import git

_IDENTITY: Final = tuple(
    f"GIT_{role}_{what}"
    for role in ("AUTHOR", "COMMITTER")
    for what in ("NAME", "EMAIL", "DATE")
)
_ZERO: Final = {"sha1": "0" * 40, "sha256": "0" * 64}


class Parts(NamedTuple):
    """Main's share of a plan: where bodies come from and lie, what replaces them.

    `moved` are old paths, in the order of `bodies`; `others` are the stand-ins and
    the manifest.
    """

    moved: tuple[bytes, ...]
    bodies: tuple[Write, ...]
    others: tuple[Write, ...]


class Made(NamedTuple):
    """The two commits, by id, and the branch they are on."""

    branch: str
    move: str
    wrappers: str


def parts(plan: Plan) -> Parts:
    """What of a plan main's two commits hold."""
    own = [write for write in plan.writes if write.worktree == MAIN]
    bodies = tuple(write for write in own if stored.holds(write.path))
    others = tuple(write for write in own if not stored.holds(write.path))
    return Parts(tuple(stored.home(write.path) for write in bodies), bodies, others)


def commands(plan: Plan, root: bytes) -> tuple[str, ...]:
    """What a person types for the same two commits; () where main is not touched."""
    found = parts(plan)
    if not found.bodies:
        return ()
    start = f"git -C {_quoted(root)}"
    special = any(set(w.path) & set(b"*?[\\:") for w in found.bodies + found.others)
    exact = f"{start} --literal-pathspecs" if special else start
    bodies = _listed(write.path for write in found.bodies)
    others = _listed(write.path for write in found.others)
    return (
        f"{exact} rm -q --cached -- {_listed(found.moved)}",
        f"{exact} add -- {bodies}",
        f"{start} commit -m {_quoted(_first_line(found).encode())}",
        f"{exact} add -- {others}",
        f"{start} commit -m {_quoted(_second_line(found).encode())}",
    )


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
    found = parts(plan)
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
        first = _commit(main, env, move, main.head, _message_of_move(found))
        second = _commit(main, env, stand_ins, first, _message_of_wrappers(found))
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


def _message_of_move(found: Parts) -> str:
    return (
        f"{_first_line(found)}\n\nA pure move: each script keeps its bytes, so git "
        "follows it\nwhen a branch with other changes of it is merged.\n"
    )


def _message_of_wrappers(found: Parts) -> str:
    return (
        f"{_second_line(found)}\n\nTo bring these two commits into another branch: "
        "s2s dedupe adopt.\n"
    )


def _first_line(found: Parts) -> str:
    return f"Move {_count(found)} to .s2s/canonical"


def _second_line(found: Parts) -> str:
    return f"Run {_count(found)} from .s2s/canonical at the old paths"


def _count(found: Parts) -> str:
    number = len(found.bodies)
    return "1 script" if number == 1 else f"{number} scripts"


def _main(repository: Repository) -> Worktree:
    return next(tree for tree in repository.worktrees if tree.name == MAIN)


def _listed(paths: Iterable[bytes]) -> str:
    return " ".join(_quoted(path) for path in paths)


def _quoted(path: bytes) -> str:
    return shlex.quote(path.decode("utf-8", "surrogateescape"))
