"""Plan a deduplication or a refresh of the repository at a path."""

from __future__ import annotations

import difflib
import os
from collections.abc import Iterable
from typing import NamedTuple

from s2s_tools import errors
from s2s_tools.changes import planfile
from s2s_tools.changes.model import Plan
from s2s_tools.model import Repository, Worktree
from s2s_tools.scripts.dedupe import facts, plan, reasons, sync, trees
from s2s_tools.scripts.dedupe.model import Policy, Recorded, Request, Tree
from s2s_tools.scripts.inventory import discovery
from s2s_tools.scripts.inventory.model import Scan
from s2s_tools.scripts.inventory.survey import Progress
from s2s_tools.scripts.manifest import survey


class Planned(NamedTuple):
    """A plan, the repository it is for, and the worktree it starts from."""

    plan: Plan
    repository: Repository
    worktree: str


def dedupe(path: bytes, *, progress: Progress | None = None) -> Planned:
    """The plan for duplicates inside the tree that `path` is in, or for one file.

    Raises errors.NotFound where `path` is a file that is no script.
    """
    return dedupe_of(survey.take(path, tolerant=True, progress=progress), path)


def dedupe_of(found: survey.Survey, path: bytes) -> Planned:
    """The same for what was surveyed already."""
    repository = found.scan.repository
    here = current(repository, path)
    known = trees.Trees(repository)
    policy = Policy(
        repository=repository.common_dir,
        worktree=here.name,
        command="s2s dedupe apply",
        decisions=found.record.manifest.decisions,
        symlinks=trees.keeps_links(here),
        named=_named(found.scan, here, path),
        refusal=trees.refusal(known, here.name),
        recorded={
            entry.sha256: Recorded(entry.strategy, entry.reason)
            for entry in found.record.manifest.entries
        },
    )
    same = plan.duplicates(found.scan, here.name)
    seen = facts.of_files(known, [m.file[:2] for members in same for m in members])
    pairs = [
        (m.file.path, members[0].file.path) for members in same for m in members[1:]
    ]
    judged = facts.with_copiers(known, here.name, facts.with_uses(seen), pairs)
    return Planned(plan.build(found.scan, judged, policy), repository, here.name)


def refresh(
    path: bytes,
    *,
    worktrees: Iterable[str] = (),
    names: Iterable[str] = (),
    progress: Progress | None = None,
) -> Planned:
    """The plan that brings stale checkout copies up to date.

    `worktrees` by name or path, `names` of scripts; empty means all. Raises
    errors.NotFound for one that is not known.
    """
    found = survey.take(path, tolerant=True, progress=progress)
    return refresh_of(found, worktrees, names)


def refresh_of(
    found: survey.Survey, worktrees: Iterable[str] = (), names: Iterable[str] = ()
) -> Planned:
    """The same for what was surveyed already."""
    repository = found.scan.repository
    request = Request(
        repository=repository.common_dir,
        decisions=found.record.manifest.decisions,
        families=frozenset(_family(found.scan, name) for name in names),
        worktrees=frozenset(worktree(repository, name) for name in worktrees),
    )
    for name, why in reasons.unread(found.scan):
        if name in request.worktrees:
            raise errors.IndexCorrupt(why)
    wanted = tuple(sync.candidates(found.scan, request))
    known = trees.Trees(repository)
    states = {
        name: trees.of_tree(known, name)
        for name in sorted({copy.member.file.worktree for copy in wanted})
    }
    places = {copy.member.file[:2] for copy in wanted if _is_open(copy, states)}
    places |= {copy.canonical[:2] for copy in wanted}
    seen = facts.of_files(known, sorted(places))
    made = sync.build(found.scan, seen.facts, seen.bodies, states, request)
    return Planned(made, repository, repository.worktrees[0].name)


def saved(path: bytes, file: bytes) -> Planned:
    """A plan that was written to `file`, for the repository at `path`.

    Raises errors.InvalidDocument, errors.FileUnreadable, and errors.UsageFault
    where it was made for another repository.
    """
    made = planfile.load(file)
    repository = discovery.find(path)
    if os.path.realpath(made.repository) != os.path.realpath(repository.common_dir):
        raise errors.UsageFault(
            f"{os.fsdecode(file)} was made for {os.fsdecode(made.repository)}, not "
            f"for {os.fsdecode(repository.common_dir)}; make a plan here"
        )
    return Planned(made, repository, current(repository, path).name)


def current(repository: Repository, path: bytes) -> Worktree:
    """The worktree that `path` is in, the main one for a path inside .git.

    Raises errors.UsageFault where there is none.
    """
    where = _real(path)
    around = [t for t in repository.worktrees if _is_below(where, t.path)]
    if around:
        return max(around, key=lambda tree: len(tree.path))
    if repository.worktrees and not repository.bare:
        return repository.worktrees[0]
    raise errors.UsageFault(
        f"{os.fsdecode(path)} is in no worktree; give the path of one"
    )


def _real(path: bytes) -> bytes:
    """The real path; a link as last part is not followed, unless to a folder."""
    if os.path.isdir(path):
        return os.path.realpath(path)
    head, name = os.path.split(os.path.abspath(path))
    return os.path.join(os.path.realpath(head), name)


def _is_below(path: bytes, folder: bytes) -> bool:
    return path == folder or path.startswith(folder.rstrip(b"/") + b"/")


def _named(scan: Scan, here: Worktree, path: bytes) -> frozenset[bytes] | None:
    if os.path.isdir(path):
        return None
    inside = _real(path)[len(here.path) :].lstrip(b"/")
    if not any(file[:2] == (here.name, inside) for file in scan.files):
        raise errors.NotFound(f"{os.fsdecode(path)} is not a script of this tree")
    return frozenset({inside})


def _family(scan: Scan, name: str) -> str:
    ids = [family.id for family in scan.families]
    if name in ids:
        return name
    by_base = [id for id in ids if id.rpartition("/")[2] == name]
    if len(by_base) == 1:
        return by_base[0]
    if by_base:
        raise errors.NotFound(f"{name} is ambiguous: {', '.join(by_base)}; give one")
    near = difflib.get_close_matches(name, ids, n=1)
    hint = f"did you mean {near[0]}" if near else "s2s scan lists them"
    raise errors.NotFound(f"there is no script {name}; {hint}")


def worktree(repository: Repository, name: str) -> str:
    """The worktree that a name or a path means; raises errors.NotFound."""
    names = [tree.name for tree in repository.worktrees]
    if name in names:
        return name
    real = os.path.realpath(os.fsencode(name))
    for tree in repository.worktrees:
        if real == os.path.realpath(tree.path):
            return tree.name
    raise errors.NotFound(f"there is no worktree {name}; known: {', '.join(names)}")


def _is_open(copy: sync.Candidate, states: dict[str, Tree]) -> bool:
    return not states[copy.member.file.worktree].barrier
