"""How a proof is asked for and shown, to people and to programs."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import click

from s2s_tools.cli import output

if TYPE_CHECKING:
    from s2s_tools.changes.model import Plan
    from s2s_tools.cli import carry_out
    from s2s_tools.model import Repository
    from s2s_tools.scripts.dedupe.equivalence.model import Judged, Proof
    from s2s_tools.scripts.dedupe.equivalence.service import Proved, Wish

_Command = Callable[..., Any]
_FEW = 8  # proved scripts that are listed without --all


LIMITS = ("timeout", "budget", "run_unsandboxed")


def limits(command: _Command) -> _Command:
    """Add the options that say how scripts may be run."""
    for option in reversed(
        (
            click.option(
                "--timeout",
                type=click.FloatRange(min=0.1),
                default=5.0,
                show_default=True,
                metavar="S",
                help="Seconds that one run may take.",
            ),
            click.option(
                "--budget",
                type=click.FloatRange(min=0.1),
                default=60.0,
                show_default=True,
                metavar="S",
                help="Seconds after which no further script is run.",
            ),
            click.option(
                "--run-unsandboxed",
                is_flag=True,
                help="Run the scripts without a sandbox. They can do anything you can.",
            ),
        )
    ):
        command = option(command)
    return command


def wish(
    *, timeout: float, budget: float, run_unsandboxed: bool, only_proved: bool = False
) -> Wish:
    """What those options said."""
    from s2s_tools.scripts.dedupe.equivalence.model import Limits
    from s2s_tools.scripts.dedupe.equivalence.service import Wish

    limits = Limits(timeout=timeout, budget=budget)
    return Wish(limits, run_unsandboxed, only_proved)


@contextmanager
def required(
    plan: Plan,
    repository: Repository,
    file: bytes | None,
    wish: carry_out.Wish,
    *,
    wanted: bool,
) -> Iterator[Plan]:
    """The plan with nothing but what is proved, where that is wanted.

    The proof beside a saved plan counts, where there is one; else one is made now
    and remembered when the block is done. Raises errors.FileChanged where a proof
    is of other bytes.
    """
    from s2s_tools.scripts.dedupe.equivalence import service, store

    if not wanted:
        yield plan
        return
    bare = service.scripts(plan, repository)
    known = None if file is None else store.of_plan(bare, file)
    if known is not None:
        yield service.alone(plan, repository, known.values())
        return
    found = _prove(plan, repository)
    if not wish.as_json:
        output.emit(None, [*lines(found.proof), ""], as_json=False)
    yield found.plan
    if not wish.dry_run:
        store.keep(found.proof, repository)


def _prove(plan: Plan, repository: Repository) -> Proved:
    from s2s_tools.cli import progress
    from s2s_tools.scripts.dedupe.equivalence import service
    from s2s_tools.scripts.manifest import store as manifests

    probes = service.probes(manifests.load(repository).manifest.decisions)
    asked = service.Wish(only_proved=True)
    with progress.Progress() as report:
        return service.prove(plan, repository, probes, asked, progress=report)


def document(proof: Proof) -> dict[str, Any]:
    """The proof with its counts, for programs."""
    from s2s_tools.scripts.dedupe.equivalence import codec

    return {**codec.document(proof), "counts": counts(proof.families)}


def counts(found: Iterable[Judged]) -> dict[str, int]:
    """How many families have each verdict."""
    from s2s_tools.scripts.dedupe.equivalence.model import Verdict

    seen = Counter(one.verdict for one in found)
    return {verdict.value: seen[verdict] for verdict in Verdict}


def lines(proof: Proof, *, whole: bool = False) -> Iterator[str]:
    """The proof for people: what differs first, then what could not be proved."""
    if proof.sandbox == "none":
        yield "WITHOUT A SANDBOX: the scripts ran on this machine, in copies."
    groups: dict[tuple[str, str], list[Judged]] = {}
    for one in proof.families:
        groups.setdefault((one.verdict.value, _why(one)), []).append(one)
    order = {verdict: number for number, verdict in enumerate(_WORDS)}
    for (verdict, why), found in sorted(
        groups.items(), key=lambda item: (order[item[0][0]], item[0][1])
    ):
        title = f"{_WORDS[verdict]}{': ' if why else ''}{why} ({len(found)})"
        yield from output.wrapped(title)
        yield from _listed(found, limit=None if whole else _FEW)
    told = (f"{n} {word}" for word, n in counts(proof.families).items())
    yield f"Of {output.count(len(proof.families), 'script')}: {', '.join(told)}"


_WORDS = {
    "differs": "Differs, so it stays as it is",
    "unprovable": "Unprovable",
    "static only": "Static only",
    "proved": "Proved",
}


def _listed(found: list[Judged], limit: int | None) -> Iterator[str]:
    few = found if limit is None or len(found) <= limit else found[: limit - 1]
    for one in few:
        places = output.count(len(one.places), "place")
        yield f"    {output.safe(one.family)} ({places})"
    if len(few) < len(found):
        yield f"    … {len(found) - len(few)} more; --all lists them"


def _why(one: Judged) -> str:
    if not one.unstable:
        return one.reason
    varies = f"not compared, as it varies: {', '.join(one.unstable)}"
    return f"{one.reason}; {varies}" if one.reason else varies
