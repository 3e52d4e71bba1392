"""Surveys all worktrees of a repository, several at a time."""

from __future__ import annotations

import os
from bisect import bisect_left
from collections import Counter
from collections.abc import Callable, Container, Iterable, Iterator, Sequence
from typing import Any, NamedTuple

from s2s_tools import errors
from s2s_tools.model import Repository, Worktree
from s2s_tools.scripts.inventory import (
    attributes,
    checkout,
    content,
    conversions,
    discovery,
    gitconfig,
    scope,
)
from s2s_tools.scripts.inventory.listing import Listing
from s2s_tools.scripts.inventory.model import UNREADABLE_WORKTREE, Apart
from s2s_tools.scripts.inventory.task import Task
from s2s_tools.system import workers

Progress = Callable[[int, int, str], None]

_WORTH_FORKING = 300_000  # bytes of index; below it forks cost more than they save


class Survey(NamedTuple):
    """The listings of the worktrees that could be surveyed, in their order."""

    worktrees: tuple[Worktree, ...]
    listings: list[Listing]
    left_out: dict[str, int]
    apart: tuple[Apart, ...]


def survey(
    repository: Repository,
    what: scope.Scope,
    *,
    processes: int = 0,
    here: bytes | None = None,
    progress: Progress | None = None,
) -> Survey:
    """Every script of every worktree that is there and belongs to `repository`.

    `processes`: at most so many at once, 0 for one a processor. With `here`, a
    path, linked worktrees but the one around it may have an index that cannot be
    read: they are set apart. Else errors.IndexCorrupt, errors.FileUnreadable.
    """
    left_out: Counter[str] = Counter()
    trees = []
    for tree in repository.worktrees:
        if tree.foreign:
            left_out["foreign_worktrees"] += 1
        elif not os.path.lexists(os.path.join(tree.path, b".git")):
            left_out["missing_worktrees"] += 1
        else:
            trees.append(tree)
    tasks = _tasks(repository, trees)
    listings: list[Listing | None] = [None] * len(tasks)
    needed = frozenset(tree.git_dir for tree in _needed(repository, here))
    run = _run(tasks, what, processes, needed)
    for done, (number, told) in enumerate(run, 1):
        listings[number] = Listing(*told)
        if progress is not None:
            progress(done, len(tasks), f"worktrees surveyed, last {trees[number].name}")
    ready = [listing for listing in listings if listing is not None]
    _settle_sizes(tasks, ready)
    for listing in ready:
        left_out.update(listing.left_out)
    apart = tuple(
        Apart(tree.name, path, reason, detail)
        for tree, listing in zip(trees, ready, strict=True)
        for reason, path, detail in listing.apart
    )
    left_out.update(item.reason for item in apart)
    return Survey(tuple(trees), ready, dict(sorted(left_out.items())), apart)


def _needed(repository: Repository, here: bytes | None) -> Iterable[Worktree]:
    """The worktrees without which there is no answer."""
    if here is None:
        return repository.worktrees
    main = [t for t in repository.worktrees if t.git_dir == repository.common_dir]
    around = discovery.around(repository, here)
    return (*main, around) if around is not None else main


def _tasks(repository: Repository, trees: Sequence[Worktree]) -> list[Task]:
    common = repository.common_dir
    config = gitconfig.effective(common, common)
    outer = attributes.outer_converts(common, config)
    own_configs = gitconfig.true(config.get("extensions.worktreeconfig", "false"))
    paths = sorted(tree.path for tree in repository.worktrees)
    return [
        Task(
            folder=tree.path,
            git_dir=tree.git_dir,
            width=discovery.id_bytes(repository.object_format),
            config=gitconfig.effective(common, tree.git_dir) if own_configs else config,
            own=_inside(paths, tree.path + b"/"),
            outer_attributes=outer,
        )
        for tree in trees
    ]


def _inside(paths: Sequence[bytes], folder: bytes) -> frozenset[bytes]:
    at = bisect_left(paths, folder)
    found = set()
    while at < len(paths) and paths[at].startswith(folder):
        found.add(paths[at][len(folder) :])
        at += 1
    return frozenset(found)


def _run(
    tasks: Sequence[Task], what: scope.Scope, processes: int, needed: Container[bytes]
) -> Iterator[tuple[int, Any]]:
    processes = processes or workers.count()
    if sum(map(_index_size, tasks)) < _WORTH_FORKING:
        processes = 1
    forks = processes > 1 and len(tasks) > 1
    if forks:
        content.warm_up()
    lines: dict[bytes, bool] = {}

    def work(number: int) -> tuple[object, ...]:
        task = tasks[number]
        if forks:  # only a child may move about
            os.chdir(task.folder)
        try:
            return tuple(checkout.survey(task, what, standing=forks, lines=lines))
        except (errors.IndexCorrupt, errors.FileUnreadable) as exc:
            if task.git_dir in needed:
                raise
            apart = [(UNREADABLE_WORKTREE, b"", str(exc))]
            return tuple(Listing([], [], b"", {}, apart, {}))

    return workers.run(work, len(tasks), processes=processes)


def _index_size(task: Task) -> int:
    try:
        return os.stat(os.path.join(task.git_dir, b"index")).st_size
    except OSError:
        return 0


def _settle_sizes(tasks: Sequence[Task], listings: list[Listing]) -> None:
    """Read what cannot be: files of different sizes under one id.

    Git converted some of them when they were checked out, by a setting that is
    gone by now.
    """
    keys: set[bytes] = set()
    for listing in listings:
        keys.update(listing.keys)
    if len({key[4:] for key in keys}) == len(keys):
        return
    sizes = Counter(key[4:] for key in keys)
    doubtful = {name for name, count in sizes.items() if count > 1}
    for number, (task, listing) in enumerate(zip(tasks, listings, strict=True)):
        listings[number] = conversions.reread(task, listing, doubtful)
