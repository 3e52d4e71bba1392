"""Bring an adopted main into a branch: merge the move, then the wrappers."""

from __future__ import annotations

import os
import shlex
from collections.abc import Iterable, Sequence
from typing import Final, NamedTuple

from s2s_tools import errors
from s2s_tools.changes import apply as changes
from s2s_tools.changes import state as states
from s2s_tools.changes import undo
from s2s_tools.changes.facts import PathFacts
from s2s_tools.changes.model import Kind, Plan, Write
from s2s_tools.model import Repository, Worktree
from s2s_tools.scripts.dedupe import trees as known_trees
from s2s_tools.scripts.dedupe.worktrees import merging, moves
from s2s_tools.scripts.dedupe.worktrees.model import MAIN
from s2s_tools.scripts.inventory import stored
from s2s_tools.scripts.manifest import standins
from s2s_tools.scripts.wrappers import render
from s2s_tools.system import git, gitobjects

COMMAND: Final = "s2s dedupe adopt"


class Ready(NamedTuple):
    """A branch that can adopt: what will be merged, which wrappers give way."""

    repository: Repository
    tree: Worktree
    branch: str
    moves: tuple[str, ...]
    thin: tuple[Write, ...] = ()

    def commands(self) -> tuple[str, ...]:
        """The same by hand."""
        return _typed(self.tree, self.moves)


class Adopted(NamedTuple):
    """The branch, where it was and where it is now."""

    branch: str
    before: str
    after: str


def prepare(repository: Repository, name: str) -> Ready:
    """Whether and how the branch of a worktree can adopt; nothing is changed.

    Raises errors.Refused, saying what to do first.
    """
    known = known_trees.Trees(repository)
    tree = known.worktree(name)
    branch = _branch(known, tree)
    tip = _main_tip(repository)
    lacking = moves.missing(tree.path, tree.head or "", tip)
    if lacking.squashed:
        raise errors.Refused(_squashed(tree, lacking.squashed, tip))
    if not lacking.bodies:
        raise errors.Refused(
            "main has committed no body to adopt; s2s dedupe apply --all-worktrees "
            "--commit does it, or the commands that its plan prints"
        )
    thin = _thin(known, tree)
    if not lacking.commits:
        return Ready(repository, tree, branch, ())
    last = lacking.commits[-1]
    if driver := merging.driver(tree, last):
        typed = "; ".join(_typed(tree, lacking.commits))
        raise errors.Refused(
            f"{driver}, and s2s runs nothing that a repository names; merge by "
            f"hand: {typed}"
        )
    return Ready(repository, tree, branch, lacking.commits, thin)


def adopt(ready: Ready) -> Adopted:
    """Merge; on a conflict the branch and its tree are as they were before.

    Raises errors.Refused with the files in conflict.
    """
    tree = ready.tree
    before = tree.head or ""
    aside = None
    if ready.thin:
        plan = Plan(
            repository=ready.repository.common_dir, command=COMMAND, writes=ready.thin
        )
        aside = changes.apply(plan, ready.repository).txid
    for commit in ready.moves:
        problem = merging.merge(tree, commit)
        if problem:
            merging.back(tree, before)
            if aside is not None:
                undo.undo(ready.repository, txid=aside)
            raise errors.Refused(_conflict(ready, commit, problem))
    if aside is not None:
        # The merged wrappers are what was put aside: that is taken back now.
        undo.undo(ready.repository, txid=aside)
    head = git.output(tree.path, "rev-parse", "HEAD").decode().strip()
    return Adopted(ready.branch, before, head)


def _branch(known: known_trees.Trees, tree: Worktree) -> str:
    shown = os.fsdecode(tree.path)
    if tree.name == MAIN:
        raise errors.Refused(
            "the main worktree is what others adopt from; name another worktree"
        )
    if tree.prunable or tree.foreign or not os.path.isdir(tree.path):
        raise errors.Refused(f"{shown} is no usable worktree of this repository")
    if reason := known_trees.refusal(known, tree.name):
        raise errors.Refused(f"{tree.name}: {reason}")
    if tree.branch is None or tree.head is None:
        raise errors.Refused(
            f"{tree.name} is on no branch; git -C {shlex.quote(shown)} switch -c NAME "
            "first"
        )
    return tree.branch


def _main_tip(repository: Repository) -> str:
    main = next((t for t in repository.worktrees if t.name == MAIN), None)
    if main is None or main.head is None:
        raise errors.Refused("there is no main worktree with a commit to adopt from")
    return main.head


def _thin(known: known_trees.Trees, tree: Worktree) -> tuple[Write, ...]:
    """Writes that bring what was wrapped but not committed back to its commit."""
    index = known.facts(tree.name).index
    dirty = sorted(known_trees.changed(known, tree.name))
    seen = known.paths(tree.name, dirty)
    wanted = [p for p in dirty if p in index and _is_stand_in(p, seen[p])]
    if others := [path for path in dirty if path not in wanted]:
        shown = others[0].decode("utf-8", "surrogateescape")
        raise errors.Refused(
            f"{tree.name} has changes that are not committed ({shown}); commit them "
            "first"
        )
    blobs = gitobjects.blobs(tree.path, {index[path].blob for path in wanted})
    return tuple(
        Write(
            worktree=tree.name,
            path=path,
            before=seen[path].state,
            after=states.file_state(blobs[index[path].blob], index[path].mode & 0o777),
            data=blobs[index[path].blob],
            reason="its branch brings the wrapper itself",
            named=True,
        )
        for path in wanted
        if index[path].mode & 0o170000 == 0o100000
    )


def _is_stand_in(path: bytes, seen: PathFacts) -> bool:
    if seen.state.kind is Kind.LINK:
        return stored.holds(standins.target(path, seen.data or b"") or b"")
    return render.read_exec(seen.data or b"") is not None


def _conflict(ready: Ready, commit: str, paths: Sequence[bytes]) -> str:
    shown = ", ".join(p.decode("utf-8", "surrogateescape") for p in paths[:5])
    typed = "; ".join(_typed(ready.tree, [commit]))
    return (
        f"{ready.branch} and {commit[:12]} conflict in {shown}; nothing was changed: "
        f"merge by hand ({typed}), resolve, commit, then run {COMMAND} again"
    )


def _squashed(tree: Worktree, commit: str, tip: str) -> str:
    start = f"git -C {shlex.quote(os.fsdecode(tree.path))}"
    return (
        f"commit {commit[:12]} holds the move and the wrappers in one (a squash?), so "
        f"git cannot carry this branch's edits over: {start} merge {tip[:12]}; where a "
        f"script is in conflict, take the wrapper ({start} checkout --theirs -- PATH) "
        "and put the branch's edits into .s2s/canonical/PATH; after a rebase of the "
        "branch do the same"
    )


def _typed(tree: Worktree, wanted: Iterable[str]) -> tuple[str, ...]:
    start = f"git -C {shlex.quote(os.fsdecode(tree.path))}"
    option = "-c merge.directoryRenames=false"
    return tuple(f"{start} {option} merge --no-edit {c[:12]}" for c in wanted)
