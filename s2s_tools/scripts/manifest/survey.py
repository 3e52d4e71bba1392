"""A scan that knows the manifest: its canonicals come first."""

from __future__ import annotations

from dataclasses import dataclass, replace

from s2s_tools.scripts.inventory import discovery, scan
from s2s_tools.scripts.inventory.model import Scan
from s2s_tools.scripts.inventory.survey import Progress
from s2s_tools.scripts.manifest import build, standins, store, unread
from s2s_tools.scripts.manifest.model import Manifest, Strategy


@dataclass(frozen=True, slots=True, kw_only=True)
class Survey:
    """What was found in a repository and what its manifest says of it."""

    scan: Scan
    record: store.Record


def take(
    path: bytes, *, tolerant: bool = False, progress: Progress | None = None
) -> Survey:
    """Scan the repository that `path` is in; nothing is written.

    `tolerant`: a linked worktree elsewhere with a broken index is set apart.
    Raises errors.NotARepository, errors.InvalidDocument.
    """
    record = store.load(discovery.find(path))
    options = scan.Options(chosen=store.chosen(record.manifest), tolerant=tolerant)
    found = scan.scan(path, options=options, progress=progress)
    return Survey(scan=_managed(found, record.manifest), record=record)


def scan_only(
    path: bytes, *, options: scan.Options, progress: Progress | None = None
) -> Scan:
    """The same scan without the record, also of a repository without worktrees."""
    repository = discovery.find(path)
    if not repository.worktrees:
        return scan.scan(path, options=options, progress=progress)
    recorded = store.load(repository).manifest
    options = options._replace(chosen=store.chosen(recorded))
    return _managed(scan.scan(path, options=options, progress=progress), recorded)


def manifest(survey: Survey) -> Manifest:
    """What the manifest would be if it were built now."""
    recorded = survey.record.manifest
    wanted = [file[:2] for file in build.canonicals(survey.scan, recorded)]
    bodies = store.bodies(survey.scan.repository, wanted)
    stands = standins.stands(survey.scan, store.links(survey.scan))
    made = build.build(survey.scan, bodies, recorded, stands)
    return unread.keep(made, recorded, _unread(survey.scan, recorded))


def _unread(found: Scan, recorded: Manifest) -> frozenset[store.Place]:
    """The recorded files that the scan does not have as they cannot be read."""
    seen = {file[:2] for file in found.files}
    wanted = {(entry.worktree, entry.path) for entry in recorded.entries}
    wanted |= {copy[:2] for entry in recorded.entries for copy in entry.copies}
    return store.unreadable(found.repository, wanted - seen)


def _managed(found: Scan, recorded: Manifest) -> Scan:
    managed = frozenset(
        (entry.worktree, entry.path)
        for entry in recorded.entries
        if entry.strategy is Strategy.COPY
    )
    return replace(found, managed=managed) if managed else found
