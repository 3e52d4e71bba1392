"""What is to be run and compared: before and after a plan, or before and now."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple, TypeAlias

from s2s_tools import errors
from s2s_tools.changes import state
from s2s_tools.changes.model import Kind, Plan, Write
from s2s_tools.model import Repository
from s2s_tools.scripts.dedupe.equivalence import families
from s2s_tools.scripts.dedupe.equivalence.model import (
    Case,
    Finding,
    Standing,
    Verdict,
)
from s2s_tools.scripts.dedupe.model import Place
from s2s_tools.scripts.dedupe.worktrees import resolution, store
from s2s_tools.scripts.wrappers import look, render, resolve

Bodies: TypeAlias = Mapping[bytes, tuple[bytes, int]]  # of the common store, by id
Probes: TypeAlias = Callable[[bytes], tuple[tuple[str, ...], ...]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """The two variants, what is called in both, and what needs no run.

    `settled` holds by family what was found without one; `scripts` the texts of
    all scripts that may run, `extra` the paths that git may not track.
    """

    before: dict[Place, Standing | None] = field(default_factory=dict)
    after: dict[Place, Standing | None] = field(default_factory=dict)
    bodies: Bodies = field(default_factory=dict)
    cases: tuple[Case, ...] = ()
    settled: tuple[tuple[str, Finding], ...] = ()
    scripts: tuple[bytes, ...] = ()
    extra: tuple[Place, ...] = ()
    places: tuple[tuple[str, Place], ...] = ()  # by family, where it says which


class Held(NamedTuple):
    """What a path holds on the disk."""

    kind: Kind
    data: bytes


def of_plan(plan: Plan, repository: Repository, probes: Probes) -> Trial:
    """The trial of a plan, from the files as they stand.

    Raises errors.FileChanged where one is no longer what the plan expects.
    """
    maker = _Maker(plan, repository, probes)
    for write in plan.writes:
        maker.add(write)
    return maker.trial()


class _Maker:
    def __init__(self, plan: Plan, repository: Repository, probes: Probes) -> None:
        self._probes = probes
        self._roots = {tree.name: tree.path for tree in repository.worktrees}
        self._planned = {(w.worktree, w.path): w for w in plan.writes}
        stored = store.of_plan(plan)
        self._bodies = {id: (body.data, body.mode) for id, body in stored.items()}
        shared = resolution.Shared(
            repository.common_dir, {id: body.data for id, body in stored.items()}
        )
        self._look = look.After(plan, repository, shared)
        self._before: dict[Place, Standing | None] = {}
        self._after: dict[Place, Standing | None] = {}
        self._cases: list[Case] = []
        self._settled: list[tuple[str, Finding]] = []
        self._scripts: list[bytes] = []

    def add(self, write: Write) -> None:
        place = (write.worktree, write.path)
        held = self._held(write)
        self._after[place] = (
            None
            if write.data is None
            else Standing(write.after.kind, write.after.mode, write.data)
        )
        if held is None:
            self._scripts.append(write.data or b"")
            return
        self._scripts.append(held.data)
        family = families.name(write)
        body = self._body(write)
        words = self._probes(write.path)
        found = _on_purpose(write) or without_run(
            held.kind, write.before.mode, held.data, words
        )
        if found is not None:
            self._settled.append((family, found))
            return
        if body not in (None, held.data) and held.kind is Kind.FILE:
            # A stale copy is refreshed on purpose: what counts is that the body
            # behaves in its place as it would if it stood there itself.
            self._before[place] = Standing(Kind.FILE, write.before.mode, body or b"")
        self._cases.append(
            Case(family, write.worktree, write.path, words, self._aliases(write))
        )

    def trial(self) -> Trial:
        return Trial(
            before=self._before,
            after=self._after,
            bodies=self._bodies,
            cases=tuple(self._cases),
            settled=tuple(self._settled),
            scripts=tuple(dict.fromkeys(self._scripts)),
            extra=tuple(self._planned),
        )

    def _held(self, write: Write) -> Held | None:
        """What stands there now; None where nothing does, as the plan says."""
        path = os.path.join(self._roots[write.worktree], write.path)
        if state.observe(path) != write.before:
            shown = os.fsdecode(path)
            raise errors.FileChanged(f"{shown} changed since the plan; plan again")
        if write.before.kind is Kind.ABSENT:
            return None
        if write.before.kind is Kind.LINK:
            return Held(Kind.LINK, os.readlink(path))
        return Held(Kind.FILE, look.Disk().read(path) or b"")

    def _body(self, write: Write) -> bytes | None:
        """The bytes that run after the write; None where there are none."""
        target = families.target(write)
        if target is None:
            return None
        for place in ((write.worktree, target), (".", target)):
            planned = self._planned.get(place)
            if planned is not None and planned.after.kind is Kind.FILE:
                return planned.data
            if place[0] in self._roots:
                path = os.path.join(self._roots[place[0]], target)
                data = look.Disk().read(path)
                if data is not None:
                    return data
        return None

    def _aliases(self, write: Write) -> tuple[bytes, ...]:
        """By what path the body will know itself."""
        row = render.read_exec(write.data or b"")
        if row is None or write.after.kind is Kind.LINK:
            return ()
        path = os.path.join(self._roots[write.worktree], write.path)
        found = resolve.resolve(row, path, self._look, environ={})
        return () if found.body is None else (found.body,)


def _on_purpose(write: Write) -> Finding | None:
    """The finding on a write that is meant to change what happens."""
    if write.after.kind is Kind.ABSENT:
        return Finding(Verdict.STATIC, "it goes away on purpose")
    if families.target(write) is None:
        return Finding(Verdict.STATIC, "its bytes are changed on purpose")
    return None


def without_run(
    kind: Kind, mode: int, data: bytes, words: tuple[tuple[str, ...], ...]
) -> Finding | None:
    """The finding on a script that no run could tell more of; None: run it."""
    if kind is Kind.FILE and not mode & 0o111:
        return Finding(Verdict.STATIC, "it is not executable: it is sourced, or data")
    if b"\0" in data[:8192]:
        return Finding(Verdict.UNPROVABLE, "it is a binary")
    if not words:
        return Finding(Verdict.STATIC, "the manifest says not to run it")
    return None
