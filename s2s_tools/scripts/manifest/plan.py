"""The plan that writes a manifest file."""

from __future__ import annotations

import hashlib

from s2s_tools.changes.model import Kind, Plan, State, Write

COMMAND = "s2s manifest build"


def build(
    repository: bytes, worktree: str, path: bytes, before: State, data: bytes
) -> Plan:
    """One write that makes `path` hold `data`; none where it already does."""
    after = State(Kind.FILE, before.mode or 0o644, hashlib.sha256(data).hexdigest())
    if before == after:
        return Plan(repository=repository, command=COMMAND)
    write = Write(
        worktree=worktree,
        path=path,
        before=before,
        after=after,
        data=data,
        reason="record the canonical scripts",
        named=True,
    )
    return Plan(repository=repository, command=COMMAND, writes=(write,))
