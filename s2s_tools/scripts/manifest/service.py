"""Build, check and look up a repository's manifest."""

from __future__ import annotations

import os
from typing import NamedTuple

from s2s_tools import errors
from s2s_tools.changes import apply as changes
from s2s_tools.changes.model import Plan
from s2s_tools.model import Repository
from s2s_tools.scripts.inventory import discovery
from s2s_tools.scripts.inventory.model import Apart
from s2s_tools.scripts.inventory.survey import Progress
from s2s_tools.scripts.manifest import check, plan, section, store, survey
from s2s_tools.scripts.manifest.model import Entry, Manifest


class Built(NamedTuple):
    """A manifest that could be written: the plan, the entries, the file's name.

    `worktree` is where the file lies, `elsewhere` whether that is not the one
    that was asked in; `apart` is what the scan left out.
    """

    repository: Repository
    plan: Plan
    manifest: Manifest
    name: str
    worktree: str = "."
    elsewhere: bool = False
    apart: tuple[Apart, ...] = ()


def build(path: bytes, *, progress: Progress | None = None) -> Built:
    """The plan that brings the manifest up to date; nothing is written."""
    found = survey.take(path, progress=progress)
    record = found.record
    manifest = survey.manifest(found)
    data = section.replace(record.data, manifest, record.name)
    repository = found.scan.repository
    made = plan.build(
        repository.common_dir, record.worktree.name, record.path, record.state, data
    )
    return Built(
        repository,
        made,
        manifest,
        record.name,
        worktree=record.worktree.name,
        elsewhere=discovery.around(repository, path) != record.worktree,
        apart=found.scan.apart,
    )


def write(built: Built) -> changes.Applied:
    """Carry the plan out."""
    return changes.apply(built.plan, built.repository)


def differences(
    path: bytes, *, progress: Progress | None = None
) -> tuple[str, tuple[check.Difference, ...]]:
    """The manifest's name, and how it and the scripts disagree.

    Raises errors.NotFound where there is no manifest.
    """
    found = survey.take(path, progress=progress)
    _must_exist(found.record)
    compared = check.compare(found.record.manifest, survey.manifest(found))
    return found.record.name, compared


def entries(path: bytes, name: str | None = None) -> tuple[Entry, ...]:
    """The recorded entries, or those that `name` means.

    An id or a canonical path means itself, a bare file name every entry of that
    name. Raises errors.NotFound.
    """
    record = store.load(discovery.find(path))
    _must_exist(record)
    known = record.manifest.entries
    if name is None:
        return known
    wanted = os.fsencode(name)
    exact = tuple(e for e in known if wanted in (e.id, e.path))
    found = exact or tuple(e for e in known if e.id.rpartition(b"/")[2] == wanted)
    if not found:
        raise errors.NotFound(
            f"{record.name} has no script {name}; s2s manifest show lists them"
        )
    return found


def _must_exist(record: store.Record) -> None:
    if record.data is None:
        raise errors.NotFound(f"there is no {record.name}; run s2s manifest build")
