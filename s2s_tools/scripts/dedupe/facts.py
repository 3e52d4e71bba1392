"""Gather what a deduplication is decided from: the files as they stand."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

from s2s_tools.changes import guards
from s2s_tools.changes.facts import PathFacts, TreeFacts
from s2s_tools.changes.model import Kind, Write
from s2s_tools.scripts.dedupe import containers
from s2s_tools.scripts.dedupe.model import Fact, Facts, Place
from s2s_tools.scripts.dedupe.trees import Trees
from s2s_tools.scripts.manifest import location


class Seen(NamedTuple):
    """The facts of some files and, for those that were read, their bytes."""

    facts: Facts
    bodies: Mapping[Place, bytes]


def of_files(trees: Trees, places: Iterable[Place]) -> Seen:
    """The facts of files; one that is not there as a file or link falls out."""
    by_tree: dict[str, list[bytes]] = {}
    for worktree, path in places:
        by_tree.setdefault(worktree, []).append(path)
    facts: dict[Place, Fact] = {}
    bodies: dict[Place, bytes] = {}
    for name, wanted in by_tree.items():
        if trees.facts(name).wiring:
            continue
        for path, seen in trees.paths(name, wanted).items():
            if seen.data is None:
                continue
            facts[name, path] = _fact(path, seen, trees.facts(name), name)
            if seen.state.kind is Kind.FILE:
                bodies[name, path] = seen.data
    return Seen(facts, bodies)


def with_uses(seen: Seen) -> Facts:
    """The same facts, with why a link would not run the same."""
    uses: dict[bytes, str] = {}
    unlinked: dict[bytes, str] = {}
    found: dict[Place, Fact] = {}
    for place, fact in seen.facts.items():
        data = seen.bodies.get(place, b"")
        if data not in uses:
            uses[data] = _use(place[1], data)
            unlinked[data] = "" if uses[data] else _unlinked(place[1], data)
        found[place] = fact._replace(use=uses[data], unlinked=unlinked[data])
    return found


def with_copiers(
    trees: Trees, worktree: str, facts: Facts, pairs: Iterable[tuple[bytes, bytes]]
) -> Facts:
    """The same facts, with the Dockerfile that copies a path without its target."""
    wanted = tuple(pairs)
    sources = tuple(_sources(trees, worktree)) if wanted else ()
    found = dict(facts)
    for path, target in wanted:
        place = (worktree, path)
        for source in sources:
            if place in found and containers.copies(source, path, target):
                found[place] = found[place]._replace(copied_by=_named(source))
                break
    return found


def _fact(path: bytes, seen: PathFacts, tree: TreeFacts, name: str) -> Fact:
    probe = Write(
        worktree=name,
        path=path,
        before=seen.state,
        after=seen.state,
        data=seen.data,
        reason="",
    )
    case = guards.Case(write=probe, path=seen, tree=tree)
    lenient = guards.Case(write=probe, path=seen, tree=tree, lenient=True)
    objection = guards.reach_refusal(lenient) or guards.refusal(lenient)
    doubt = None if objection else guards.refusal(case)
    return Fact(seen.state, objection=_why(objection), doubt=_why(doubt))


def _why(refusal: guards.Refusal | None) -> str:
    return "" if refusal is None else f"{refusal.why}; {refusal.next}"


def _use(path: bytes, data: bytes) -> str:
    if not location.is_shell(path, data):
        return "not a shell script; whether a link would run the same is not known"
    use = location.find(data)
    if use is None:
        return ""
    return f"it uses its own location ({use.what}, line {use.line})"


def _unlinked(path: bytes, data: bytes) -> str:
    """What the grammar tells beyond the words; it is loaded only when asked."""
    from s2s_tools.scripts.syntax import facts, usage
    from s2s_tools.scripts.wrappers import strategy

    found = strategy.decide(facts.read(data), usage.NONE, strategy.Policy(), path=path)
    if found.kind is strategy.Kind.SYMLINK:
        return ""
    line = found.place.rpartition(":")[2]
    return f"it {found.reason}, line {line}" if line else f"it {found.reason}"


def _sources(trees: Trees, worktree: str) -> Iterator[containers.Source]:
    tracked = trees.facts(worktree).index
    paths = (*tracked, *trees.untracked(worktree, containers.PATTERNS))
    recipes = [p for p in paths if containers.is_recipe(p)]
    for path, seen in trees.paths(worktree, recipes).items():
        if seen.data is not None and seen.state.kind is Kind.FILE:
            yield from containers.sources(path, seen.data)


def _named(source: containers.Source) -> str:
    return f"{source.file.decode('utf-8', 'surrogateescape')} line {source.line}"
