"""Plan one body for each script of all worktrees of a repository."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import NamedTuple

from s2s_tools import errors
from s2s_tools.changes import guards
from s2s_tools.changes.facts import PathFacts
from s2s_tools.changes.model import ABSENT, Write
from s2s_tools.model import Repository
from s2s_tools.scripts.dedupe import facts, service
from s2s_tools.scripts.dedupe import trees as known_trees
from s2s_tools.scripts.dedupe.model import Tree
from s2s_tools.scripts.dedupe.worktrees import (
    branches,
    names,
    objections,
    plan,
    record,
    resolution,
    strategies,
)
from s2s_tools.scripts.dedupe.worktrees.model import MAIN, Decided, Question, Room
from s2s_tools.scripts.inventory import stored
from s2s_tools.scripts.inventory.model import Family, Scan
from s2s_tools.scripts.inventory.survey import Progress
from s2s_tools.scripts.manifest import survey
from s2s_tools.scripts.wrappers import render
from s2s_tools.scripts.wrappers.model import ExecWrapper
from s2s_tools.system import git

_MOST_ROUNDS = 5


class Wish(NamedTuple):
    """What the user asked for; `worktrees` by name or path."""

    worktrees: tuple[str, ...] = ()
    update_stale: bool = False


class Planned(NamedTuple):
    """What was decided, for which repository, from which scan."""

    decided: Decided
    repository: Repository
    scan: Scan
    trees: Mapping[str, Tree]


def consolidate(
    path: bytes, wish: Wish, *, progress: Progress | None = None
) -> Planned:
    """The plan for the repository that `path` is in; nothing is written.

    Raises errors.NotFound for a worktree that is not known, errors.Refused for a
    bare repository: it has no main worktree to keep the bodies in.
    """
    found = survey.take(path, progress=progress)
    repository = found.scan.repository
    if repository.bare or not any(t.name == MAIN for t in repository.worktrees):
        raise errors.Refused(
            f"{os.fsdecode(repository.root)} is bare: there is no main worktree to "
            "keep the scripts' bodies in; every copy stays"
        )
    known = known_trees.Trees(repository)
    question = _question(known, found, wish)
    decided = plan.build(question)
    for _ in range(_MOST_ROUNDS):
        bodies = {
            objections.id_of(f): question.bodies[f.canonical[:2]]
            for f in question.families
            if f.canonical is not None and f.canonical[:2] in question.bodies
        }
        failed = resolution.failures(decided.plan, repository, bodies)
        if not failed:
            break
        question = replace(question, unresolved={**question.unresolved, **failed})
        decided = plan.build(question)
    return Planned(_recorded(decided, found), repository, found.scan, question.trees)


def _recorded(decided: Decided, found: survey.Survey) -> Decided:
    """The same with the manifest brought up to date, last of all."""
    made = decided.plan
    writes = (*made.writes, *record.write(decided, found))
    return replace(decided, plan=replace(made, writes=writes))


def _question(known: known_trees.Trees, found: survey.Survey, wish: Wish) -> Question:
    scan, repository = found.scan, found.scan.repository
    decisions = found.record.manifest.decisions
    named = frozenset(service.worktree(repository, name) for name in wish.worktrees)
    answers = strategies.decide(known, scan, found.record.manifest)
    shared = [family for family in scan.families if _is_shared(family)]
    states = {
        name: known_trees.of_tree(known, name)
        for name in sorted({m.file.worktree for f in shared for m in f.members})
    }
    places = {
        member.file[:2]
        for family in shared
        for member in family.members
        if not states[member.file.worktree].barrier
    }
    seen = facts.of_files(known, sorted(places))
    project = names.project(scan)
    wrappers, unfit = _wrappers(shared, project)
    return Question(
        repository=repository.common_dir,
        families=scan.families,
        facts=seen.facts,
        bodies=seen.bodies,
        trees=states,
        strategies=answers.strategies,
        wrappers=wrappers,
        holders=branches.holders(scan, shared, seen.bodies),
        rooms=_rooms(known, shared),
        unfit=unfit,
        decisions=decisions,
        named=named,
        update_stale=wish.update_stale,
    )


def _is_shared(family: Family) -> bool:
    """Whether main's script has copies in other worktrees."""
    canonical = family.canonical
    return canonical is not None and any(
        member.file.worktree != MAIN for member in family.members
    )


def _wrappers(
    families: Iterable[Family], project: bytes
) -> tuple[dict[tuple[bytes, bytes], bytes], dict[str, str]]:
    texts, unfit = {}, {}
    for family in families:
        id = objections.id_of(family)
        for path in sorted({member.file.path for member in family.members}):
            if stored.holds(path):
                continue
            row = ExecWrapper(id=id, path=path, body=stored.place(id), project=project)
            try:
                texts[id, path] = render.exec_wrapper(row)
            except errors.Refused as exc:
                unfit[family.id] = str(exc)
    return texts, unfit


def _rooms(known: known_trees.Trees, families: Iterable[Family]) -> dict[str, Room]:
    """Whether main's store can take each body."""
    wanted = {
        stored.place(objections.id_of(family)): family.id
        for family in families
        if family.canonical is not None
        and family.canonical.worktree == MAIN
        and not stored.holds(family.canonical.path)
    }
    seen = known.paths(MAIN, wanted)
    reachable = [path for path, facts in seen.items() if facts.barrier is None]
    ignored = _ignored(known.worktree(MAIN).path, reachable)
    rooms = {}
    for path, found in seen.items():
        shown = path.decode("utf-8", "surrogateescape")
        if found.state != ABSENT:
            rooms[wanted[path]] = Room(f"something else stands at {shown}")
        elif path in ignored:
            rooms[wanted[path]] = Room(f"git ignores {shown}; let .gitignore have it")
        elif refusal := _refusal(known, path, found):
            rooms[wanted[path]] = Room(f"{shown}: {refusal.why}; {refusal.next}")
    return rooms


def _refusal(
    known: known_trees.Trees, path: bytes, facts: PathFacts
) -> guards.Refusal | None:
    probe = Write(
        worktree=MAIN, path=path, before=ABSENT, after=ABSENT, data=None, reason=""
    )
    case = guards.Case(write=probe, path=facts, tree=known.facts(MAIN))
    return guards.reach_refusal(case) or guards.refusal(case)


def _ignored(root: bytes, paths: Iterable[bytes]) -> frozenset[bytes]:
    text = b"".join(path + b"\0" for path in paths)
    args = ("check-ignore", "-z", "--stdin", "--no-index")
    done = git.run(root, *args, input=text, codes=(0, 1), literal=False)
    return frozenset(done.out.split(b"\0")[:-1])
