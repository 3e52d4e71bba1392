"""Carry a plan for all worktrees out: shared bodies first, then the trees."""

from __future__ import annotations

from s2s_tools.changes import apply as changes
from s2s_tools.changes import transaction
from s2s_tools.changes.model import Plan
from s2s_tools.model import Repository
from s2s_tools.scripts.dedupe.worktrees import store
from s2s_tools.scripts.dedupe.worktrees.model import MAIN
from s2s_tools.scripts.inventory import stored
from s2s_tools.scripts.manifest import store as texts


def apply(
    plan: Plan,
    repository: Repository,
    *,
    bundle: bytes | None = None,
    progress: transaction.Progress | None = None,
) -> changes.Applied:
    """Apply a plan; the bodies are shared right before the first change.

    Where that change fails then, bodies may stay in the common store: they hinder
    nothing and go with the next undo.
    """

    def share() -> None:
        store.put(repository.common_dir, _bodies(plan, repository))

    return changes.apply(
        plan, repository, bundle=bundle, progress=progress, ready=share
    )


def _bodies(plan: Plan, repository: Repository) -> dict[bytes, store.Body]:
    """What the plan puts into main's store, and what of it new wrappers rely on."""
    bodies = store.of_plan(plan)
    modes = {e.path: e.state.mode for e in plan.expects if stored.holds(e.path)}
    for (_, path), data in texts.texts(
        repository, [(MAIN, path) for path in modes]
    ).items():
        bodies.setdefault(stored.home(path), store.Body(data, modes[path]))
    return bodies
