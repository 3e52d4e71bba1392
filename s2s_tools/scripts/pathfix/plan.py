"""Which scripts to rewrite: a plan from proved results."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable
from typing import Final

from s2s_tools.changes.model import Keep, Kind, Plan, State, Write
from s2s_tools.scripts.inventory import stored
from s2s_tools.scripts.pathfix.model import Script, Verdict

MAIN: Final = "."


def build(scripts: Iterable[Script], *, repository: bytes) -> Plan:
    """Write what is proved and differs; the others are kept with the reason."""
    writes = []
    keeps = []
    for script in scripts:
        if script.result is not None and script.result != script.data:
            writes.append(_write(script))
        elif script.problem:
            keeps.append(
                Keep(worktree=script.worktree, path=script.path, reason=script.problem)
            )
    return Plan(
        repository=repository,
        command="s2s fix-paths",
        writes=tuple(writes),
        keeps=tuple(keeps),
        notes=_notes(writes),
    )


def _notes(writes: list[Write]) -> tuple[str, ...]:
    notes = []
    if any(stored.holds(write.path) for write in writes):
        notes.append(
            "bodies change that other worktrees run: commit them, then s2s dedupe sync"
        )
    if any(write.worktree != MAIN for write in writes):
        notes.append(
            "a stale copy that is rewritten in its worktree is a version of its own "
            "then; s2s dedupe sync before, or instead, keeps it related"
        )
    return tuple(notes)


def _write(script: Script) -> Write:
    assert script.result is not None
    digest = hashlib.sha256(script.result).hexdigest()
    counts = Counter(o.verdict for o in script.occurrences)
    many = counts[Verdict.AUTO] + counts[Verdict.CHECKED]
    return Write(
        worktree=script.worktree,
        path=script.path,
        before=script.state,
        after=State(Kind.FILE, script.state.mode, digest),
        data=script.result,
        reason=f"{many} hard-coded path{'s' if many != 1 else ''} rewritten, proved",
        named=script.named,
    )
