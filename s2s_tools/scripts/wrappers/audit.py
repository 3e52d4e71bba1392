"""What belongs at our paths against what stands there."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from enum import StrEnum
from typing import Final, NamedTuple

from s2s_tools.changes import model
from s2s_tools.changes.model import ABSENT, State
from s2s_tools.scripts.inventory import stored
from s2s_tools.scripts.manifest import standins
from s2s_tools.scripts.manifest.model import Manifest
from s2s_tools.scripts.wrappers import render
from s2s_tools.scripts.wrappers.model import ExecWrapper
from s2s_tools.scripts.wrappers.owned import Kind, Place, Wanted

_VERSION: Final = re.compile(rb"#![^\n]*\n(# s2s-wrapper:\d+) ")


_EDITED: Final = "a wrapper that somebody edited; remove it, and build makes it anew"


class Verdict(StrEnum):
    """What is to be said of one of our paths."""

    OK = "ok"
    MISSING = "missing"
    OUTDATED = "outdated"  # ours, but not as it is made now
    UNRESOLVED = "unresolved"  # a wrapper that finds no body
    DANGLING = "dangling"  # a link that leads to no file
    CHANGED = "changed"  # made by us, then changed by somebody
    FOREIGN = "foreign"  # somebody else's
    EXTRA = "extra"  # a wrapper for a path that the manifest does not name
    UNRECORDED = "unrecorded"  # a wrapper that the manifest has yet to record
    ELSEWHERE = "elsewhere"  # not on the branch that is checked out there


FINE: Final = (Verdict.OK, Verdict.UNRECORDED, Verdict.ELSEWHERE)


class Present(NamedTuple):
    """What is known of a path: what stands there, and what goes against a write.

    `body` is the state of the file of the same tree that it stands for. `broken`
    says why a wrapper there does not run. `absent_tree`: why the whole worktree
    cannot be looked at.
    """

    state: State = ABSENT
    data: bytes = b""
    tracked: bool = False
    body: State = ABSENT
    broken: str = ""
    objection: str = ""
    absent_tree: str = ""


class Finding(NamedTuple):
    """A path, what is to be said of it, and why."""

    worktree: str
    path: bytes
    kind: Kind
    verdict: Verdict
    reason: str
    wanted: Wanted | None = None


class Extra(NamedTuple):
    """An exec wrapper at a path where the manifest wants none.

    `row` is None where it is not exactly as we make it.
    """

    worktree: str
    path: bytes
    row: ExecWrapper | None
    broken: str = ""


def audit(
    wanted: Iterable[Wanted], present: Mapping[Place, Present]
) -> tuple[Finding, ...]:
    """A finding for each path that is ours, in their order."""
    found = []
    for one in wanted:
        verdict, reason = _judge(one, present[one[:2]])
        found.append(Finding(one.worktree, one.path, one.kind, verdict, reason, one))
    return tuple(found)


def extras(found: Iterable[Extra], manifest: Manifest) -> tuple[Finding, ...]:
    """A finding for each wrapper that is there but not wanted."""
    named: dict[bytes, set[bytes]] = {}
    for entry in manifest.entries:
        home = stored.home(entry.path)
        paths = {home, *(copy.path for copy in entry.copies)}
        named.setdefault(home, set()).update(paths)
    return tuple(
        Finding(extra.worktree, extra.path, Kind.EXEC, *_judge_extra(extra, named))
        for extra in sorted(found, key=lambda extra: extra[:2])
    )


def _judge_extra(
    extra: Extra, named: Mapping[bytes, set[bytes]]
) -> tuple[Verdict, str]:
    row = extra.row
    if row is None:
        return Verdict.CHANGED, _EDITED
    if row.path != extra.path:
        made_for = f"made for {_shown(row.path)}; s2s manifest build records it here"
        return Verdict.UNRECORDED, f"{made_for}, s2s wrappers build makes it anew"
    if row.id in named and extra.path not in named[row.id]:
        return Verdict.EXTRA, f"the manifest has {_shown(row.id)} without this path"
    if extra.broken:
        verdict = Verdict.UNRESOLVED if row.id in named else Verdict.EXTRA
        return verdict, extra.broken
    return Verdict.UNRECORDED, "it runs; s2s manifest build records it"


def _judge(one: Wanted, seen: Present) -> tuple[Verdict, str]:
    kind = seen.state.kind
    if seen.absent_tree or kind is model.Kind.ABSENT:
        return _absent(seen)
    if kind is model.Kind.OTHER:
        return Verdict.FOREIGN, "neither a file nor a link stands there"
    if one.kind is Kind.SYMLINK:
        return _link(one, seen)
    if kind is model.Kind.LINK:
        return _link_for_a_file(one, seen)
    return _copy(one, seen) if one.kind is Kind.COPY else _wrapper(one, seen)


def _absent(seen: Present) -> tuple[Verdict, str]:
    if seen.absent_tree:
        return Verdict.ELSEWHERE, seen.absent_tree
    if seen.tracked or seen.body != ABSENT:
        return Verdict.MISSING, "nothing stands there"
    return Verdict.ELSEWHERE, "the branch that is checked out has no such script"


def _link(one: Wanted, seen: Present) -> tuple[Verdict, str]:
    if seen.state.kind is model.Kind.LINK:
        if standins.target(one.path, seen.data) != one.body:
            return Verdict.CHANGED, f"it leads to {_shown(seen.data)}"
        if seen.body.kind in (model.Kind.FILE, model.Kind.LINK):
            return Verdict.OK, ""
        return Verdict.DANGLING, f"{_shown(one.body)} is not there"
    if seen.state.sha256 in one.known:
        return _script(seen, Verdict.CHANGED)
    if render.read_exec(seen.data) is not None:
        return Verdict.CHANGED, "a wrapper stands there"
    return Verdict.FOREIGN, "a file with other bytes stands there"


def _link_for_a_file(one: Wanted, seen: Present) -> tuple[Verdict, str]:
    if one.body and standins.target(one.path, seen.data) == one.body:
        return Verdict.OUTDATED, "a link to the script stands there"
    return Verdict.FOREIGN, f"a link to {_shown(seen.data)} stands there"


def _copy(one: Wanted, seen: Present) -> tuple[Verdict, str]:
    if seen.data == one.data:
        return Verdict.OK, ""
    if seen.state.sha256 in one.known:
        return Verdict.OUTDATED, "the script was changed since"
    return Verdict.CHANGED, "other bytes; s2s dedupe sync refreshes it if it is stale"


def _wrapper(one: Wanted, seen: Present) -> tuple[Verdict, str]:
    data = seen.data
    if data == one.data:
        return (Verdict.UNRESOLVED, seen.broken) if seen.broken else (Verdict.OK, "")
    row = render.read_exec(data)
    if row is not None:
        return Verdict.OUTDATED, f"made for {_shown(row.id)} at {_shown(row.path)}"
    if render.is_wrapper(data):
        if _version(data) != _version(one.data or b""):
            return Verdict.OUTDATED, "another version's wrapper"
        return Verdict.CHANGED, _EDITED
    if seen.state.sha256 in one.known:
        return _script(seen, Verdict.OUTDATED)
    return Verdict.FOREIGN, "another script stands there"


def _script(seen: Present, verdict: Verdict) -> tuple[Verdict, str]:
    """The bytes themselves: right on a branch that keeps no body."""
    if seen.body == ABSENT:
        return Verdict.ELSEWHERE, "the branch that is checked out has the script itself"
    return verdict, "the script itself stands there"


def _version(data: bytes) -> bytes:
    found = _VERSION.match(data)
    return found[1] if found is not None else b""


def _shown(path: bytes) -> str:
    return path.decode("utf-8", "surrogateescape")
