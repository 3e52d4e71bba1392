"""A plan for all worktrees: its options, how it is shown, how it is carried out."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import click

from s2s_tools import errors
from s2s_tools.cli import bodies, carry_out, output, plans, progress

if TYPE_CHECKING:
    from s2s_tools.changes.apply import Applied
    from s2s_tools.changes.model import Plan
    from s2s_tools.model import Repository
    from s2s_tools.scripts.dedupe.worktrees.commits import Made
    from s2s_tools.scripts.dedupe.worktrees.service import Wish

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
        last = [
            *bodies.commands(job.plan, job.repository),
            "Nothing was changed (dry run).",
        ]
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


def _outcome(job: Job, applied: Applied, made: Made | None) -> Iterator[str]:
    if applied.txid is None or made is None:
        yield from plans.outcome(applied)
        if applied.txid is not None:
            yield from bodies.commands(job.plan, job.repository)
        return
    # What says that nothing was committed does not hold here.
    yield from (line for line in plans.outcome(applied) if "committed" not in line)
    yield f"Committed on {output.safe(made.branch)}, without running hooks:"
    yield f"  {made.move[:12]} the move, {made.wrappers[:12]} the wrappers"
    yield from bodies.adoptions(job.plan, job.repository)
