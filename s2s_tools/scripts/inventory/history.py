"""What each canonical once was, from git's history."""

from __future__ import annotations

import os
from collections.abc import Container, Iterable, Mapping, Sequence
from typing import NamedTuple

from s2s_tools import errors
from s2s_tools.model import Repository
from s2s_tools.scripts.inventory import families, relations
from s2s_tools.scripts.inventory.model import Family, File
from s2s_tools.system import git

FULL, SHALLOW, PARTIAL = "full", "shallow", "partial"


class Classified(NamedTuple):
    """The families of a scan; `history` is "full", "shallow" or "partial"."""

    families: tuple[Family, ...]
    history: str


def classify(
    repository: Repository,
    files: Iterable[File],
    *,
    chosen: Container[families.Place] = frozenset(),
) -> Classified:
    """Group `files` into families and relate each to its canonical.

    `chosen` holds the canonicals that a manifest names, as (worktree, path).
    History is read only where a copy differs; nothing is fetched or written.
    """
    heads = {tree.name: tree.head for tree in repository.worktrees if tree.head}
    known = state(repository)
    kin = families.group(files)
    ranks = _ranks(repository, heads, [k for k in kin if _is_contested(k, chosen)])
    pairs = [(families.choose(k, chosen=chosen, ranks=ranks), k) for k in kin]
    differing = [(c, k) for c, k in pairs if any(f.content != c.content for f in k)]
    pasts = read(repository, heads, differing, complete=known == FULL)
    return Classified(
        families.assemble(
            pairs,
            worktrees=len(repository.worktrees),
            pasts=pasts,
            complete=known == FULL,
        ),
        known,
    )


def state(repository: Repository) -> str:
    """Whether all history is there: "full", "shallow" or "partial"."""
    common = repository.common_dir
    if _has_text(os.path.join(common, b"shallow")):
        return SHALLOW
    try:
        packs = os.listdir(os.path.join(common, b"objects", b"pack"))
    except OSError:
        return FULL
    marked = any(name.endswith(b".promisor") for name in packs)
    return PARTIAL if marked and git.has_promisor(repository.root) else FULL


def read(
    repository: Repository,
    heads: Mapping[str, str],
    differing: Iterable[tuple[File, families.Kin]],
    *,
    complete: bool = True,
) -> dict[bytes, relations.Past]:
    """The past of each canonical that has differing copies, by its path.

    One git process for each worktree that holds such canonicals.
    """
    by_worktree: dict[str, list[bytes]] = {}
    for canonical, _ in differing:
        by_worktree.setdefault(canonical.worktree, []).append(canonical.path)
    pasts: dict[bytes, relations.Past] = {}
    for name, paths in by_worktree.items():
        past = _contents(repository, [heads[name]] if name in heads else [], paths)
        if past is None:
            pasts |= dict.fromkeys(paths, relations.Past({}, complete=False))
            continue
        for path in paths:
            pasts[path] = relations.Past(_behind(past.get(path, [])), complete)
    return pasts


def _contents(
    repository: Repository, heads: Sequence[str], paths: Sequence[bytes]
) -> dict[bytes, list[str]] | None:
    """Each path's contents, newest first; None where objects are missing."""
    try:
        changes = git.changes(repository.root, heads, paths)
    except errors.GitFailed:
        return None
    contents: dict[bytes, list[str]] = {}
    for change in changes:
        contents.setdefault(change.path, []).append(change.content)
    return contents


def _behind(contents: Iterable[str]) -> dict[str, int]:
    behind: dict[str, int] = {}
    for index, content in enumerate(contents):
        behind.setdefault(content, index)
    return behind


def _is_contested(kin: families.Kin, chosen: Container[families.Place]) -> bool:
    """Whether only history can say which file is the newest."""
    if len({file.content for file in kin}) == 1:
        return False
    return not any(f.worktree == families.MAIN or f[:2] in chosen for f in kin)


def _ranks(
    repository: Repository, heads: Mapping[str, str], contested: Sequence[families.Kin]
) -> dict[families.Place, int]:
    """How new each file's content is among all worktrees: 0 is the newest."""
    if not contested:
        return {}
    wanted = [file for kin in contested for file in kin]
    tips = sorted({heads[f.worktree] for f in wanted if f.worktree in heads})
    try:
        changes = git.changes(
            repository.root, tips, sorted({file.path for file in wanted})
        )
    except errors.GitFailed:
        return {}
    newest: dict[tuple[bytes, str], int] = {}
    for rank, change in enumerate(changes):
        newest.setdefault((change.path, change.content), rank)
    return {
        file[:2]: newest[file.path, file.content]
        for file in wanted
        if (file.path, file.content) in newest
    }


def _has_text(path: bytes) -> bool:
    try:
        return os.stat(path).st_size > 0
    except OSError:
        return False
