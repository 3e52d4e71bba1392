"""Which bodies go back to their old paths for good: per worktree, each script whole."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from s2s_tools.changes.model import ABSENT, Keep, Kind, Plan, State, Write
from s2s_tools.scripts.dedupe.model import Place, Tree
from s2s_tools.scripts.inventory import stored


class Stand(NamedTuple):
    """A wrapper or a link that runs the body of `id`, as it stands now.

    `original` is the script that the worktree's commit has there, None where it
    has a stand-in too. `edited`: not exactly what was generated.
    """

    worktree: str
    path: bytes
    id: bytes
    state: State
    original: tuple[bytes, int] | None = None
    edited: bool = False
    objection: str = ""


class Body(NamedTuple):
    """A body in a worktree's own store; `home` is what stands at its old path."""

    worktree: str
    id: bytes
    state: State
    data: bytes
    home: State = ABSENT
    objection: str = ""


class Stays(NamedTuple):
    """A script that stays as it is in one worktree, and why."""

    worktree: str
    id: bytes
    reason: str


class Removal(NamedTuple):
    """The way back, what stays, and the bodies that leave each worktree's store."""

    plan: Plan
    stays: tuple[Stays, ...]
    gone: tuple[Place, ...]


def build(
    stands: Iterable[Stand],
    bodies: Iterable[Body],
    *,
    shared: Mapping[bytes, tuple[bytes, int]],
    trees: Mapping[str, Tree],
    named: frozenset[str] = frozenset(),
    repository: bytes = b"",
) -> Removal:
    """The plan: in each open worktree a script goes back whole, or stays whole.

    `shared` are the bodies of the common store, for worktrees without their own.
    """
    by_script: dict[Place, list[Stand]] = {}
    for stand in stands:
        by_script.setdefault((stand.worktree, stand.id), []).append(stand)
    own = {(body.worktree, body.id): body for body in bodies}
    writes: list[Write] = []
    stays: list[Stays] = []
    gone: list[Place] = []
    for place in sorted(by_script.keys() | own.keys()):
        found, body = by_script.get(place, []), own.get(place)
        closed = _closed(trees.get(place[0], Tree("not known")), place[0] in named)
        reason = closed or _reason(found, body, shared)
        if reason:
            stays.append(Stays(*place, reason))
            continue
        writes += _back(found, body, shared)
        if body is not None:
            gone.append(place)
    plan = Plan(
        repository=repository,
        command="s2s uninstall",
        writes=tuple(sorted(writes, key=_order)),
        keeps=tuple(_keep(item) for item in stays),
    )
    return Removal(plan, tuple(stays), tuple(gone))


def _closed(tree: Tree, named: bool) -> str:
    if tree.barrier:
        return tree.barrier
    if tree.doubt and not named:
        return f"{tree.doubt}; name it with --worktree to include it"
    return ""


def _reason(
    stands: Sequence[Stand],
    body: Body | None,
    shared: Mapping[bytes, tuple[bytes, int]],
) -> str:
    for stand in stands:
        shown = _text(stand.path)
        if stand.edited:
            return f"{shown} was edited; put the change into its body first"
        if stand.objection:
            return f"{shown}: {stand.objection}"
        if body is None and stand.original is None and stand.id not in shared:
            return f"there is no body for {shown}"
    return "" if body is None else _by_body(body, stands)


def _by_body(body: Body, stands: Sequence[Stand]) -> str:
    if body.objection:
        return f"its body: {body.objection}"
    if body.state.kind is not Kind.FILE:
        return "its body is no regular file"
    at_home = any(stand.path == body.id for stand in stands)
    if not at_home and body.home not in (ABSENT, body.state):
        return f"another file stands at its old path {_text(body.id)}"
    return ""


def _back(
    stands: Sequence[Stand],
    body: Body | None,
    shared: Mapping[bytes, tuple[bytes, int]],
) -> Iterator[Write]:
    for stand in stands:
        data, mode = _bytes(stand, body, shared)
        if body is not None and stand.state.kind is Kind.FILE:
            mode = stand.state.mode
        yield _write(stand.worktree, stand.path, stand.state, data, mode)
    if body is None:
        return
    if body.home == ABSENT and all(stand.path != body.id for stand in stands):
        mode = body.state.mode
        yield _write(body.worktree, body.id, ABSENT, body.data, mode)
    yield Write(
        worktree=body.worktree,
        path=stored.place(body.id),
        before=body.state,
        after=ABSENT,
        data=None,
        reason="it is at its old path again",
        named=True,
    )


def _bytes(
    stand: Stand, body: Body | None, shared: Mapping[bytes, tuple[bytes, int]]
) -> tuple[bytes, int]:
    """What goes to a stand-in's path: the tree's own script, else the shared one."""
    if body is not None:
        return body.data, body.state.mode
    return stand.original or shared[stand.id]


def _write(worktree: str, path: bytes, before: State, data: bytes, mode: int) -> Write:
    return Write(
        worktree=worktree,
        path=path,
        before=before,
        after=State(Kind.FILE, mode, hashlib.sha256(data).hexdigest()),
        data=data,
        reason="the script itself again",
        named=True,
    )


def _keep(item: Stays) -> Keep:
    reason = f"{_text(item.id)} stays as it is: {item.reason}"
    return Keep(worktree=item.worktree, path=item.id, reason=reason)


def _order(write: Write) -> tuple[bool, str, bytes]:
    return write.after == ABSENT, write.worktree, write.path


def _text(path: bytes) -> str:
    return path.decode("utf-8", "surrogateescape")
