"""Look for hard-coded paths in a repository and plan their rewriting."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from s2s_tools import constants, document, errors
from s2s_tools.changes import state as states
from s2s_tools.changes.model import Kind, Plan
from s2s_tools.model import Repository, Worktree
from s2s_tools.scripts.inventory import survey
from s2s_tools.scripts.manifest import store
from s2s_tools.scripts.pathfix import (
    others,
    plan,
    prefixes,
    proposals,
    rewriting,
    targets,
)
from s2s_tools.scripts.pathfix.model import Mention, Place, Script
from s2s_tools.scripts.pathfix.proposals import Proposal
from s2s_tools.scripts.pathfix.targets import Target
from s2s_tools.system import files, git

_OWN_FOLDER = os.path.dirname(constants.MANIFEST_PATH).encode() + b"/"


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What is asked for: folders, or none for those that the repository knows."""

    prefixes: tuple[bytes, ...] = ()
    root: str = "S2S_ROOT"


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """What was looked for, what was found, and the plan for it.

    `places` are those of all trees together; `scripts` only those with something.
    """

    repository: Repository
    places: tuple[Place, ...]
    scripts: tuple[Script, ...]
    mentions: tuple[Mention, ...]
    proposals: tuple[Proposal, ...]
    plan: Plan
    looked_at: int


def look(
    paths: Sequence[bytes],
    wish: Wish,
    *,
    progress: survey.Progress | None = None,
) -> Report:
    """Every hard-coded path in the scripts at `paths`: files, or folders of a tree.

    Raises errors.UsageFault for a prefix that is none, errors.NotFound for a path
    that is no script and no folder.
    """
    root = prefixes.root_variable(wish.root)
    repository, chosen = targets.chosen(paths)
    asked = prefixes.given(wish.prefixes, root)
    former = () if asked else _former_roots(repository)
    listed = targets.scripts(repository, chosen, progress)
    places: dict[Place, None] = {}
    for tree, _, _ in chosen:
        own = asked or prefixes.known(repository, tree, former, root)
        places |= dict.fromkeys(own)
    read: list[Script] = []
    seen: dict[tuple[bytes, tuple[Place, ...]], rewriting.Rewritten] = {}
    for done, (tree, path, named) in enumerate(listed, 1):
        own = asked or prefixes.known(repository, tree, former, root)
        places |= dict.fromkeys(own)
        read.append(_script(tree, path, own, root, seen, named=named))
        if progress is not None:
            progress(done, len(listed), "scripts read")
    scripts = [s for s in read if s.problem or not others.is_foreign(s.path, s.data)]
    texts = [(s.path, s.data) for s in scripts if s.data]
    found = tuple(s for s in scripts if s.occurrences or s.problem)
    return Report(
        repository=repository,
        places=tuple(places),
        scripts=found,
        mentions=tuple(_mentions(chosen, read, tuple(places))),
        proposals=_proposed(texts, repository, places),
        plan=plan.build(found, repository=repository.common_dir),
        looked_at=len(scripts),
    )


def _former_roots(repository: Repository) -> tuple[str, ...]:
    if all(tree.prunable or tree.foreign for tree in repository.worktrees):
        return ()
    record = store.load(repository)
    if record.data is None:
        return ()
    top = document.manifest(record.data, record.name)
    roots = top.texts("former_roots")
    try:
        prefixes.given(map(os.fsencode, roots), b"S2S_ROOT")
    except errors.UsageFault as exc:
        raise top.fail("former_roots", str(exc)) from exc
    return roots


def _script(
    tree: Worktree,
    path: bytes,
    places: Sequence[Place],
    root: bytes,
    seen: dict[tuple[bytes, tuple[Place, ...]], rewriting.Rewritten],
    *,
    named: bool,
) -> Script:
    where = os.path.join(tree.path, path)
    state = states.observe(where)
    if state.kind is Kind.ABSENT:
        raise errors.NotFound(f"{os.fsdecode(where)}: there is no such file")
    if state.kind is not Kind.FILE:
        what = "a link" if state.kind is Kind.LINK else "no regular file"
        problem = f"is {what}; name the file that holds the script"
        return Script(
            worktree=tree.name, path=path, state=state, data=b"", problem=problem
        )
    data = files.read(where)
    if others.is_foreign(path, data):
        return Script(worktree=tree.name, path=path, state=state, data=data)
    key = (data, tuple(places))
    if key not in seen:
        seen[key] = rewriting.rewrite(data, places, root)
    made = seen[key]
    blocked = made.result is not None and not state.mode & stat.S_IWUSR
    if blocked:
        problem = "is read-only; make it writable"
        left = rewriting.by_hand(made.occurrences, problem)
        made = rewriting.Rewritten(left, None, made.proof, problem)
    return Script(
        worktree=tree.name,
        path=path,
        state=state,
        data=data,
        named=named,
        occurrences=made.occurrences,
        result=made.result,
        proof=made.proof,
        problem=made.problem,
    )


def _mentions(
    chosen: Sequence[Target], read: Sequence[Script], places: Sequence[Place]
) -> Iterator[Mention]:
    """Lines of what was read and is no script, and of other tracked files."""
    done = set()
    for script in read:
        done.add((script.worktree, script.path))
        if others.is_foreign(script.path, script.data):
            yield from others.mentions(
                script.worktree, script.path, script.data, places
            )
    for tree, folder, is_file in chosen:
        if is_file:
            continue
        for path in git.output(tree.path, "ls-files", "-z").split(b"\0"):
            below = not folder or path.startswith(folder + b"/")
            if (tree.name, path) in done or not below or not path:
                continue
            done.add((tree.name, path))
            if not path.startswith(_OWN_FOLDER):
                data = _text(os.path.join(tree.path, path))
                yield from others.mentions(tree.name, path, data, places)


def _text(where: bytes) -> bytes:
    """A small regular file's bytes; nothing for anything else."""
    try:
        info = os.lstat(where)
        if not stat.S_ISREG(info.st_mode) or info.st_size > others.MOST_BYTES:
            return b""
        return files.read(where)
    except (OSError, errors.FileUnreadable):
        return b""


def _proposed(
    texts: Iterable[tuple[bytes, bytes]],
    repository: Repository,
    places: Iterable[Place],
) -> tuple[Proposal, ...]:
    known = [place.path + b"/" for place in places]

    def exists(path: bytes) -> bool:
        return os.path.lexists(os.path.join(repository.root, path))

    found = proposals.propose(texts, exists)
    return tuple(p for p in found if not (p.path + b"/").startswith(tuple(known)))
