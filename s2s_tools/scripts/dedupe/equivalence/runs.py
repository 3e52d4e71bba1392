"""Run one case in both copies as often as it takes to know."""

from __future__ import annotations

import hashlib
import os
import time
from collections.abc import Mapping
from typing import Any, Final, NamedTuple, TypeAlias

from s2s_tools import errors
from s2s_tools.scripts.dedupe.equivalence import compare, probe, trial
from s2s_tools.scripts.dedupe.equivalence.model import Case, Finding, Seen, Verdict
from s2s_tools.system import scratch

Pair: TypeAlias = tuple[Seen, Seen]  # the original, run twice

TOO_LATE: Final = "the time for all runs was over"
# How often what differs is repeated before it is believed.
_TIMES: Final = 2


class Runner:
    """Does one case after another; a process that works has copies of its own."""

    def __init__(
        self,
        world: probe.World,
        trial: trial.Trial,
        end: float,
        known: Mapping[str, tuple[Pair, ...]],
    ) -> None:
        self.world = world
        self.trial = trial
        self._end = end
        self._known = known
        self._benches: dict[int, probe.Bench] = {}

    def work(self, number: int) -> Any:
        """The finding on a case, and what the original showed, as plain data."""
        case = self.trial.cases[number]
        mark = os.path.join(self.world.folder, b"differs", _mark(case))
        if os.path.exists(mark):  # one difference takes the whole family out
            return (Verdict.STATIC.value, "it differs in another place", ()), ()
        known = self._known.get(key(case), ())
        pairs: list[Pair] = list(known)
        try:
            finding = self._case(case, pairs)
        except OSError as exc:
            raise errors.WriteFailed(
                f"a throw-away copy cannot be altered: {exc}; make room, or set TMPDIR"
            ) from exc
        if finding.verdict is Verdict.DIFFERS:
            scratch.put(mark, b"", mode=0o600)
        plain = [(tuple(one), tuple(two)) for one, two in pairs[len(known) :]]
        head = (finding.verdict.value, finding.reason, finding.unstable)
        return head, tuple(plain) if not known else ()

    def _case(self, case: Case, pairs: list[Pair]) -> Finding:
        unstable: list[str] = []
        result = Finding(Verdict.PROVED)
        for number, words in enumerate(case.probes):
            if time.monotonic() > self._end:
                return Finding(Verdict.UNPROVABLE, TOO_LATE)
            layout = self.world.layout
            call = _Call(
                bench=self._bench(),
                path=layout.where(case.worktree, case.path),
                cwd=layout.where(case.worktree, b"").rstrip(b"/"),
                words=words,
                aliases=case.aliases,
            )
            found = self._probe(call, number, pairs)
            unstable += found.unstable
            if found.verdict is Verdict.DIFFERS:
                return found
            if found.verdict is not Verdict.PROVED:
                result = found
        return result._replace(unstable=tuple(dict.fromkeys(unstable)))

    def _probe(self, call: _Call, number: int, pairs: list[Pair]) -> Finding:
        start = time.monotonic()
        if number == len(pairs):
            one = call.before()
            pairs.append((one, one if one.stopped else call.before(pids=7)))
        # A slow machine must not make a difference: it gets what both took, too.
        patience = self.world.limits.timeout + time.monotonic() - start
        first, second = pairs[number]
        for seen in (first, second):
            if seen.stopped:
                return call.unprovable(seen.stopped)
        mask = compare.unstable((first, second))
        if not compare.tells(first, mask):
            return call.untold(mask)
        after = call.after(patience=patience)
        if compare.differences(first, after, mask):
            return self._again(call, [first, second], after, patience)
        return Finding(Verdict.PROVED, unstable=compare.names(mask))

    def _again(
        self, call: _Call, originals: list[Seen], after: Seen, patience: float
    ) -> Finding:
        """A difference counts where it shows each time, ticks of the clock later."""
        replaced = [after]
        found: list[tuple[str, ...]] = []
        mask = compare.Mask()
        for number in range(_TIMES):
            time.sleep(self.world.limits.tick)
            originals.append(call.before(pids=3 + number))
            if originals[-1].stopped:
                return call.unprovable(originals[-1].stopped)
            replaced.append(call.after(pids=5 + number, patience=patience))
            mask = compare.unstable(originals)
            if not compare.tells(originals[0], mask):
                return call.untold(mask)
            found = [compare.differences(originals[0], r, mask) for r in replaced]
            if not any(found):
                return Finding(Verdict.PROVED, unstable=compare.names(mask))
            if not all(found):
                return call.unprovable(f"only sometimes: {max(found)[0]}")
        return Finding(Verdict.DIFFERS, call.said(found[0]), compare.names(mask))

    def _bench(self) -> probe.Bench:
        pid = os.getpid()
        if pid not in self._benches:
            confined = self.world.confined
            name = f"bench{pid}" if confined else probe.BENCH.decode()
            bench = probe.Bench(self.world, name)
            bench.dress(probe.BEFORE, self.trial.before, {})
            bench.dress(probe.AFTER, self.trial.after, self.trial.bodies)
            self._benches[pid] = bench
        return self._benches[pid]


class _Call(NamedTuple):
    """One way to call one script, in either copy."""

    bench: probe.Bench
    path: bytes
    cwd: bytes
    words: tuple[str, ...]
    aliases: tuple[bytes, ...]

    def before(self, *, pids: int = 0) -> Seen:
        return self._see(probe.BEFORE, pids)

    def after(self, *, pids: int = 0, patience: float) -> Seen:
        seen = self._see(probe.AFTER, pids, patience)
        return compare.renamed(seen, self.aliases, self.path)

    def said(self, found: tuple[str, ...]) -> str:
        more = f" (and {len(found) - 1} more)" if len(found) > 1 else ""
        return f"with {self._shown()}, {found[0]}{more}"

    def unprovable(self, why: str) -> Finding:
        return Finding(Verdict.UNPROVABLE, f"with {self._shown()}, {why}")

    def untold(self, mask: compare.Mask) -> Finding:
        found = self.unprovable("nothing that it shows is the same twice")
        return found._replace(unstable=compare.names(mask))

    def _see(self, name: str, pids: int, patience: float | None = None) -> Seen:
        return self.bench.see(
            name, self.path, self.cwd, self.words, pids=pids, timeout=patience
        )

    def _shown(self) -> str:
        return " ".join(self.words) or "no arguments"


def key(case: Case) -> str:
    """What a case is remembered by."""
    return repr((case.worktree, case.path, case.probes))


def _mark(case: Case) -> bytes:
    return (
        hashlib.sha256(case.family.encode("utf-8", "surrogateescape"))
        .hexdigest()
        .encode()
    )


def opened(told: Any) -> tuple[Finding, tuple[Pair, ...]]:
    """What `work` told, as records again."""
    (verdict, reason, unstable), pairs = told
    return Finding(Verdict(verdict), reason, tuple(unstable)), tuple(
        (Seen(*one), Seen(*two)) for one, two in pairs
    )
