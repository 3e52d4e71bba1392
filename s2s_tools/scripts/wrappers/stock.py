"""Look at what stands at the paths that a repository's manifest owns."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from typing import NamedTuple

from s2s_tools import errors
from s2s_tools.changes import guards, laws, observe
from s2s_tools.changes.facts import PathFacts, TreeFacts
from s2s_tools.changes.model import ABSENT, Write
from s2s_tools.changes.model import Kind as State
from s2s_tools.model import Repository, Worktree
from s2s_tools.scripts.inventory import discovery, generated
from s2s_tools.scripts.inventory.survey import Progress
from s2s_tools.scripts.manifest import store, survey
from s2s_tools.scripts.wrappers import (
    audit,
    look,
    owned,
    project,
    render,
    resolve,
    service,
)
from s2s_tools.scripts.wrappers.audit import Finding, Present
from s2s_tools.scripts.wrappers.owned import Kind, Place, Wanted
from s2s_tools.system import git


class Stock(NamedTuple):
    """What belongs at our paths, what is there, and what is to be said of it."""

    repository: Repository
    name: str  # the manifest's file
    findings: tuple[Finding, ...]
    present: Mapping[Place, Present]


def take(
    path: bytes,
    *,
    kinds: frozenset[Kind] = frozenset(Kind),
    named: frozenset[str] = frozenset(),
) -> Stock:
    """The paths that are ours in the repository that `path` is in.

    Worktrees that are locked are written to only if they are `named`. Raises
    errors.NotFound where there is no manifest and nothing else of ours.
    """
    repository = discovery.find(path)
    record = store.load(repository)
    entries = _entries(repository) if Kind.ENTRY in kinds else ()
    if record.data is None and not entries:
        raise errors.NotFound(f"there is no {record.name}; run s2s manifest build")
    manifest = record.manifest
    places = {entry[1:3]: entry.id for entry in manifest.entries}
    texts = store.texts(repository, places)
    bodies = {places[place]: data for place, data in texts.items()}
    _check_paths(record)
    first = owned.wanted(manifest, bodies, project=b"-")
    seen = _Trees(repository, named).present((*first, *entries))
    wanted = owned.wanted(manifest, bodies, project=_project(repository, first, seen))
    wanted = tuple(one for one in (*wanted, *entries) if one.kind in kinds)
    return Stock(repository, record.name, audit.audit(wanted, seen), seen)


def with_extras(stock: Stock, path: bytes, *, progress: Progress | None) -> Stock:
    """The same with the wrappers that are there though the manifest wants none."""
    found = survey.take(path, progress=progress)
    wanted = {finding[:2] for finding in stock.findings}
    places = [
        item[:2]
        for item in found.scan.apart
        if item.reason == generated.REASON and item[:2] not in wanted
    ]
    texts = store.texts(stock.repository, places)
    extra = [
        audit.Extra(*place, render.read_exec(data), _broken(stock.repository, place))
        for place, data in sorted(texts.items())
    ]
    findings = audit.extras(extra, found.record.manifest)
    rest = [
        Wanted(f.worktree, f.path, f.kind, b"", f.path, None, 0o755) for f in findings
    ]
    seen = _Trees(stock.repository, frozenset()).present(rest)
    return stock._replace(
        findings=(*stock.findings, *findings), present={**stock.present, **seen}
    )


class _Trees:
    """The worktrees of one repository, as far as writing to them goes."""

    def __init__(self, repository: Repository, named: frozenset[str]) -> None:
        self._repository = repository
        self._found = {tree.name: tree for tree in repository.worktrees}
        self._named = named

    def present(self, wanted: Iterable[Wanted]) -> dict[Place, Present]:
        """What is known of each wanted path."""
        by_tree: dict[str, list[Wanted]] = {}
        for one in wanted:
            by_tree.setdefault(one.worktree, []).append(one)
        found: dict[Place, Present] = {}
        for name, ones in by_tree.items():
            tree = self._found.get(name)
            gone = _gone(tree)
            if tree is None or gone:
                found |= {one[:2]: Present(absent_tree=gone) for one in ones}
            else:
                found |= self._of_tree(tree, ones)
        return found

    def _of_tree(self, tree: Worktree, ones: list[Wanted]) -> dict[Place, Present]:
        facts = observe.tree(self._repository, tree)
        if facts.wiring:
            return {one[:2]: Present(absent_tree=facts.wiring) for one in ones}
        paths = {path for one in ones for path in (one.path, one.body) if path}
        seen = observe.paths(
            tree, sorted(paths), object_format=self._repository.object_format
        )
        objection = self._of_all(tree, facts)
        links = _keeps_links(tree)
        found = {}
        for one in ones:
            mine, body = seen[one.path], seen.get(one.body)
            reason = objection or _refusal(one, mine, facts)
            if one.kind is Kind.SYMLINK and not links and not reason:
                reason = "core.symlinks is false there: git would make it a text file"
            found[one[:2]] = Present(
                state=mine.state,
                data=mine.data or b"",
                tracked=one.path in facts.index,
                body=ABSENT if body is None else body.state,
                broken=_broken(self._repository, one[:2])
                if mine.state.kind is State.FILE
                else "",
                objection=reason,
            )
        return found

    def _of_all(self, tree: Worktree, facts: TreeFacts) -> str:
        """Why nothing may be written there; "" where something may."""
        refusal = guards.tree_refusal(facts)
        if refusal is not None:
            return f"{refusal.why}; {refusal.next}"
        if tree.locked is None or tree.name in self._named:
            return ""
        why = f" ({tree.locked})" if tree.locked else ""
        return f"the worktree is locked{why}; name it with --worktree"


def _entries(repository: Repository) -> tuple[Wanted, ...]:
    """The entry scripts that stand in the main worktree."""
    known = service.entries()
    main = [tree for tree in repository.worktrees if tree.name == "."]
    places = [(".", path.encode()) for entry in known for path in entry.paths]
    texts = store.texts(repository, places if main else [])
    return owned.installed(known, {path: data for (_, path), data in texts.items()})


def _check_paths(record: store.Record) -> None:
    """What the codec lets pass, but no change may be made of."""
    seen: set[Place] = set()
    for entry in record.manifest.entries:
        for copy in entry.copies:
            for path in (entry.path, copy.path, copy.to or copy.path):
                if problem := laws.path_flaw(path):
                    shown = path.decode("utf-8", "surrogateescape")
                    raise errors.InvalidDocument(f"{record.name}: {shown}: {problem}")
            if copy[:2] in seen:
                shown = laws.show(*copy[:2])
                raise errors.InvalidDocument(f"{record.name}: {shown}: a copy twice")
            seen.add(copy[:2])


def _project(
    repository: Repository, wanted: Iterable[Wanted], seen: Mapping[Place, Present]
) -> bytes:
    ours = (one[:2] for one in wanted if one.kind is Kind.EXEC)
    return project.name(repository, (seen[place].data for place in ours))


def _gone(tree: Worktree | None) -> str:
    if tree is None:
        return "the repository has no such worktree"
    if tree.prunable or not os.path.isdir(tree.path):
        return "the worktree's folder is gone"
    return "its links name another repository" if tree.foreign else ""


def _refusal(one: Wanted, seen: PathFacts, tree: TreeFacts) -> str:
    probe = Write(
        worktree=one.worktree,
        path=one.path,
        before=seen.state,
        after=ABSENT,
        data=None,
        reason="",
    )
    case = guards.Case(write=probe, path=seen, tree=tree, lenient=True)
    refusal = guards.reach_refusal(case) or guards.refusal(case)
    return "" if refusal is None else f"{refusal.why}; {refusal.next}"


def _broken(repository: Repository, place: Place) -> str:
    """Why the wrapper at a place would not run; "" where it would, or is none."""
    root = next(t.path for t in repository.worktrees if t.name == place[0])
    path = os.path.join(root, place[1])
    disk = look.Disk()
    row = render.read_exec(disk.read(path) or b"") if disk.link(path) is None else None
    if row is None:
        return ""
    answer = resolve.resolve(row, path, disk, environ={})
    return answer.why if answer.code else ""


def _keeps_links(tree: Worktree) -> bool:
    args = ("config", "--type=bool", "--default=true", "--get", "core.symlinks")
    return git.run(tree.path, *args, codes=(0, 1, 128)).out.strip() != b"false"
