"""Work through the cases of a trial, in copies that are gone afterwards."""

from __future__ import annotations

import os
import time
from typing import NamedTuple

from s2s_tools import errors
from s2s_tools.model import Repository
from s2s_tools.scripts.dedupe.equivalence import probe, runs, sandbox, stage, trial
from s2s_tools.scripts.dedupe.equivalence.model import Finding, Limits, Verdict
from s2s_tools.scripts.inventory.survey import Progress
from s2s_tools.system import scratch, workers


class Mode(NamedTuple):
    """How scripts are confined: `name` is "bwrap", "none", or "" for no runs."""

    name: str
    note: str = ""


def confinement(*, unsandboxed: bool) -> Mode:
    """What can be done here, and what the user allows."""
    if unsandboxed:
        return Mode("none", "run without a sandbox, as --run-unsandboxed says")
    why = sandbox.trouble()
    if why:
        return Mode("", f"nothing was run: {why}")
    return Mode(sandbox.PROGRAM)


class Examiner:
    """Finds out about trials of one repository, all within one budget of time.

    What an original showed is remembered for the next trial.
    """

    def __init__(
        self,
        repository: Repository,
        mode: Mode,
        limits: Limits,
        progress: Progress | None,
    ) -> None:
        self.mode = mode
        self._repository = repository
        self._limits = limits
        self._progress = progress
        self._end = time.monotonic() + limits.budget
        self._known: dict[str, tuple[runs.Pair, ...]] = {}

    @property
    def notes(self) -> tuple[str, ...]:
        """What is to be said of all findings."""
        return (self.mode.note,) if self.mode.note else ()

    def findings(self, made: trial.Trial) -> tuple[Finding, ...]:
        """A finding for each case, in their order.

        Raises errors.WriteFailed where no copies can be made.
        """
        if not made.cases:
            return ()
        if not self.mode.name:
            return tuple(Finding(Verdict.STATIC, self.mode.note) for _ in made.cases)
        try:
            with scratch.folder("s2s-proof") as folder:
                world = self._world(made, folder)
                return self._all(runs.Runner(world, made, self._end, self._known))
        except OSError as exc:
            raise errors.WriteFailed(
                f"no throw-away copy can be made: {exc.strerror}; make room, or set "
                "TMPDIR"
            ) from exc

    def _world(self, made: trial.Trial, folder: bytes) -> probe.World:
        home = os.path.realpath(os.path.expanduser(b"~"))
        world = probe.World(
            layout=stage.Layout(repository=self._repository, home=home),
            folder=folder,
            limits=self._limits,
            confined=self.mode.name != "none",
        )
        stage.build(world.layout, world.base, made.extra)
        if not world.confined:
            live = os.path.join(folder, probe.BENCH, probe.LIVE)
            stage.relocate(world.layout, world.base, live)
        probe.prepare(world, made.scripts)
        return world

    def _all(self, runner: runs.Runner) -> tuple[Finding, ...]:
        cases, world = runner.trial.cases, runner.world
        found: dict[int, Finding] = {}
        processes = min(self._limits.parallel, workers.count()) if world.confined else 1
        for number, told in workers.run(runner.work, len(cases), processes=processes):
            found[number], pairs = runs.opened(told)
            if pairs:
                self._known[runs.key(cases[number])] = pairs
            if self._progress is not None:
                what = cases[number].path.decode("utf-8", "surrogateescape")
                self._progress(len(found), len(cases), f"proving {what}")
        return tuple(found[number] for number in range(len(cases)))
