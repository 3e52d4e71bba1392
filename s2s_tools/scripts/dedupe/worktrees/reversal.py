"""Which families go back to what they were: each whole, or not at all."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from s2s_tools.changes.model import ABSENT, Keep, Kind, Plan, State, Write
from s2s_tools.scripts.dedupe.worktrees.model import MAIN
from s2s_tools.scripts.inventory import stored


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One path that was changed: what it was, was made, and is now.

    `old` and `held` are the bytes before and now. `family` is the id, "" for a
    path of none. `objection` says why it cannot be written. `gone`: its worktree
    is no more.
    """

    worktree: str
    path: bytes
    before: State
    after: State
    now: State
    old: bytes | None = None
    held: bytes | None = None
    family: str = ""
    objection: str = ""
    gone: bool = False

    @property
    def is_body(self) -> bool:
        """Whether it is a body in the store of main, or of a tree that has its own."""
        return stored.holds(self.path)


class Stuck(NamedTuple):
    """A family that stays as it is, and why."""

    family: str
    reason: str


class Reversal(NamedTuple):
    """The way back, and the families that cannot go it."""

    plan: Plan
    stuck: tuple[Stuck, ...]


def build(parts: Iterable[Part], *, repository: bytes, command: str) -> Reversal:
    """The plan that takes all parts back, old paths first, then the bodies."""
    families: dict[str, list[Part]] = {}
    for part in parts:
        families.setdefault(part.family, []).append(part)
    others = families.pop("", [])
    writes: list[Write] = []
    keeps: list[Keep] = []
    stuck = []
    for id, own in sorted(families.items()):
        reason = _reason(own)
        if reason:
            stuck.append(Stuck(id, reason))
            keeps += _kept(own, f"{id} stays as it is: {reason}")
        else:
            writes += _back(own)
    more, left = _others(others, stuck)
    plan = Plan(
        repository=repository,
        command=command,
        writes=tuple(sorted((*writes, *more), key=_order)),
        keeps=tuple(sorted((*keeps, *left), key=lambda k: (k.worktree, k.path))),
    )
    return Reversal(plan, tuple(stuck))


def _reason(parts: Sequence[Part]) -> str:
    """Why a family cannot go back whole; "" where it can."""
    for part in parts:
        if part.gone or part.now == part.before or part.is_body:
            continue
        if part.now != part.after:
            return f"{_where(part)} was changed since"
        if part.objection:
            return f"{_where(part)}: {part.objection}"
    found = (_by_body(part, parts) for part in parts if part.is_body)
    return next(filter(None, found), "")


def _by_body(body: Part, parts: Sequence[Part]) -> str:
    if body.now == ABSENT:
        return ""
    if body.objection:
        return f"{_where(body)}: {body.objection}"
    if body.now == body.after:
        return ""
    if body.now.kind is not Kind.FILE:
        return f"{_where(body)} is no regular file now"
    home = _home(body, parts)
    if home is None or home.now != home.after:
        return f"{_where(body)} was edited, and its old path holds something else"
    return ""


def _back(parts: Sequence[Part]) -> Iterator[Write]:
    edited = {
        (body.worktree, stored.home(body.path)): body
        for body in parts
        if body.is_body and body.now not in (body.after, ABSENT)
    }
    for part in parts:
        body = edited.get((part.worktree, part.path))
        if part.gone or part.now == part.before:
            continue
        if body is not None:
            yield _write(part, body.now, body.held, "its body, with the later edits")
        elif part.is_body and part.now == ABSENT:
            continue
        else:
            yield _write(part, part.before, part.old, "what it was before")


def _others(
    parts: Iterable[Part], stuck: Sequence[Stuck]
) -> tuple[list[Write], list[Keep]]:
    """Paths of no family, such as the manifest: back only if all families are."""
    writes, keeps = [], []
    for part in parts:
        reason = ""
        if part.gone or part.now == part.before:
            continue
        if part.now != part.after:
            reason = "it was changed since"
        elif stuck:
            reason = "it records scripts that stay; s2s manifest build updates it"
        else:
            reason = part.objection
        if reason:
            keeps.append(Keep(worktree=part.worktree, path=part.path, reason=reason))
        else:
            writes.append(_write(part, part.before, part.old, "what it was before"))
    return writes, keeps


def _write(part: Part, after: State, data: bytes | None, reason: str) -> Write:
    if data is not None:
        assert hashlib.sha256(data).hexdigest() == after.sha256
    return Write(
        worktree=part.worktree,
        path=part.path,
        before=part.now,
        after=after,
        data=None if after == ABSENT else data,
        reason=reason,
        named=True,
    )


def _kept(parts: Iterable[Part], reason: str) -> Iterator[Keep]:
    for part in parts:
        if not part.gone and part.now != part.before:
            yield Keep(worktree=part.worktree, path=part.path, reason=reason)


def _home(body: Part, parts: Iterable[Part]) -> Part | None:
    home = (body.worktree, stored.home(body.path))
    return next((p for p in parts if (p.worktree, p.path) == home), None)


def _order(write: Write) -> tuple[bool, str, bytes]:
    return write.after == ABSENT, write.worktree, write.path


def _where(part: Part) -> str:
    path = part.path.decode("utf-8", "surrogateescape")
    return path if part.worktree == MAIN else f"{part.worktree}: {path}"
