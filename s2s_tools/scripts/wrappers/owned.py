"""What should stand at the paths that a manifest owns."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from enum import StrEnum
from typing import Final, NamedTuple, TypeAlias

from s2s_tools import errors
from s2s_tools.scripts.inventory import stored
from s2s_tools.scripts.inventory.model import Relation
from s2s_tools.scripts.manifest import standins
from s2s_tools.scripts.manifest.model import Copy, Entry, Manifest, Strategy
from s2s_tools.scripts.wrappers import render
from s2s_tools.scripts.wrappers.model import Entry as Named
from s2s_tools.scripts.wrappers.model import ExecWrapper

Place: TypeAlias = tuple[str, bytes]
_REFRESHED: Final = (Relation.IDENTICAL, Relation.STALE)


class Kind(StrEnum):
    """What may stand in for a script."""

    EXEC = "exec"
    SYMLINK = "symlink"
    COPY = "copy"
    ENTRY = "entry"  # runs an s2s command


class Wanted(NamedTuple):
    """One path that is ours, and what belongs there.

    `data` is a file's bytes or a link's text, None where it cannot be made, and
    then `problem` says why. `body` is the file of the same tree that it stands
    for. Bytes whose sha-256 is in `known` are kept elsewhere: nothing is lost
    where they are replaced. `mode` is that of a new file.
    """

    worktree: str
    path: bytes
    kind: Kind
    id: bytes
    body: bytes
    data: bytes | None
    mode: int
    known: frozenset[str] = frozenset()
    problem: str = ""


def wanted(
    manifest: Manifest, bodies: Mapping[bytes, bytes], *, project: bytes
) -> tuple[Wanted, ...]:
    """What belongs at each path that the manifest owns, by worktree and path.

    `bodies` gives the bytes of each entry's canonical by the entry's id.
    """
    canonicals = frozenset(entry[1:3] for entry in manifest.entries)
    found = (
        one
        for entry in manifest.entries
        for one in _of_entry(entry, bodies.get(entry.id), project)
        if one[:2] not in canonicals
    )
    return tuple(sorted(found, key=lambda one: one[:2]))


def installed(
    entries: Iterable[Named], present: Mapping[bytes, bytes]
) -> tuple[Wanted, ...]:
    """The entry scripts of the main worktree; `present` is what stands there.

    Only a path that holds a wrapper of that entry was installed by us.
    """
    return tuple(
        Wanted(
            ".",
            path.encode(),
            Kind.ENTRY,
            entry.name.encode(),
            b"",
            render.entry(entry),
            0o755,
        )
        for entry in entries
        for path in entry.paths
        if _entry_name(present.get(path.encode(), b"")) == entry.name.encode()
    )


def owns(entry: Entry, copy: Copy) -> bool:
    """Whether what stands at a recorded path is ours to renew."""
    if copy.form is not None:
        return True
    return entry.strategy is Strategy.COPY and copy.relation in _REFRESHED


def _of_entry(entry: Entry, body: bytes | None, project: bytes) -> Iterator[Wanted]:
    known = {entry.sha256}
    if body is not None:
        known.add(hashlib.sha256(body).hexdigest())
    for copy in entry.copies:
        if not owns(entry, copy):
            continue
        kind = Kind.COPY if copy.form is None else Kind(copy.form.value)
        one = Wanted(
            copy.worktree,
            copy.path,
            kind,
            stored.home(entry.path),
            copy.to or entry.path,
            None,
            entry.mode,
            frozenset(known),
        )
        yield _made(one, body, project)


def _made(one: Wanted, body: bytes | None, project: bytes) -> Wanted:
    """The same with its bytes, or with the reason why there are none."""
    if one.kind is Kind.COPY:
        problem = "" if body is not None else "its canonical cannot be read"
        return one._replace(data=body, problem=problem)
    if one.kind is Kind.SYMLINK:
        return one._replace(data=standins.text(one.path, one.body))
    row = ExecWrapper(id=one.id, path=one.path, body=one.body, project=project)
    try:
        return one._replace(data=render.exec_wrapper(row))
    except errors.Refused as exc:
        return one._replace(problem=str(exc))


def _entry_name(data: bytes) -> bytes:
    words = data.split(b"\n", 2)[1].split() if render.is_wrapper(data) else []
    return words[3] if words[2:3] == [b"entry"] and len(words) > 3 else b""
