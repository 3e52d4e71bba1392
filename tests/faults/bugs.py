"""Trials that hunt for the planted bugs."""

from __future__ import annotations

from collections.abc import Iterator

import others
import trials
from child import Fault


def hunters(bug: str) -> Iterator[tuple[trials.Trial, trials.Trial]]:
    """Trials that may catch a planted bug, each with the same on clean code."""
    makers = (_killed, _short, _edited, _held)
    likely = {"no-full-write-loop": _short, "no-recheck": _edited}
    likely["commit-record-before-verify"] = _edited
    for make in sorted(makers, key=lambda maker: maker is not likely.get(bug)):
        yield from zip(make(bug), make(""), strict=True)


def _killed(bug: str) -> Iterator[trials.Trial]:
    for point in ("begun", "all-staged", "moved:0", "moved:4", "all-moved", "verified"):
        fault = Fault(how="kill", point=point, bug=bug)
        kind = "kill at failpoint, apply"
        yield trials.Trial(
            kind, point, lambda s, t, f=fault: trials.after_fault(s, t, "apply", f)
        )
    for k in range(60, 120):
        fault = Fault(how="kill", call=k, bug=bug)
        kind, name = "kill at call, apply", f"call {k}"
        yield trials.Trial(
            kind, name, lambda s, t, f=fault: trials.after_fault(s, t, "apply", f)
        )


def _short(bug: str) -> Iterator[trials.Trial]:
    for how, point in (("kill", "moved:0"), ("none", "")):
        fault = Fault(how=how, point=point, limit=30_000, bug=bug)
        kind = "short write (RLIMIT_FSIZE)"
        yield trials.Trial(
            kind, how, lambda s, t, f=fault: trials.after_fault(s, t, "apply", f)
        )


def _edited(bug: str) -> Iterator[trials.Trial]:
    for how in ("save", "replace"):
        for point in ("all-staged", "moved:0", "all-moved"):
            yield others.edit_trial("an editor in between", how, point, bug)


def _held(bug: str) -> Iterator[trials.Trial]:
    yield others.edit_trial("an editor in between", "held-open", "all-staged", bug)
