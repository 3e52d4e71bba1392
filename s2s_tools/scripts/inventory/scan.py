"""Scans a repository: every script of all its worktrees, and how they relate."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager
from typing import NamedTuple

from s2s_tools import settings
from s2s_tools.model import Repository
from s2s_tools.scripts.inventory import discovery, generated, grouping, scope, survey
from s2s_tools.scripts.inventory.model import Groups, Scan


class Options(NamedTuple):
    """How to scan.

    With `extensions` or `include` only such files are looked for, else what the
    repository's settings say; `exclude` and `ignored` add to those. `processes`:
    at most so many at once, 0 for one a processor. `chosen` are the canonicals
    that a manifest names, as (worktree, path). `tolerant`: a linked worktree
    elsewhere whose index cannot be read is set apart.
    """

    extensions: tuple[str, ...] = ()
    include: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()
    ignored: bool = False
    processes: int = 0
    chosen: frozenset[tuple[str, bytes]] = frozenset()
    tolerant: bool = False


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
        seen = _survey(repository, path, options, progress)
        files, wrappers = generated.part(repository, grouping.files(seen))
        if progress is not None:
            progress(0, 0, "reading history")
        told = history.classify(repository, files, chosen=options.chosen)
        groups = grouping.groups(files)
    return Scan(
        repository=repository,
        files=files,
        families=told.families,
        groups=groups,
        left_out=_with_wrappers(seen.left_out, len(wrappers)),
        history=told.history,
        apart=seen.apart + wrappers,
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
        seen = _survey(repository, path, options, progress)
        return grouping.same(repository, seen)


def _survey(
    repository: Repository,
    path: bytes,
    options: Options,
    progress: survey.Progress | None,
) -> survey.Survey:
    return survey.survey(
        repository,
        look_for(repository, options),
        processes=options.processes,
        here=path if options.tolerant else None,
        progress=progress,
    )


def look_for(repository: Repository, options: Options) -> scope.Scope:
    """The scope of a scan, from the options and the repository's settings.

    Raises errors.InvalidDocument where those are broken.
    """
    own = (tree.path for tree in repository.worktrees if not tree.foreign)
    said = settings.load(next(own, repository.root))
    everything = not (options.extensions or options.include)
    asked = {extension.encode() for extension in options.extensions}
    shell = asked.intersection(scope.EXTENSIONS)
    others = tuple(f"*{e.decode()}" for e in sorted(asked - shell))
    return scope.Scope(
        extensions=scope.EXTENSIONS if everything else tuple(sorted(shell)),
        shebangs=everything,
        include=said.include if everything else options.include + others,
        exclude=said.exclude + options.exclude,
        ignored=said.ignored or options.ignored,
    )


def _with_wrappers(left_out: dict[str, int], count: int) -> dict[str, int]:
    return left_out | ({generated.REASON: count} if count else {})


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
