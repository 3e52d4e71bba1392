"""What stands in for scripts now, to be compared with the bodies themselves."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from s2s_tools.changes.model import Keep, Kind
from s2s_tools.scripts.dedupe.equivalence.model import Case, Finding, Standing
from s2s_tools.scripts.dedupe.equivalence.trial import Probes, Trial, without_run
from s2s_tools.scripts.dedupe.model import Place
from s2s_tools.scripts.inventory import generated, stored
from s2s_tools.scripts.inventory.model import Scan
from s2s_tools.scripts.wrappers import look, render, resolve


class Stand(NamedTuple):
    """A wrapper or a link, and the body that runs when it is called.

    `body` is None where none is found; `why` says so. `alias`: the path by which
    a body behind a wrapper knows itself.
    """

    place: Place
    family: str
    body: bytes | None
    mode: int = 0
    alias: bytes = b""
    why: str = ""


def stands(scan: Scan, links: Iterable[Place]) -> Iterator[Stand]:
    """Each wrapper of a scan and each of these links, as it runs now."""
    roots = {tree.name: tree.path for tree in scan.repository.worktrees}
    for item in scan.apart:
        if item.reason == generated.REASON:
            path = os.path.join(roots[item.worktree], item.path)
            yield _wrapper((item.worktree, item.path), path, item.detail)
    for worktree, name in links:
        if worktree in roots:
            path = os.path.join(roots[worktree], name)
            if os.path.islink(path):
                yield _link((worktree, name), path)


def unresolved(found: Iterable[Stand]) -> tuple[Keep, ...]:
    """What runs nothing when it is called."""
    return tuple(
        Keep(worktree=one.place[0], path=one.place[1], reason=one.why)
        for one in found
        if one.body is None
    )


def of_scan(scan: Scan, links: Iterable[Place], probes: Probes) -> Trial:
    """The trial of all that stands: before, the bodies themselves in its places."""
    before: dict[Place, Standing | None] = {}
    cases: list[Case] = []
    settled: list[tuple[str, Finding]] = []
    found = [one for one in stands(scan, links) if one.body is not None]
    for one in found:
        body = one.body or b""
        words = probes(one.place[1])
        done = without_run(Kind.FILE, one.mode, body, words)
        if done is not None:
            settled.append((one.family, done))
            continue
        before[one.place] = Standing(Kind.FILE, one.mode, body)
        aliases = (one.alias,) if one.alias else ()
        cases.append(Case(one.family, *one.place, words, aliases))
    return Trial(
        before=before,
        cases=tuple(cases),
        settled=tuple(settled),
        scripts=tuple(dict.fromkeys(one.body or b"" for one in found)),
        extra=tuple(one.place for one in found),
        places=tuple((one.family, one.place) for one in found),
    )


def _wrapper(place: Place, path: bytes, id: str) -> Stand:
    disk = look.Disk()
    row = render.read_exec(disk.read(path) or b"")
    if row is None:
        return Stand(place, id, None, why="it is a wrapper that somebody edited")
    answer = resolve.resolve(row, path, disk, environ={})
    if answer.code or answer.body is None:
        return Stand(place, id, None, why=f"it would not run: {answer.why}")
    mode = stat.S_IMODE(os.lstat(path).st_mode)
    return Stand(place, id, disk.read(answer.body), mode, answer.body)


def _link(place: Place, path: bytes) -> Stand:
    target = os.path.realpath(path)
    name = stored.home(place[1]).decode("utf-8", "surrogateescape")
    family = name if place[0] == "." else f"{place[0]}: {name}"
    if not os.path.isfile(target):
        shown = os.fsdecode(os.readlink(path))
        return Stand(
            place, family, None, why=f"it is a link that leads to no file ({shown})"
        )
    mode = stat.S_IMODE(os.stat(path).st_mode)
    return Stand(place, family, look.Disk().read(path), mode)
