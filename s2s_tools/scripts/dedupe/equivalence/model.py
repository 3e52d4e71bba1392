"""What running a script shows, and what two runs say about a replacement."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple, TypeAlias

from s2s_tools.changes.model import Kind
from s2s_tools.scripts.dedupe.model import Place


class Verdict(StrEnum):
    """What is known of a family, the best first."""

    PROVED = "proved"  # each probe showed the same
    STATIC = "static only"  # nothing was run; the text alone speaks for it
    UNPROVABLE = "unprovable"  # it was run, and that told nothing
    DIFFERS = "differs"


class Standing(NamedTuple):
    """What stands at a path in one of the two variants."""

    kind: Kind
    mode: int
    data: bytes


Overlay: TypeAlias = Mapping[Place, Standing | None]  # None: nothing stands there


class Seen(NamedTuple):
    """All that one run showed.

    `calls` are the programs that were only recorded, each with its folder and
    arguments; `files` every path that was changed, with what stands there now.
    `stopped` says why the run was ended; "" where it came to its own end.
    """

    code: int
    out: bytes
    err: bytes
    calls: tuple[bytes, ...] = ()
    files: tuple[tuple[bytes, bytes], ...] = ()
    stopped: str = ""


class Case(NamedTuple):
    """A path to be called with each list of arguments, before and after.

    `aliases`: the texts by which what stands there after may name itself.
    """

    family: str
    worktree: str
    path: bytes
    probes: tuple[tuple[str, ...], ...]
    aliases: tuple[bytes, ...] = ()


class Finding(NamedTuple):
    """The verdict on one case; `unstable` names what could not be compared."""

    verdict: Verdict
    reason: str = ""
    unstable: tuple[str, ...] = ()


class Judged(NamedTuple):
    """The verdict on one family of writes, bound to them by `digest`."""

    family: str
    verdict: Verdict
    reason: str
    places: tuple[Place, ...]
    unstable: tuple[str, ...]
    digest: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Proof:
    """The verdicts on all families of a plan.

    `sandbox`: how the runs were confined, "" where nothing was run, "none" where
    the user asked for runs without a sandbox.
    """

    repository: bytes
    sandbox: str
    families: tuple[Judged, ...]
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """How much one proof may take: seconds a run, seconds in all, bytes, runs."""

    timeout: float = 5.0
    budget: float = 60.0
    output: int = 1 << 20
    file_size: int = 64 << 20
    memory: int = 4 << 30
    processes: int = 256
    disk: int = 1 << 30  # bytes that the disk may lose during one run
    parallel: int = 2
    tick: float = 1.1  # before a run is repeated: what goes by the clock changes
