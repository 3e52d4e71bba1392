"""Why a script stays as it is in all worktrees, or in one of them."""

from __future__ import annotations

from collections.abc import Iterator

from s2s_tools.changes.model import Kind
from s2s_tools.scripts.dedupe import reasons
from s2s_tools.scripts.dedupe.model import Fact, Place, Tree
from s2s_tools.scripts.dedupe.worktrees.model import MAIN, Holder, Question, Room
from s2s_tools.scripts.inventory import stored
from s2s_tools.scripts.inventory.model import Family, File, Member, Relation

_UNMET = Tree(barrier="the worktree is not known")


def id_of(family: Family) -> bytes:
    """The id of a family as it stands in paths."""
    return family.id.encode("utf-8", "surrogateescape")


def of_family(question: Question, family: Family) -> str:
    """Why nothing of a family may change; "" where its copies decide."""
    canonical = family.canonical
    if canonical is None or canonical.worktree != MAIN:
        return "it is not in the main worktree; merge it into main first"
    if not canonical.size:
        return "it is empty"
    return (
        _by_members(family)
        or _by_branches(question.holders.get(family.id, ()))
        or _by_name(question.unfit.get(family.id, ""))
        or _by_canonical(question, family, canonical)
    )


def of_member(question: Question, family: Family, member: Member) -> str:
    """Why one file of a family that gets a body stays; "" where it is replaced."""
    worktree, path = place = member.file[:2]
    fact = question.facts.get(place)
    if reason := _by_relation(question, member) or _by_tree(question, worktree):
        return reason
    if fact is None:
        return "it cannot be read"
    if not member.file.tracked:
        return "git does not track it there"
    return (
        _by_bytes(question, family, member, fact)
        or reasons.decided(question.decisions, path, fact.state.sha256)
        or fact.objection
        or (fact.doubt if worktree not in question.named else "")
        or question.unresolved.get(place, "")
    )


def on_remotes(question: Question) -> Iterator[str]:
    """What remote-tracking branches have of their own: told, no hindrance."""
    for id in sorted(question.holders):
        for holder in question.holders[id]:
            if holder.remote:
                what = "its own bytes of" if holder.sure else "unknown bytes of"
                path = reasons.shown(holder.path)
                yield (
                    f"the remote-tracking branch {holder.branch} has {what} {path}; "
                    "s2s dedupe adopt brings it up to date before it is merged"
                )


def _by_name(problem: str) -> str:
    return f"its name does not fit: {problem}" if problem else ""


def _by_members(family: Family) -> str:
    for member in family.members:
        where = _where(member.file[:2])
        if stored.holds(member.file.path):
            continue
        if member.relation is Relation.DIVERGED:
            return (
                f"a worktree has bytes that main never had: {where}; commit them and "
                "merge that branch into main, or bring the file back"
            )
        if member.relation is Relation.UNKNOWN:
            return f"the history that could tell what a copy is, is not here: {where}"
    return ""


def _by_branches(holders: tuple[Holder, ...]) -> str:
    for holder in holders:
        if holder.remote:
            continue
        path, name = reasons.shown(holder.path), holder.branch
        if not holder.sure:
            return f"the history that could tell what {name} has, is not here: {path}"
        if holder.detached:
            return (
                f"a worktree has bytes that main never had: the commit checked out in "
                f"{name} has its own {path}; merge it into main first"
            )
        return (
            f"a branch has bytes that main never had: {name} has its own {path}; "
            f"merge it into main (git merge {name}) or delete it first"
        )
    return ""


def _by_canonical(question: Question, family: Family, canonical: File) -> str:
    if reason := _by_tree(question, MAIN):
        return f"main: {reason}"
    fact = question.facts.get(canonical[:2])
    if fact is None or fact.state.kind is not Kind.FILE:
        return "its canonical cannot be read"
    if canonical[:2] not in question.bodies:
        return "its canonical cannot be read"
    if stored.holds(canonical.path):
        return ""
    own = next(m for m in family.members if m.file[:2] == canonical[:2])
    reason = of_member(question, family, own)
    if reason:
        return f"its canonical stays: {reason}"
    return question.rooms.get(family.id, Room()).objection


def _by_relation(question: Question, member: Member) -> str:
    if member.relation is not Relation.STALE or question.update_stale:
        return ""
    behind = member.behind or 0
    commits = "1 commit" if behind == 1 else f"{behind} commits"
    return f"stale, {commits} behind; --stale update replaces it"


def _by_tree(question: Question, name: str) -> str:
    tree = question.trees.get(name, _UNMET)
    if tree.barrier:
        return tree.barrier
    if tree.doubt and name not in question.named and name != MAIN:
        return f"{tree.doubt}; name it with --worktree to include it"
    return ""


def _by_bytes(question: Question, family: Family, member: Member, fact: Fact) -> str:
    canonical = family.canonical
    if fact.state.kind is not Kind.FILE or canonical is None:
        return "it is not a regular file"
    if member.relation is Relation.STALE:
        return ""
    source = question.facts.get(canonical[:2])
    if source is None or fact.state.sha256 != source.state.sha256:
        return "it changed while it was compared"
    return ""


def _where(place: Place) -> str:
    path = reasons.shown(place[1])
    return path if place[0] == MAIN else f"{path} in {place[0]}"
