"""A plan for all worktrees: its options, how it is shown, how it is carried out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import click

from s2s_tools import errors
from s2s_tools.changes import codec
from s2s_tools.cli import carry_out, output, plans, progress

if TYPE_CHECKING:
    from s2s_tools.changes.apply import Applied
    from s2s_tools.changes.model import Plan
    from s2s_tools.model import Repository
    from s2s_tools.scripts.dedupe.worktrees.commits import Made
    from s2s_tools.scripts.dedupe.worktrees.model import Fate
    from s2s_tools.scripts.dedupe.worktrees.needs import Swept
    from s2s_tools.scripts.dedupe.worktrees.service import Planned, Wish

_Command = Callable[..., Any]


def scope(command: _Command) -> _Command:
    """Add the options that say how far a plan goes."""
    for option in reversed(
        (
            click.option(
                "--all-worktrees",
                is_flag=True,
                help="Keep one body for each script and run it from every worktree.",
            ),
            click.option(
                "--worktree",
                "worktrees",
                multiple=True,
                metavar="W",
                help="With --all-worktrees: this one too, though locked or changed.",
            ),
            click.option(
                "--stale",
                type=click.Choice(["keep", "update"]),
                default="keep",
                help="With --all-worktrees: what stale copies become.",
            ),
        )
    ):
        command = option(command)
    return command


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """What those options said."""

    all_worktrees: bool
    worktrees: tuple[str, ...] = ()
    stale: str = "keep"

    def wish(self) -> Wish | None:
        """The wish for all worktrees; None where only one tree is meant.

        Raises errors.UsageFault where an option needs --all-worktrees.
        """
        from s2s_tools.scripts.dedupe.worktrees.service import Wish

        if self.all_worktrees:
            return Wish(self.worktrees, self.stale == "update")
        if self.worktrees or self.stale != "keep":
            raise errors.UsageFault(
                "--worktree and --stale go with --all-worktrees; add that"
            )
        return None


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
    yield from _adoptions(plan, repository)


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """A plan to carry out; `shown` is what programs read of it."""

    plan: Plan
    repository: Repository
    shown: dict[str, Any]
    commit: bool = False


def run(job: Job, shown: Iterable[str], wish: carry_out.Wish) -> None:
    """Show the plan, ask, carry it out, commit it if asked, say what comes next."""
    from s2s_tools.scripts.dedupe.worktrees import carrying, commits

    done: dict[str, Any] = {"schema": 1, "plan": job.shown, "applied": None}
    if not wish.as_json:
        output.emit(None, shown, as_json=False)
    if wish.dry_run:
        last = [*commands(job.plan, job.repository), "Nothing was changed (dry run)."]
        output.emit(done, last, as_json=wish.as_json)
        return
    if job.commit:
        commits.check(job.repository)
    if job.plan.writes:
        many = output.count(len(job.plan.writes), "file")
        output.confirm(f"Change {many}?", yes=wish.yes)
    with progress.Progress() as report:
        applied = carrying.apply(
            job.plan,
            job.repository,
            bundle=wish.bundle,
            progress=lambda at, total: report(at, total, "changing files"),
        )
    made = commits.commit(job.plan, job.repository) if job.commit else None
    done["applied"] = plans.applied(applied)
    done["commits"] = None if made is None else made._asdict()
    for note in applied.notes:
        output.note(note)
    output.emit(done, _outcome(job, applied, made), as_json=wish.as_json)


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


def _outcome(job: Job, applied: Applied, made: Made | None) -> Iterator[str]:
    if applied.txid is None or made is None:
        yield from plans.outcome(applied)
        if applied.txid is not None:
            yield from commands(job.plan, job.repository)
        return
    # What says that nothing was committed does not hold here.
    yield from (line for line in plans.outcome(applied) if "committed" not in line)
    yield f"Committed on {output.safe(made.branch)}, without running hooks:"
    yield f"  {made.move[:12]} the move, {made.wrappers[:12]} the wrappers"
    yield from _adoptions(job.plan, job.repository)


def _typed(plan: Plan, repository: Repository) -> tuple[str, ...]:
    from s2s_tools.scripts.dedupe.worktrees import commits

    return commits.commands(plan, repository.root)


def _adoptions(plan: Plan, repository: Repository) -> Iterator[str]:
    touched = {write.worktree for write in plan.writes} - {"."}
    for tree in repository.worktrees:
        if tree.name not in touched:
            continue
        name = output.safe(tree.name)
        if tree.branch is None:
            yield f"{name} is on no branch: its wrappers stay uncommitted there."
        else:
            branch = output.safe(tree.branch)
            yield f"Then, for its branch {branch}: s2s dedupe adopt {name}"


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
