"""Would each planned wrapper find its body? Asked by the wrapper's own rules."""

from __future__ import annotations

import os
from collections.abc import Mapping

from s2s_tools.changes.model import Kind, Plan, Write
from s2s_tools.model import Repository
from s2s_tools.scripts.dedupe.model import Place
from s2s_tools.scripts.inventory import stored
from s2s_tools.scripts.wrappers import look, render, resolve


class Shared(look.Disk):
    """The disk with the bodies that will be in the common directory's store."""

    def __init__(self, common_dir: bytes, bodies: Mapping[bytes, bytes]) -> None:
        self._common = os.path.realpath(common_dir)
        self._bodies = bodies

    def is_file(self, path: bytes) -> bool:
        return self._held(path) is not None or super().is_file(path)

    def read(self, path: bytes) -> bytes | None:
        held = self._held(path)
        return super().read(path) if held is None else held

    def _held(self, path: bytes) -> bytes | None:
        head, mark, id = path.partition(b"/s2s/canonical/")
        if not mark or os.path.realpath(head) != self._common:
            return None
        return self._bodies.get(id)


def failures(
    plan: Plan, repository: Repository, bodies: Mapping[bytes, bytes]
) -> dict[Place, str]:
    """Why a planned wrapper or link would not run the body it is for.

    `bodies` by id are those that the common store will hold.
    """
    roots = {tree.name: tree.path for tree in repository.worktrees}
    seen = look.After(plan, repository, Shared(repository.common_dir, bodies))
    found = {}
    for write in plan.writes:
        if stored.holds(write.path):
            continue
        reason = _failure(write, roots[write.worktree], seen, bodies)
        if reason:
            found[write.worktree, write.path] = reason
    return found


def _failure(
    write: Write, root: bytes, seen: look.After, bodies: Mapping[bytes, bytes]
) -> str:
    path = os.path.join(root, write.path)
    if write.after.kind is Kind.LINK:
        return "" if seen.is_file(path) else "a link there would lead nowhere"
    row = render.read_exec(write.data or b"")
    if row is None:
        return ""
    answer = resolve.resolve(row, path, seen, environ={})
    if answer.code or answer.body is None:
        return f"a wrapper there would not find its body: {answer.why}"
    if seen.read(answer.body) != bodies.get(row.id):
        return "a wrapper there would run other bytes, those of its own tree's store"
    return ""
