"""How bodies, stand-ins and what comes next are shown, to people and to programs."""

from __future__ import annotations

import shlex
from collections import Counter
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any

from s2s_tools.changes import codec
from s2s_tools.cli import output, plans

if TYPE_CHECKING:
    from s2s_tools.changes.model import Plan
    from s2s_tools.model import Repository
    from s2s_tools.scripts.dedupe.worktrees.model import Fate
    from s2s_tools.scripts.dedupe.worktrees.needs import Swept
    from s2s_tools.scripts.dedupe.worktrees.service import Planned


def document(planned: Planned) -> dict[str, Any]:
    """The plan with what becomes of each family, for programs."""
    return {
        **plans.document(planned.decided.plan),
        "families": [_fate(fate) for fate in planned.decided.fates],
        "trees": [
            dict(zip(("worktree", "replaced", "kept", "note"), row, strict=True))
            for row in _trees(planned)
        ],
        "commands": list(_typed(planned.decided.plan, planned.repository)),
    }


def lines(planned: Planned, *, whole: bool = False) -> Iterator[str]:
    """The plan for people: strategies, counts per tree, changes."""
    yield from _strategies(planned.decided.fates, whole=whole)
    headers = ("worktree", "replaced", "kept", "")
    yield from output.table(headers, _trees(planned), right=(1, 2))
    yield ""
    yield from plans.lines(planned.decided.plan, ".", whole=whole)


def commands(plan: Plan, repository: Repository) -> Iterator[str]:
    """How to commit what was applied, and to bring it to the other branches."""
    typed = _typed(plan, repository)
    if typed:
        yield "To commit it on main, in two commits (a pure move, then the wrappers):"
        yield from (f"  {output.safe(line)}" for line in typed)
    yield from adoptions(plan, repository)


def swept(found: Swept | None) -> Iterator[str]:
    """Which shared bodies stay, and for whom."""
    for id, who in (found.needed if found is not None else {}).items():
        yield (
            f"The shared body of {output.safe(id)} stays: "
            f"{output.safe(', '.join(who))} runs it."
        )


def swept_document(found: Swept | None) -> dict[str, Any] | None:
    """The same for programs; None where the shared bodies were not looked at."""
    if found is None:
        return None
    return {
        "removed": [codec.text(id) for id in found.removed],
        "needed": {codec.text(id): list(who) for id, who in found.needed.items()},
    }


def _typed(plan: Plan, repository: Repository) -> tuple[str, ...]:
    from s2s_tools.scripts.dedupe.worktrees import commands as typing

    return typing.typed(plan, repository.root)


def adoptions(plan: Plan, repository: Repository) -> Iterator[str]:
    """The branches that main's commits should be brought into."""
    touched = {write.worktree for write in plan.writes} - {"."}
    for tree in repository.worktrees:
        if tree.name not in touched:
            continue
        name = output.safe(tree.name)
        if tree.branch is None:
            yield f"{name} is on no branch: its wrappers stay uncommitted there."
        else:
            branch = output.safe(tree.branch)
            where = output.safe(shlex.quote(tree.name))
            yield f"Then, for its branch {branch}: s2s dedupe adopt {where}"


def _strategies(fates: Iterable[Fate], *, whole: bool) -> Iterator[str]:
    headers = ("scripts", "become", "why")
    shared = [fate for fate in fates if fate.kind is not None]
    rows: Counter[tuple[str, str]] = Counter()
    for fate in shared:
        rows[_WORDS[fate.kind or "leave"], _general(fate)] += 1
    order = {word: number for number, word in enumerate(_WORDS.values())}
    ranked = sorted(rows.items(), key=lambda row: (order[row[0][0]], -row[1], row[0]))
    yield from output.table(
        headers, [(n, word, why) for (word, why), n in ranked], right=(0,)
    )
    yield ""
    if whole:
        cells = [
            (f.id, _WORDS[f.kind or "leave"], f"{f.reason} {f.place}".rstrip())
            for f in shared
        ]
        yield from output.table(("script", "becomes", "why"), cells)
        yield ""


_WORDS = {
    "exec": "exec wrapper",
    "symlink": "symlink",
    "copy": "managed copy",
    "leave": "left alone",
}


def _general(fate: Fate) -> str:
    """A reason without what is special to one script."""
    return fate.reason.partition(": ")[0].partition(" (")[0].partition("; ")[0]


def _fate(fate: Fate) -> dict[str, Any]:
    return {
        "id": fate.id,
        "strategy": None if fate.kind is None else fate.kind.value,
        "wanted": None if fate.wanted is None else fate.wanted.value,
        "reason": fate.reason,
        "place": fate.place,
        "replaced": fate.replaced,
        "kept": fate.kept,
    }


def _trees(planned: Planned) -> list[tuple[str, int, int, str]]:
    made = planned.decided.plan
    stand_ins = Counter(
        write.worktree
        for write in made.writes
        if write.before.kind == "file" and not write.path.startswith(b".s2s/")
    )
    kept = Counter(keep.worktree for keep in made.keeps)
    rows = []
    for name, tree in sorted(planned.trees.items(), key=lambda item: item[0] != "."):
        note = tree.barrier or (tree.doubt if name != "." else "")
        rows.append((name, stand_ins[name], kept[name], note))
    return rows
