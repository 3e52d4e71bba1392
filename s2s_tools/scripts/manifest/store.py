"""Read a repository's manifest and the scripts that it records."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterable
from dataclasses import dataclass

from s2s_tools import document, errors, settings
from s2s_tools.changes import state as states
from s2s_tools.changes.model import Kind, State
from s2s_tools.model import Repository, Worktree
from s2s_tools.scripts.inventory.model import Scan
from s2s_tools.scripts.manifest import codec, location
from s2s_tools.scripts.manifest.model import Bodies, Body, Manifest, Strategy
from s2s_tools.system import files

Place = tuple[str, bytes]
_LOOK = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """A repository's manifest file: where it is, what it holds.

    `data` is None where there is no such file yet.
    """

    worktree: Worktree
    path: bytes
    state: State
    data: bytes | None
    manifest: Manifest

    @property
    def name(self) -> str:
        """What messages call the file."""
        return self.path.decode("utf-8", "surrogateescape")


def load(repository: Repository) -> Record:
    """The manifest of `repository`, empty where there is no file.

    It lies where the settings say, in the main worktree; a bare repository has
    none, its first worktree stands in. Raises errors.InvalidDocument,
    errors.Refused where it is no regular file.
    """
    home = _home(repository)
    path = os.path.normpath(os.fsencode(settings.load(home.path).manifest))
    where = os.path.join(home.path, path)
    state = states.observe(where)
    if state.kind not in (Kind.FILE, Kind.ABSENT):
        raise errors.Refused(
            f"{os.fsdecode(where)} is not a regular file; move it away"
        )
    data = None if state.kind is Kind.ABSENT else files.read(where)
    name = os.fsdecode(path)
    manifest = (
        Manifest() if data is None else codec.decode(document.manifest(data, name))
    )
    return Record(worktree=home, path=path, state=state, data=data, manifest=manifest)


def _home(repository: Repository) -> Worktree:
    for tree in repository.worktrees:
        if not (tree.prunable or tree.foreign):
            return tree
    raise errors.Refused(
        f"{os.fsdecode(repository.root)} has no worktree; add one to work in"
    )


def chosen(manifest: Manifest) -> frozenset[Place]:
    """The files that a manifest names as canonicals."""
    return frozenset((entry.worktree, entry.path) for entry in manifest.entries)


def bodies(repository: Repository, places: Iterable[Place]) -> Bodies:
    """What each of these scripts holds; one that cannot be read falls out."""
    found = {}
    for place, data in texts(repository, places).items():
        free = location.is_shell(place[1], data) and location.find(data) is None
        strategy = Strategy.LINK if free else Strategy.KEEP
        found[place] = Body(states.file_state(data, 0).sha256, strategy)
    return found


def texts(repository: Repository, places: Iterable[Place]) -> dict[Place, bytes]:
    """The bytes of regular files, no link followed below a worktree's root."""
    roots = {tree.name: tree.path for tree in repository.worktrees}
    found = {}
    for worktree, path in places:
        if worktree not in roots:
            continue
        *parts, name = path.split(b"/")
        try:
            with (
                files.folder(roots[worktree]) as root,
                files.beneath(root, parts) as fd,
            ):
                entry = files.entry(fd, name)
        except OSError:
            continue
        if entry is not None and entry.data is not None and _is_regular(entry):
            found[worktree, path] = entry.data
    return found


def unreadable(repository: Repository, places: Iterable[Place]) -> frozenset[Place]:
    """Those of these files that this user may not read."""
    roots = {tree.name: tree.path for tree in repository.worktrees}
    found = set()
    for worktree, path in places:
        try:
            if worktree in roots:
                os.close(os.open(os.path.join(roots[worktree], path), _LOOK))
        except PermissionError:
            found.add((worktree, path))
        except OSError:
            continue
    return frozenset(found)


def links(scan: Scan) -> dict[Place, bytes]:
    """The text of each link that the scan met at a script's path."""
    roots = {tree.name: tree.path for tree in scan.repository.worktrees}
    found = {}
    for item in scan.apart:
        if item.reason != "symlinks":
            continue
        try:
            text = os.readlink(os.path.join(roots[item.worktree], item.path))
        except OSError:
            continue
        found[item.worktree, item.path] = text
    return found


def _is_regular(entry: files.Entry) -> bool:
    return stat.S_ISREG(entry.stat.st_mode)
