"""How a proof is asked for and shown, to people and to programs."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING, Any

import click

from s2s_tools.cli import output

if TYPE_CHECKING:
    from s2s_tools.scripts.dedupe.equivalence.model import Judged, Proof
    from s2s_tools.scripts.dedupe.equivalence.service import Wish

_Command = Callable[..., Any]
_FEW = 8  # proved scripts that are listed without --all


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
                help="Seconds that all runs may take.",
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
