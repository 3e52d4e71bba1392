"""Scans a repository: every script of all its worktrees, and how they relate."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from s2s_tools.scripts.inventory import discovery, grouping, scope, survey
from s2s_tools.scripts.inventory.model import Groups, Scan

_EVERYTHING = scope.Scope()


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """How to scan.

    `processes`: at most so many at once, 0 for one a processor. `chosen` are the
    canonicals that a manifest names, as (worktree, path).
    """

    scope: scope.Scope = field(default=_EVERYTHING)
    processes: int = 0
    chosen: frozenset[tuple[str, bytes]] = frozenset()


_DEFAULT = Options()


def scan(
    path: bytes,
    *,
    options: Options = _DEFAULT,
    progress: survey.Progress | None = None,
) -> Scan:
    """Everything about the scripts of the repository that `path` is in."""
    from s2s_tools.scripts.inventory import history

    repository = discovery.find(path)
    with _no_collection():
        seen = survey.survey(
            repository, options.scope, processes=options.processes, progress=progress
        )
        files = grouping.files(seen)
        if progress is not None:
            progress(0, 0, "reading history")
        told = history.classify(repository, files, chosen=options.chosen)
        groups = grouping.groups(files)
    return Scan(
        repository=repository,
        files=files,
        families=told.families,
        groups=groups,
        left_out=seen.left_out,
        history=told.history,
        apart=seen.apart,
    )


def groups(
    path: bytes,
    *,
    options: Options = _DEFAULT,
    progress: survey.Progress | None = None,
) -> Groups:
    """What is identical in the repository that `path` is in, and nothing else."""
    repository = discovery.find(path)
    with _no_collection():
        seen = survey.survey(
            repository, options.scope, processes=options.processes, progress=progress
        )
        return grouping.same(repository, seen)


@contextmanager
def _no_collection() -> Iterator[None]:
    """Without the cycle collector: a scan makes many objects and no cycles."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()
