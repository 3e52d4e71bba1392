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
    """Apply a plan; where that fails, bodies that only it needed go again."""
    common = repository.common_dir
    bodies = _bodies(plan, repository)
    new = bodies.keys() - store.held(common).keys()
    store.put(common, bodies)
    try:
        return changes.apply(plan, repository, bundle=bundle, progress=progress)
    except BaseException:
        if new:
            store.remove(common, new)
        raise


def _bodies(plan: Plan, repository: Repository) -> dict[bytes, store.Body]:
    """What the plan puts into main's store, and what of it new wrappers rely on."""
    bodies = store.of_plan(plan)
    modes = {e.path: e.state.mode for e in plan.expects if stored.holds(e.path)}
    for (_, path), data in texts.texts(
        repository, [(MAIN, path) for path in modes]
    ).items():
        bodies.setdefault(stored.home(path), store.Body(data, modes[path]))
    return bodies
