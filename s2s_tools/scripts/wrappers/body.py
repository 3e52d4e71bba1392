"""Finds the file to edit when a script is meant."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from s2s_tools import errors
from s2s_tools.changes import laws
from s2s_tools.model import Repository, Worktree
from s2s_tools.scripts.inventory import discovery, stored
from s2s_tools.scripts.manifest import store, survey
from s2s_tools.scripts.manifest.model import Entry
from s2s_tools.scripts.wrappers import look, lookup, owned, render, resolve


class Body(NamedTuple):
    """A script's own text: its id, the worktree that has it, its whole path.

    `shared`: worktrees without a store of their own run another copy of it, from
    the common directory.
    """

    id: bytes
    worktree: str
    path: bytes
    shared: bool = False


def find(folder: bytes, name: bytes) -> Body:
    """The body of the script that `name` means in the worktree around `folder`.

    `name` is the path of a script, a wrapper, a link or a managed copy; or an id
    or a file name that the manifest, or without one a scan, knows. The tree's own
    body comes before the main tree's; that in the common directory is made from
    them, and never edited. Raises errors.NotFound, errors.Refused.
    """
    path = os.path.join(folder, name)
    if os.path.isfile(path):
        return _Place(os.path.dirname(path)).of_file(path)
    place = _Place(folder)
    path = os.path.join(place.here.path, name)
    return place.of_file(path) if os.path.isfile(path) else place.of_name(name)


class _Place:
    """A worktree to look from, and what its repository's manifest says."""

    def __init__(self, folder: bytes) -> None:
        self._repository = discovery.find(folder)
        if not self._repository.worktrees:
            raise errors.Refused(
                f"{os.fsdecode(self._repository.root)} has no worktree; add one to "
                "edit scripts in"
            )
        self.here = _around(self._repository, os.path.realpath(folder))
        self._record = store.load(self._repository)
        self._known: tuple[Entry, ...] | None = None

    def of_file(self, path: bytes) -> Body:
        disk = look.Disk()
        file = resolve.follow(path, disk)
        data = disk.read(file)
        if data is None:
            raise errors.FileUnreadable(f"{os.fsdecode(path)} cannot be read")
        id = self._id_of(path, data)
        if id is not None:
            return self._of_id(id)
        real = os.path.realpath(file)
        tree = _around(self._repository, real)
        inside = os.path.relpath(real, os.path.realpath(tree.path))
        entry = self._managed(tree.name, inside)
        if entry is not None:
            return self._of_id(stored.home(entry.path))
        return self._body(stored.home(inside), tree.name, real)

    def of_name(self, name: bytes) -> Body:
        known = {id: id for id in self._in_stores()}
        for entry in self._entries():
            home = stored.home(entry.path)
            for copy in entry.copies:
                known.setdefault(copy.path, home)
            known |= {home: home, entry.id: home}
        return self._of_id(lookup.match(name, known))

    def _id_of(self, path: bytes, data: bytes) -> bytes | None:
        """The id that a wrapper's bytes name; None for a script."""
        if not render.is_wrapper(data):
            return None
        id = stored.wrapped(data)
        flaw = laws.path_flaw(id) if id is not None else None
        if flaw is not None:
            raise errors.Refused(f"{os.fsdecode(path)} names no script: {flaw}")
        if id is None:
            raise errors.Refused(
                f"{os.fsdecode(path)} runs an s2s command; there is no body to edit"
            )
        return id

    def _of_id(self, id: bytes) -> Body:
        for tree, path in self._candidates(id):
            whole = os.path.join(tree.path, path)
            if not os.path.isfile(whole) or not _stays_inside(tree, whole):
                continue
            data = look.Disk().read(whole)
            if data is not None and not render.is_wrapper(data):
                return self._body(id, tree.name, whole)
        shown = os.fsdecode(id)
        raise errors.NotFound(
            f"the body of {shown} is in no worktree that is checked out here; check "
            "out the branch that has it"
        )

    def _candidates(self, id: bytes) -> Iterator[tuple[Worktree, bytes]]:
        trees = (self.here, self._repository.worktrees[0])
        yield from ((tree, stored.place(id)) for tree in trees)
        for entry in self._entries():
            if stored.home(entry.path) == id:
                yield self.here, entry.path
                for tree in self._repository.worktrees:
                    if tree.name == entry.worktree:
                        yield tree, entry.path

    def _entries(self) -> Iterable[Entry]:
        """What the manifest records; without one, what a scan finds."""
        if self._known is None:
            recorded = self._record.manifest.entries
            if self._record.data is None:
                recorded = survey.manifest(survey.take(self.here.path)).entries
            self._known = recorded
        return self._known

    def _in_stores(self) -> Iterator[bytes]:
        for tree in (self.here, self._repository.worktrees[0]):
            top = os.path.join(tree.path, stored.FOLDER)
            for folder, _, names in os.walk(top):
                for name in names:
                    yield os.path.relpath(os.path.join(folder, name), top)

    def _managed(self, worktree: str, path: bytes) -> Entry | None:
        """The entry whose managed copy stands at a path."""
        for entry in self._record.manifest.entries:
            for copy in entry.copies:
                if copy[:2] == (worktree, path) and owned.owns(entry, copy):
                    return entry
        return None

    def _body(self, id: bytes, worktree: str, path: bytes) -> Body:
        common = self._repository.common_dir
        shared = os.path.isfile(os.path.join(common, b"s2s/canonical", id))
        return Body(id, worktree, path, shared)


def _stays_inside(tree: Worktree, path: bytes) -> bool:
    """Whether a file is in its tree, links followed: no link makes us leave it."""
    root = os.path.realpath(tree.path).rstrip(b"/") + b"/"
    return os.path.realpath(path).startswith(root)


def _around(repository: Repository, path: bytes) -> Worktree:
    """The worktree that a real path is in, else the first."""
    around = [
        tree
        for tree in repository.worktrees
        if (path + b"/").startswith(os.path.realpath(tree.path).rstrip(b"/") + b"/")
    ]
    return max(around, key=lambda t: len(t.path), default=repository.worktrees[0])
