"""Prove that a plan's replacements behave as the scripts did."""

from __future__ import annotations

import os
import time
from collections.abc import Iterable
from typing import Final, NamedTuple

from s2s_tools import errors
from s2s_tools.changes.model import Plan
from s2s_tools.model import Repository
from s2s_tools.scripts.dedupe.equivalence import (
    families,
    probe,
    reduce,
    runs,
    sandbox,
    stage,
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
from s2s_tools.system import scratch, workers

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
    end = time.monotonic() + wish.limits.budget
    mode = confinement(wish)
    known: dict[str, tuple[runs.Pair, ...]] = {}
    out: dict[str, Judged] = {}
    gone: dict[str, Judged] = {}
    whole = left = reduce.scripts(plan, repository)
    while left.writes:
        made = trial.of_plan(left, repository, probes)
        found = examine(made, repository, mode, wish.limits, end, known, progress)
        judged = {one.family: one for one in _judged(left, made, found)}
        out.update(judged)
        worse = {n: one for n, one in judged.items() if _is_out(one, wish)}
        gone.update(worse)
        if not worse:
            break
        left = families.without(whole, gone.values())
    proof = Proof(
        repository=plan.repository,
        sandbox=mode.name,
        families=tuple(out[name] for name in sorted(out)),
        notes=(mode.note,) if mode.note else (),
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
    mode = confinement(wish)
    made = standing.of_scan(scan, links, probes)
    end = time.monotonic() + wish.limits.budget
    found = examine(made, repository, mode, wish.limits, end, {}, progress)
    by_family = _by_family(made, found)
    places: dict[str, list[Place]] = {}
    for family, place in made.places:
        places.setdefault(family, []).append(place)
    return Proof(
        repository=repository.common_dir,
        sandbox=mode.name,
        families=tuple(
            _judge(name, by_family[name], tuple(sorted(places[name])))
            for name in sorted(by_family)
        ),
        notes=(mode.note,) if mode.note else (),
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


def _is_out(one: Judged, wish: Wish) -> bool:
    if wish.only_proved:
        return one.verdict is not Verdict.PROVED
    return one.verdict is Verdict.DIFFERS


class Mode(NamedTuple):
    """How scripts are confined: `name` is "bwrap", "none", or "" for no runs."""

    name: str
    note: str = ""


def confinement(wish: Wish) -> Mode:
    """What can be done here, and what the user allows."""
    if wish.unsandboxed:
        return Mode("none", "run without a sandbox, as --run-unsandboxed says")
    why = sandbox.trouble()
    if why:
        return Mode("", f"nothing was run: {why}")
    return Mode(sandbox.PROGRAM)


def examine(
    made: trial.Trial,
    repository: Repository,
    mode: Mode,
    limits: Limits,
    end: float,
    known: dict[str, tuple[runs.Pair, ...]],
    progress: Progress | None,
) -> tuple[Finding, ...]:
    """A finding for each case, in their order; `known` remembers the originals."""
    if not made.cases:
        return ()
    if not mode.name:
        return tuple(Finding(Verdict.STATIC, mode.note) for _ in made.cases)
    try:
        with scratch.folder("s2s-proof") as folder:
            world = _world(made, repository, mode, limits, folder)
            return _all(runs.Runner(world, made, end, known), known, progress)
    except OSError as exc:
        raise errors.WriteFailed(
            f"no throw-away copy can be made: {exc.strerror}; make room, or set TMPDIR"
        ) from exc


def _world(
    made: trial.Trial, repository: Repository, mode: Mode, limits: Limits, folder: bytes
) -> probe.World:
    home = os.path.realpath(os.path.expanduser(b"~"))
    world = probe.World(
        layout=stage.Layout(repository=repository, home=home),
        folder=folder,
        limits=limits,
        confined=mode.name != "none",
    )
    stage.build(world.layout, world.base, made.extra)
    if not world.confined:
        live = os.path.join(folder, probe.BENCH, probe.LIVE)
        stage.relocate(world.layout, world.base, live)
    probe.prepare(world, made.scripts)
    return world


def _all(
    runner: runs.Runner,
    known: dict[str, tuple[runs.Pair, ...]],
    progress: Progress | None,
) -> tuple[Finding, ...]:
    cases = runner.trial.cases
    found: dict[int, Finding] = {}
    world = runner.world
    processes = min(world.limits.parallel, workers.count()) if world.confined else 1
    for number, told in workers.run(runner.work, len(cases), processes=processes):
        found[number], pairs = runs.opened(told)
        if pairs:
            known[runs.key(cases[number])] = pairs
        if progress is not None:
            what = cases[number].path.decode("utf-8", "surrogateescape")
            progress(len(found), len(cases), f"proving {what}")
    return tuple(found[number] for number in range(len(cases)))


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
