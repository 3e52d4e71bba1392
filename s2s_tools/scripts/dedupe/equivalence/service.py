"""Prove that a plan's replacements behave as the scripts did."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final, NamedTuple

from s2s_tools.changes.model import Plan
from s2s_tools.model import Repository
from s2s_tools.scripts.dedupe.equivalence import (
    examiner,
    families,
    reduce,
    runs,
    standing,
    trial,
)
from s2s_tools.scripts.dedupe.equivalence.model import (
    Finding,
    Judged,
    Limits,
    Proof,
    Verdict,
)
from s2s_tools.scripts.dedupe.model import Place
from s2s_tools.scripts.inventory import scope
from s2s_tools.scripts.inventory.model import Scan
from s2s_tools.scripts.inventory.survey import Progress
from s2s_tools.scripts.manifest.model import Decisions

_USUAL_PROBES: Final = (("--help",),)


class Wish(NamedTuple):
    """How to prove; `unsandboxed`: the user accepts runs on the open machine.

    `only_proved`: the plan is to hold nothing but what was proved.
    """

    limits: Limits = Limits()
    unsandboxed: bool = False
    only_proved: bool = False


USUAL: Final = Wish()


class Proved(NamedTuple):
    """A proof, and the plan without what differs."""

    proof: Proof
    plan: Plan


def prove(
    plan: Plan,
    repository: Repository,
    probes: trial.Probes,
    wish: Wish = USUAL,
    *,
    progress: Progress | None = None,
) -> Proved:
    """Run what the plan replaces, before and after, in throw-away copies.

    Families that differ (with `only_proved`: all that are not proved) are taken
    out, and the rest is tried again without them. Raises errors.FileChanged where
    a file is not what the plan expects.
    """
    work = _examiner(repository, wish, progress)
    out: dict[str, Judged] = {}
    gone: dict[str, Judged] = {}
    whole = left = reduce.scripts(plan, repository)
    while left.writes:
        made = trial.of_plan(left, repository, probes)
        found = work.findings(made)
        judged = {
            one.family: _kept(one, out.get(one.family), wish)
            for one in _judged(left, made, found)
        }
        out.update(judged)
        worse = {n: one for n, one in judged.items() if _is_out(one, wish)}
        gone.update(worse)
        if not worse:
            break
        left = families.without(whole, gone.values())
    proof = Proof(
        repository=plan.repository,
        sandbox=work.mode.name,
        families=tuple(out[name] for name in sorted(out)),
        notes=work.notes,
    )
    return Proved(proof, reduce.without(plan, repository, gone.values()))


def prove_standing(
    scan: Scan,
    links: Iterable[Place],
    probes: trial.Probes,
    wish: Wish = USUAL,
    *,
    progress: Progress | None = None,
) -> Proof:
    """Compare what stands in for scripts now with the bodies in their places.

    Every wrapper of the scan and the given `links`. What finds no body is passed.
    """
    repository = scan.repository
    work = _examiner(repository, wish, progress)
    made = standing.of_scan(scan, links, probes)
    by_family = _by_family(made, work.findings(made))
    places: dict[str, list[Place]] = {}
    for family, place in made.places:
        places.setdefault(family, []).append(place)
    return Proof(
        repository=repository.common_dir,
        sandbox=work.mode.name,
        families=tuple(
            _judge(name, by_family[name], tuple(sorted(places[name])))
            for name in sorted(by_family)
        ),
        notes=work.notes,
    )


def scripts(plan: Plan, repository: Repository) -> Plan:
    """The part of a plan that a proof speaks of."""
    return reduce.scripts(plan, repository)


def alone(plan: Plan, repository: Repository, known: Iterable[Judged]) -> Plan:
    """The plan with nothing but the families that were proved."""
    worse = (one for one in known if one.verdict is not Verdict.PROVED)
    return reduce.without(plan, repository, worse)


def probes(decisions: Decisions) -> trial.Probes:
    """How each script is called, as the manifest says; `--help` where it does not."""
    rows = [(scope.matcher(row.scripts), row) for row in decisions.probe]

    def words(path: bytes) -> tuple[tuple[str, ...], ...]:
        for pattern, row in rows:
            if not row.scripts or (pattern is not None and pattern.fullmatch(path)):
                return row.runs
        return _USUAL_PROBES

    return words


def _examiner(
    repository: Repository, wish: Wish, progress: Progress | None
) -> examiner.Examiner:
    mode = examiner.confinement(unsandboxed=wish.unsandboxed)
    return examiner.Examiner(repository, mode, wish.limits, progress)


def _kept(one: Judged, earlier: Judged | None, wish: Wish) -> Judged:
    """The verdict, or the earlier one where the time was over before it was tried.

    Earlier it ran beside scripts that are out of the plan now; where only what is
    proved may be in the plan, that is not enough.
    """
    late = one.verdict is Verdict.UNPROVABLE and one.reason == runs.TOO_LATE
    if earlier is None or wish.only_proved or not late:
        return one
    return earlier


def _is_out(one: Judged, wish: Wish) -> bool:
    if wish.only_proved:
        return one.verdict is not Verdict.PROVED
    return one.verdict is Verdict.DIFFERS


def _judged(
    plan: Plan, made: trial.Trial, found: Iterable[Finding]
) -> tuple[Judged, ...]:
    by_family = _by_family(made, found)
    return tuple(
        _judge(
            family.name,
            by_family.get(family.name, []),
            families.places(family),
            family.digest,
        )
        for family in families.of_plan(plan)
    )


def _by_family(
    made: trial.Trial, found: Iterable[Finding]
) -> dict[str, list[tuple[str, Finding]]]:
    """Every finding on a family, with the worktree it was made in."""
    by_family: dict[str, list[tuple[str, Finding]]] = {}
    for case, finding in zip(made.cases, found, strict=True):
        by_family.setdefault(case.family, []).append((case.worktree, finding))
    for family, finding in made.settled:
        by_family.setdefault(family, []).append((".", finding))
    return by_family


def _judge(
    name: str,
    found: list[tuple[str, Finding]],
    places: tuple[Place, ...],
    digest: str = "",
) -> Judged:
    """One verdict on a family: the worst of its places."""
    verdict = families.worst([finding.verdict for _, finding in found])
    reasons = [_said(tree, f) for tree, f in found if f.verdict is verdict]
    return Judged(
        family=name,
        verdict=verdict,
        reason=next(filter(None, reasons), "" if found else "nothing of it runs"),
        places=places,
        unstable=tuple(sorted({name for _, f in found for name in f.unstable})),
        digest=digest,
    )


def _said(worktree: str, finding: Finding) -> str:
    if finding.verdict is not Verdict.DIFFERS or worktree == ".":
        return finding.reason
    return f"in {worktree} {finding.reason}"
