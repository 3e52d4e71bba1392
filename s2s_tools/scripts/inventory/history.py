"""Relates the files of a scan to what their canonicals are and once were."""

from __future__ import annotations

from collections.abc import Container, Iterable, Mapping, Sequence
from typing import NamedTuple, TypeAlias

from s2s_tools.model import Repository
from s2s_tools.scripts.inventory import families, past, relations, screen, stored
from s2s_tools.scripts.inventory.model import Family, File
from s2s_tools.system import gitlog

_Pair: TypeAlias = tuple[File, families.Kin]


class Classified(NamedTuple):
    """The families of a scan; `history` is "full", "shallow" or "partial"."""

    families: tuple[Family, ...]
    history: str


class Told(NamedTuple):
    """What history tells of one path, newest first, and whether it tells all."""

    timeline: tuple[gitlog.Change, ...]
    complete: bool

    def past(self) -> relations.Past:
        """The same as the contents that the canonical has had."""
        return relations.Past(behind(self.timeline), self.complete)


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
    kin = families.group(files)
    ranks = _ranks(repository, heads, [k for k in kin if _is_contested(k, chosen)])
    pairs = [(families.choose(k, chosen=chosen, ranks=ranks), k) for k in kin]
    differing = [(c, k) for c, k in pairs if any(f.content != c.content for f in k)]
    known = past.state(repository)
    told = read(repository, heads, differing, complete=known != past.SHALLOW)
    if known == past.FULL and not all(each.complete for each in told.values()):
        known = past.PARTIAL
    pasts = {path: each.past() for path, each in told.items()}
    trees = len(repository.worktrees)
    found = families.assemble(pairs, worktrees=trees, pasts=pasts)
    return Classified(screen.name(repository, found), known)


def read(
    repository: Repository,
    heads: Mapping[str, str],
    differing: Iterable[_Pair],
    *,
    complete: bool = True,
) -> dict[bytes, Told]:
    """The past of each canonical that has differing copies, by its path.

    One git process for each worktree that holds such canonicals, and few more
    where a copy is nothing that its canonical was under its present name.
    """
    by_worktree: dict[str, list[_Pair]] = {}
    for pair in differing:
        by_worktree.setdefault(pair[0].worktree, []).append(pair)
    pasts: dict[bytes, Told] = {}
    for name, pairs in by_worktree.items():
        tips = [heads[name]] if name in heads else []
        pasts |= _read(repository, tips, pairs, complete=complete)
    return pasts


def _read(
    repository: Repository,
    tips: Sequence[str],
    pairs: Iterable[_Pair],
    *,
    complete: bool,
) -> dict[bytes, Told]:
    wanted = {canonical.path: _others(canonical, kin) for canonical, kin in pairs}
    homes = {stored.home(path) for path in wanted}
    timelines = past.read(repository, tips, wanted.keys() | homes)
    if timelines is None:
        return dict.fromkeys(wanted, Told((), complete=False))
    broken = past.follow(repository, timelines, wanted)
    for path in filter(stored.holds, wanted):
        _add_home(timelines, path)
    return {
        path: Told(tuple(timelines.get(path, ())), complete and path not in broken)
        for path in wanted
    }


def _add_home(timelines: past.Timelines, path: bytes) -> None:
    """Let the past of a stored body go on with that of the path it came from.

    The move may not be committed yet, or in one commit with the wrapper.
    """
    own = timelines.setdefault(path, [])
    known = {change.commit for change in own}
    own += [
        change
        for change in timelines.get(stored.home(path), ())
        if change.content and change.commit not in known
    ]


def behind(timeline: Iterable[gitlog.Change]) -> dict[str, int]:
    """For each content how many commits changed the path after it was there."""
    found: dict[str, int] = {}
    for index, change in enumerate(timeline):
        found.setdefault(change.content, index)
    return found


def _others(canonical: File, kin: families.Kin) -> set[str]:
    if canonical.blob:
        same = {canonical.blob, canonical.content}
        return {relations.committed(file, canonical) for file in kin} - same
    return {file.content for file in kin} - {canonical.content}


def _is_contested(kin: families.Kin, chosen: Container[families.Place]) -> bool:
    """Whether only history can say which file is the newest."""
    first = kin[0].content
    if all(file.content == first for file in kin):
        return False
    return not any(f.worktree == families.MAIN or f[:2] in chosen for f in kin)


def _ranks(
    repository: Repository, heads: Mapping[str, str], contested: Sequence[families.Kin]
) -> dict[families.Place, int]:
    """How new each file's content is among all worktrees: 0 is the newest."""
    wanted = [file for kin in contested for file in kin]
    tips = {heads[file.worktree] for file in wanted if file.worktree in heads}
    timelines = past.read(repository, tips, {file.path for file in wanted}) or {}
    newest = {
        (path, content): rank
        for path, timeline in timelines.items()
        for content, rank in behind(timeline).items()
    }
    return {
        file[:2]: newest[file.path, file.blob or file.content]
        for file in wanted
        if (file.path, file.blob or file.content) in newest
    }
