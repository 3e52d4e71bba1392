"""Give every worktree its scripts back, without any journal."""

from __future__ import annotations

import shlex
from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import NamedTuple

from s2s_tools.changes import guards
from s2s_tools.changes.facts import PathFacts
from s2s_tools.changes.model import ABSENT, Kind, Plan, Write
from s2s_tools.model import Repository
from s2s_tools.scripts.dedupe import service
from s2s_tools.scripts.dedupe import trees as known_trees
from s2s_tools.scripts.dedupe.model import Tree
from s2s_tools.scripts.dedupe.worktrees import forgetting, removal, store
from s2s_tools.scripts.dedupe.worktrees.removal import Body, Removal, Stand
from s2s_tools.scripts.inventory import generated, stored
from s2s_tools.scripts.inventory.model import Scan
from s2s_tools.scripts.inventory.survey import Progress
from s2s_tools.scripts.manifest import standins, survey
from s2s_tools.scripts.manifest import store as manifests
from s2s_tools.scripts.manifest.model import Form
from s2s_tools.scripts.wrappers import render
from s2s_tools.system import gitobjects


class Planned(NamedTuple):
    """The way back and the repository that it is for."""

    removal: Removal
    repository: Repository


def plan(
    path: bytes, worktrees: Iterable[str] = (), *, progress: Progress | None = None
) -> Planned:
    """The plan for the repository that `path` is in; nothing is written.

    Raises errors.NotFound for a worktree that is not known.
    """
    found = survey.take(path, progress=progress)
    scan, repository = found.scan, found.scan.repository
    known = known_trees.Trees(repository)
    stands = (*_stands(known, scan), *_links(known, found))
    bodies = tuple(_bodies(known, scan))
    names = {s.worktree for s in stands} | {body.worktree for body in bodies}
    made = removal.build(
        stands,
        bodies,
        shared={
            id: (body.data, body.mode)
            for id, body in store.held(repository.common_dir).items()
        },
        trees={name: _tree(known, name, stands) for name in sorted(names)},
        named=frozenset(service.worktree(repository, name) for name in worktrees),
        repository=repository.common_dir,
    )
    more = forgetting.write(made, found)
    whole = replace(made.plan, writes=(*made.plan.writes, *more))
    return Planned(made._replace(plan=whole), repository)


def commands(made: Plan, repository: Repository) -> tuple[str, ...]:
    """What a person types to commit it, in each worktree that had a store."""
    lines = []
    for tree in repository.worktrees:
        own = [w.path for w in made.writes if w.worktree == tree.name]
        if any(stored.holds(path) for path in own):
            start = f"git -C {_quoted(tree.path)}"
            lines.append(f"{start} add -A -- {' '.join(map(_quoted, own))}")
            lines.append(f"{start} commit -m 'Scripts stand at their own paths again'")
    return tuple(lines)


def _tree(known: known_trees.Trees, name: str, stands: Iterable[Stand]) -> Tree:
    """Whether a worktree is open; wrappers that wait to be committed are ours."""
    tree = known_trees.of_tree(known, name)
    if tree.barrier or known.worktree(name).locked is not None:
        return tree
    ours = {stand.path for stand in stands if stand.worktree == name}
    others = {
        path
        for path in known_trees.changed(known, name) - ours
        if not path.startswith(b".s2s/")
    }
    if not others or name == ".":
        return Tree()
    shown = min(others).decode("utf-8", "surrogateescape")
    why = f"the worktree has changes that are not committed ({shown})"
    return Tree(doubt=why)


def _stands(known: known_trees.Trees, scan: Scan) -> Iterator[Stand]:
    by_tree: dict[str, dict[bytes, bytes]] = {}
    for item in scan.apart:
        if item.reason == generated.REASON:
            id = item.detail.encode("utf-8", "surrogateescape")
            by_tree.setdefault(item.worktree, {})[item.path] = id
    for (worktree, path), text in manifests.links(scan).items():
        target = standins.target(path, text) or b""
        if stored.holds(target):
            by_tree.setdefault(worktree, {})[path] = stored.home(target)
    for name, ids in by_tree.items():
        originals = _originals(known, name, ids)
        for path, seen in known.paths(name, ids).items():
            data = seen.data or b""
            exact = seen.state.kind is Kind.LINK or render.read_exec(data) is not None
            yield Stand(
                worktree=name,
                path=path,
                id=ids[path],
                state=seen.state,
                original=originals.get(path),
                edited=not exact,
                objection=_objection(known, name, path, seen),
            )


def _links(known: known_trees.Trees, found: survey.Survey) -> Iterator[Stand]:
    """The links that the manifest owns and that lead to a script of their tree."""
    owned = {
        copy[:2]: copy.to or entry.path
        for entry in found.record.manifest.entries
        for copy in entry.copies
        if copy.form is Form.SYMLINK
    }
    for (name, path), text in manifests.links(found.scan).items():
        to, wanted = standins.target(path, text), owned.get((name, path))
        if wanted is None or (to is not None and stored.holds(to)):
            continue
        at_home = to == stored.home(wanted)
        wanted = to if at_home and to else wanted
        seen = known.paths(name, {path, wanted})
        link, there = seen[path], seen[wanted]
        if link.state.kind is not Kind.LINK:
            continue
        script = there.data if there.state.kind is Kind.FILE else None
        id = stored.wrapped(script or b"")
        own = (script, there.state.mode) if script is not None and id is None else None
        strayed = "" if to == wanted else "it leads elsewhere now"
        yield Stand(
            worktree=name,
            path=path,
            id=id or path,
            state=link.state,
            original=own,
            objection=strayed or _objection(known, name, path, link),
        )


def _bodies(known: known_trees.Trees, scan: Scan) -> Iterator[Body]:
    by_tree: dict[str, list[bytes]] = {}
    for file in scan.files:
        if stored.holds(file.path):
            by_tree.setdefault(file.worktree, []).append(file.path)
    for name, paths in by_tree.items():
        seen = known.paths(name, {*paths, *map(stored.home, paths)})
        for path in paths:
            found, id = seen[path], stored.home(path)
            yield Body(
                worktree=name,
                id=id,
                state=found.state,
                data=found.data or b"",
                home=seen[id].state,
                objection=_objection(known, name, path, found),
            )


def _originals(
    known: known_trees.Trees, name: str, paths: Iterable[bytes]
) -> dict[bytes, tuple[bytes, int]]:
    """The scripts that the worktree's commit has at these paths."""
    tree = known.worktree(name)
    if tree.head is None:
        return {}
    entries = gitobjects.files(tree.path, tree.head, paths)
    blobs = gitobjects.blobs(tree.path, {entry.content for entry in entries.values()})
    return {
        path: (blobs[entry.content], entry.mode)
        for path, entry in entries.items()
        if entry.content in blobs and stored.wrapped(blobs[entry.content]) is None
    }


def _objection(
    known: known_trees.Trees, name: str, path: bytes, seen: PathFacts
) -> str:
    probe = Write(
        worktree=name, path=path, before=seen.state, after=ABSENT, data=None, reason=""
    )
    facts = known.facts(name)
    case = guards.Case(write=probe, path=seen, tree=facts, lenient=True)
    refusal = guards.reach_refusal(case) or guards.refusal(case)
    return "" if refusal is None else refusal.why


def _quoted(path: bytes) -> str:
    return shlex.quote(path.decode("utf-8", "surrogateescape"))
