"""Put the entry scripts into a repository."""

from __future__ import annotations

import os

from s2s_tools import errors
from s2s_tools.changes import state
from s2s_tools.changes.model import Kind, Plan, State
from s2s_tools.model import Repository
from s2s_tools.scripts.inventory import discovery
from s2s_tools.scripts.wrappers import codec, plan
from s2s_tools.scripts.wrappers.model import Entry
from s2s_tools.system import files, shipped


def entries() -> tuple[Entry, ...]:
    """The entry scripts that come with the program."""
    path = os.path.join(shipped.path("manifests"), "entries.yaml")
    return codec.entries(files.read(os.fsencode(path)), "entries.yaml")


def plan_install(
    path: bytes, *, names: tuple[str, ...] = (), replace: tuple[str, ...] = ()
) -> tuple[Repository, Plan]:
    """Plan to put the named entries (default: all) into the repository at `path`.

    Raises errors.NotFound for a name that is no entry, errors.Refused for a bare
    repository.
    """
    repository = discovery.find(path)
    if repository.bare:
        raise errors.Refused(
            f"{os.fsdecode(repository.root)} is bare: there is no tree to install into"
        )
    chosen = _chosen(names, replace)
    present = {p: _held(repository.root, p) for entry in chosen for p in entry.paths}
    made = plan.install(
        chosen,
        {p: held for p, held in present.items() if held[0].kind is not Kind.ABSENT},
        repository=repository.common_dir,
        replace=frozenset(replace),
    )
    return repository, made


def _chosen(names: tuple[str, ...], replace: tuple[str, ...]) -> tuple[Entry, ...]:
    known = {entry.name: entry for entry in entries()}
    for name in (*names, *replace):
        if name not in known:
            raise errors.NotFound(
                f"there is no entry script {name!r}; known: {', '.join(known)}"
            )
    return tuple(known[name] for name in names) if names else tuple(known.values())


def _held(root: bytes, path: str) -> tuple[State, bytes]:
    full = os.path.join(root, path.encode())
    seen = state.observe(full)
    return seen, files.read(full) if seen.kind is Kind.FILE else b""
