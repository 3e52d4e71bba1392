"""Plan to renew, and to clean away, what the manifest owns."""

from __future__ import annotations

import os
from typing import Final, NamedTuple

from s2s_tools.changes.model import Plan
from s2s_tools.model import Repository
from s2s_tools.scripts.inventory import stored
from s2s_tools.scripts.inventory.survey import Progress
from s2s_tools.scripts.wrappers import look, render, renew, resolve, stock
from s2s_tools.scripts.wrappers.audit import Finding
from s2s_tools.scripts.wrappers.owned import Kind, Place

LINKS: Final = frozenset({Kind.SYMLINK})


class Upkeep(NamedTuple):
    """A plan, the repository it is for, and what it was made from."""

    plan: Plan
    repository: Repository
    findings: tuple[Finding, ...]


def build(
    path: bytes,
    *,
    command: str,
    kinds: frozenset[Kind] = frozenset(Kind),
    named: frozenset[str] = frozenset(),
) -> Upkeep:
    """Make what is missing or outdated; wrappers only where they find a body.

    Raises errors.NotFound where there is no manifest.
    """
    found = stock.take(path, kinds=kinds, named=named)
    common = found.repository.common_dir
    made = renew.build(
        found.findings, found.present, repository=common, command=command
    )
    failed = _unresolved(made, found.repository)
    if failed:
        made = renew.build(
            found.findings,
            found.present,
            repository=common,
            command=command,
            unresolved=failed,
        )
    return Upkeep(made, found.repository, found.findings)


def clean(path: bytes, *, progress: Progress | None = None) -> Upkeep:
    """Remove wrappers at paths that the manifest does not name."""
    found = stock.with_extras(stock.take(path), path, progress=progress)
    made = renew.clean(
        found.findings,
        found.present,
        repository=found.repository.common_dir,
        command="s2s wrappers clean",
    )
    return Upkeep(made, found.repository, found.findings)


def _unresolved(plan: Plan, repository: Repository) -> dict[Place, str]:
    """Why a planned wrapper would not find its body, by its own rules."""
    roots = {tree.name: tree.path for tree in repository.worktrees}
    seen = look.After(plan, repository)
    found = {}
    for write in plan.writes:
        row = render.read_exec(write.data or b"")
        if row is None or stored.holds(write.path):
            continue
        path = os.path.join(roots[write.worktree], write.path)
        answer = resolve.resolve(row, path, seen, environ={})
        if answer.code:
            found[write.worktree, write.path] = f"unresolved: {answer.why}"
    return found
