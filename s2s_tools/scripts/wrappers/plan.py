"""Which entry scripts to put into a repository."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping

from s2s_tools.changes.model import ABSENT, Keep, Kind, Plan, State, Write
from s2s_tools.scripts.wrappers import render
from s2s_tools.scripts.wrappers.model import Entry

_MODE = 0o755


def install(
    entries: Iterable[Entry],
    present: Mapping[str, tuple[State, bytes]],
    *,
    repository: bytes,
    replace: frozenset[str] = frozenset(),
) -> Plan:
    """Plan to put each entry at each of its paths in the main worktree.

    `present` gives what stands at a path now (absent paths are left out). A file
    that is not ours is kept, unless its entry's name is in `replace`.
    """
    writes: list[Write] = []
    keeps: list[Keep] = []
    for entry in entries:
        data = render.entry(entry)
        after = State(Kind.FILE, _MODE, hashlib.sha256(data).hexdigest())
        for path in entry.paths:
            state, held = present.get(path, (ABSENT, b""))
            reason = _reason(state, after, held, replaced=entry.name in replace)
            if reason:
                keeps.append(Keep(worktree=".", path=path.encode(), reason=reason))
                continue
            writes.append(
                Write(
                    worktree=".",
                    path=path.encode(),
                    before=state,
                    after=after,
                    data=data,
                    reason=f"runs s2s {' '.join(entry.command)}",
                    named=True,
                )
            )
    return Plan(
        repository=repository,
        command="wrappers install",
        writes=tuple(writes),
        keeps=tuple(keeps),
    )


def _reason(state: State, after: State, held: bytes, *, replaced: bool) -> str:
    """Why the path stays as it is; "" where it is to be written."""
    if state == after:
        return "up to date"
    if state.kind is Kind.LINK:
        return "a symlink stands there; remove it first"
    if state.kind is Kind.FILE and not render.is_wrapper(held) and not replaced:
        return "another script stands there; --replace takes its place, undoably"
    return ""
