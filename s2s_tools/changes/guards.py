"""Which changes must not happen: decisions over observed facts."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from s2s_tools import errors
from s2s_tools.changes import laws, model
from s2s_tools.changes.facts import PathFacts, TreeFacts

_UNSET = ("unspecified", "unset", "")


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    """Why a change must not happen: which guard, where, and what to do next."""

    guard: str
    where: str
    why: str
    next: str

    def __str__(self) -> str:
        return f"{self.where}: {self.why}; {self.next}"

    def error(self) -> errors.Refused:
        """The same as an error to raise."""
        found = errors.Refused(str(self))
        found.guard = self.guard
        return found


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One write with all that is known about it; `lenient`: it may be uncommitted."""

    write: model.Write
    path: PathFacts
    tree: TreeFacts
    lenient: bool = False


Verdict = tuple[str, str] | None
Guard = Callable[[Case], Verdict]


def tree_refusal(tree: TreeFacts, *, idle: bool = True) -> Refusal | None:
    """Why nothing at all may change in a worktree now.

    One that is only read need not be `idle`.
    """
    where = "the main worktree" if tree.name == "." else f"worktree {tree.name}"
    if tree.wiring:
        return Refusal(
            guard="wiring",
            where=where,
            why=tree.wiring,
            next="correct its links by hand",
        )
    if not idle:
        return None
    if tree.operations:
        return Refusal(
            guard="operation",
            where=where,
            why=f"a {tree.operations[0]} is under way",
            next="finish or abort it first",
        )
    if tree.index_lock:
        return Refusal(
            guard="index-lock",
            where=where,
            why="git is at work in it: there is an index.lock",
            next="wait, or remove the file if no git process is running",
        )
    return None


def reach_refusal(case: Case) -> Refusal | None:
    """Why a path cannot be reached safely."""
    return _first(case, _REACH)


def refusal(case: Case, *, restoring: bool = False) -> Refusal | None:
    """Why a path that is as expected must not be written nevertheless.

    `restoring` an earlier state asks neither for a commit nor for attributes.
    """
    return _first(case, _ALWAYS if restoring else _ALWAYS | _WHEN_APPLYING)


def _first(case: Case, guards: dict[str, Guard]) -> Refusal | None:
    for name, guard in guards.items():
        verdict = guard(case)
        if verdict is not None:
            where = laws.show(case.write.worktree, case.write.path)
            return Refusal(guard=name, where=where, why=verdict[0], next=verdict[1])
    return None


def _barrier(case: Case) -> Verdict:
    if case.path.barrier is None:
        return None
    return case.path.barrier, "it stays as it is: change it by hand"


def _hard_link(case: Case) -> Verdict:
    if case.path.links <= 1:
        return None
    count = case.path.links
    return f"the file has {count} names (hard links)", "make it a file of its own"


def _owner(case: Case) -> Verdict:
    if not case.path.own:
        return "the file belongs to another user", "run as that user"
    if not case.path.group:
        return "the file belongs to a group that is not yours", "change its group"
    return None


def _special_bits(case: Case) -> Verdict:
    mode = case.path.state.mode
    if mode <= 0o777:
        return None
    return f"the file has special mode bits ({mode:o})", "remove them first"


def _attributes(case: Case) -> Verdict:
    if not case.path.attributes:
        return None
    names = ", ".join(case.path.attributes)
    return f"the file has extended attributes ({names})", "remove them first"


def _writable(case: Case) -> Verdict:
    if case.path.writable:
        return None
    return "its folder cannot be written", "make it writable"


def _gitlink(case: Case) -> Verdict:
    index = case.tree.index
    for path in (*laws.parents(case.write.path), case.write.path):
        if path in index and index[path].mode == 0o160000:
            return "it is, or lies in, a submodule", "change it there"
    return None


def _sparse(case: Case) -> Verdict:
    entry = case.tree.index.get(case.write.path)
    outside = entry.skip if entry else case.tree.sparse and not _in_cone(case)
    if not outside:
        return None
    return "it is outside the sparse checkout", "widen the checkout, or leave it out"


def _in_cone(case: Case) -> bool:
    """A new path counts as inside where git checks out one of its neighbours."""
    folder = case.write.path.rpartition(b"/")[0]
    return not folder or any(
        path.rpartition(b"/")[0] == folder and not entry.skip
        for path, entry in case.tree.index.items()
    )


def _conversion(case: Case) -> Verdict:
    path = case.path
    hint = "say 'text eol=lf' for it in .gitattributes"
    if path.eol == "crlf":
        return "git gives it CRLF line ends (eol=crlf)", hint
    if path.encoding not in _UNSET:
        return f"git re-encodes it (working-tree-encoding={path.encoding})", hint
    if path.filter not in _UNSET:
        return f"git filters it (filter={path.filter})", "change it by hand"
    if case.tree.crlf and path.eol != "lf" and path.text not in ("unset", ""):
        return "the configuration gives it CRLF line ends (autocrlf)", hint
    return None


def _conflict(case: Case) -> Verdict:
    entry = case.tree.index.get(case.write.path)
    if entry is None or not entry.conflicted:
        return None
    return "it is in conflict", "resolve and commit it first"


def _uncommitted(case: Case) -> Verdict:
    entry = case.tree.index.get(case.write.path)
    if case.lenient:
        return None
    if entry is None:
        # Before the first commit nothing could be committed.
        if case.path.state == model.ABSENT or case.tree.head is None:
            return None
        return "git does not track it", "commit it first, or name it"
    if case.write.path in case.tree.staged:
        return "it has staged changes", "commit them first"
    if not _matches(case, entry.mode, entry.blob):
        return "it has changes that are not committed", "commit them first"
    return None


def _matches(case: Case, mode: int, blob: str) -> bool:
    state = case.path.state
    if case.path.blob != blob:
        return False
    if (state.kind is model.Kind.LINK) != (mode == 0o120000):
        return False
    if state.kind is model.Kind.LINK or not case.tree.trust_modes:
        return True
    return bool(state.mode & 0o100) == (mode == 0o100755)


_REACH: Final[dict[str, Guard]] = {"parent": _barrier}
_ALWAYS: Final[dict[str, Guard]] = {
    "submodule": _gitlink,
    "hard-link": _hard_link,
    "owner": _owner,
    "special-bits": _special_bits,
    "attributes": _attributes,
    "writable": _writable,
}
_WHEN_APPLYING: Final[dict[str, Guard]] = {
    "sparse": _sparse,
    "conversion": _conversion,
    "conflict": _conflict,
    "uncommitted": _uncommitted,
}
