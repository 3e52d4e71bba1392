"""Which stale checkout copies take the canonical's bytes, and why others stay."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from typing import NamedTuple

from s2s_tools.changes.model import Expect, Keep, Kind, Plan, State, Write
from s2s_tools.scripts.dedupe import reasons
from s2s_tools.scripts.dedupe.model import Fact, Facts, Place, Request, Tree
from s2s_tools.scripts.inventory import families
from s2s_tools.scripts.inventory.model import File, Member, Relation, Scan

Bodies = Mapping[Place, bytes]


def build(
    scan: Scan,
    facts: Facts,
    bodies: Bodies,
    trees: Mapping[str, Tree],
    request: Request,
) -> Plan:
    """The plan for what was asked; diverged and doubtful files are never written.

    `facts` must hold what is to be written and its canonical, `bodies` the
    canonicals' bytes; a file without them stays, with the reason.
    """
    writes: list[Write] = []
    keeps: list[Keep] = []
    expects: dict[Place, Expect] = {}
    for copy in candidates(scan, request):
        reason = _reason(copy, facts, bodies, trees, request)
        worktree, path = copy.member.file[:2]
        if reason:
            keeps.append(Keep(worktree=worktree, path=path, reason=reason))
            continue
        writes.append(_write(copy, facts, bodies, request))
        expects[copy.canonical[:2]] = _expect(copy.canonical, facts)
    assert not expects.keys() & {(w.worktree, w.path) for w in writes}
    return Plan(
        repository=request.repository,
        command=request.command,
        writes=tuple(sorted(writes, key=_order)),
        keeps=tuple(sorted(keeps, key=_order)),
        notes=reasons.left_out(scan),
        expects=tuple(expects[place] for place in sorted(expects)),
    )


class Candidate(NamedTuple):
    """A file that differs from its canonical; `at_home`: at the canonical's path."""

    member: Member
    canonical: File
    at_home: bool


def candidates(scan: Scan, request: Request) -> Iterator[Candidate]:
    """Each file that is asked for and is not the canonical's equal."""
    alike = (Relation.CANONICAL, Relation.ONLY_HERE, Relation.IDENTICAL)
    for family in scan.families:
        if family.canonical is None:
            continue
        if request.families and family.id not in request.families:
            continue
        at_home = frozenset(families.checkout_copies(family))
        for member in family.members:
            asked = not request.worktrees or member.file.worktree in request.worktrees
            if asked and member.relation not in alike:
                yield Candidate(member, family.canonical, member in at_home)


def _reason(
    copy: Candidate,
    facts: Facts,
    bodies: Bodies,
    trees: Mapping[str, Tree],
    request: Request,
) -> str:
    """Why this copy stays; "" where it may be refreshed."""
    worktree = copy.member.file.worktree
    fact, source = facts.get(copy.member.file[:2]), facts.get(copy.canonical[:2])
    if reason := _by_place(copy) or _by_tree(worktree, trees, request):
        return reason
    if fact is None or source is None or copy.canonical[:2] not in bodies:
        return "it or its canonical cannot be read"
    doubt = "" if worktree in request.worktrees else fact.doubt
    return (
        _by_facts(fact, source, copy.canonical)
        or reasons.decided(request.decisions, copy.member.file.path, fact.state.sha256)
        or fact.objection
        or doubt
    )


def _by_place(copy: Candidate) -> str:
    if copy.member.relation is Relation.DIVERGED:
        return "changed there; never replaced"
    if copy.member.relation is not Relation.STALE:
        return "its history is not here, so it may be changed"
    if not copy.at_home:
        return f"not at the canonical's path {reasons.shown(copy.canonical.path)}"
    if not copy.member.file.tracked:
        return "git does not track it there"
    return ""


def _by_tree(name: str, trees: Mapping[str, Tree], request: Request) -> str:
    tree = trees.get(name, Tree(barrier="the worktree is not known"))
    if tree.barrier:
        return tree.barrier
    if tree.doubt and name not in request.worktrees:
        return f"{tree.doubt}; name it with --worktree to refresh it"
    return ""


def _by_facts(fact: Fact, source: Fact, canonical: File) -> str:
    if (fact.state.kind, source.state.kind) != (Kind.FILE, Kind.FILE):
        return "not a regular file"
    if source.doubt:
        return f"the canonical {_where(canonical)} is not committed; commit it first"
    return ""


def _write(copy: Candidate, facts: Facts, bodies: Bodies, request: Request) -> Write:
    worktree, path = copy.member.file[:2]
    data = bodies[copy.canonical[:2]]
    mode = facts[copy.canonical[:2]].state.mode
    count = copy.member.behind or 0
    commits = "1 commit" if count == 1 else f"{count} commits"
    return Write(
        worktree=worktree,
        path=path,
        before=facts[worktree, path].state,
        after=State(Kind.FILE, mode, hashlib.sha256(data).hexdigest()),
        data=data,
        reason=f"{commits} behind {_where(copy.canonical)}",
        named=worktree in request.worktrees,
    )


def _where(canonical: File) -> str:
    path = reasons.shown(canonical.path)
    return path if canonical.worktree == "." else f"{canonical.worktree}: {path}"


def _expect(canonical: File, facts: Facts) -> Expect:
    worktree, path = canonical[:2]
    return Expect(worktree=worktree, path=path, state=facts[worktree, path].state)


def _order(item: Write | Keep) -> Place:
    return item.worktree, item.path
