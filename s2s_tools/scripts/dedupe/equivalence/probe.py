"""Run a script in one of two throw-away copies and see all that it does."""

from __future__ import annotations

import os
import stat
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Final

from s2s_tools.scripts.dedupe.equivalence import sandbox, stage, stubs
from s2s_tools.scripts.dedupe.equivalence.model import Limits, Overlay, Seen
from s2s_tools.system import files, scratch

BEFORE: Final = "before"
AFTER: Final = "after"
BENCH: Final = b"bench"  # the only one, where nothing is confined
LIVE: Final = b"live"
_CALLS: Final = b"calls"
_MORE_THREADS: Final = 1024  # over which a run is ended that spares no limit


@dataclass(frozen=True, slots=True, kw_only=True)
class World:
    """What all runs of one proof share."""

    layout: stage.Layout
    folder: bytes  # of throw-away things, ours alone
    limits: Limits
    confined: bool

    @property
    def base(self) -> bytes:
        return os.path.join(self.folder, b"base")


class Bench:
    """Two copies, before and after, and a place to run from one of them."""

    def __init__(self, world: World, name: str) -> None:
        self._world = world
        self._folder = os.path.join(world.folder, os.fsencode(name))
        self._log = os.path.join(self._folder, b"log")
        self._live = os.path.join(self._folder, LIVE)
        self._variants: dict[str, stage.Variant] = {}
        scratch.make_folder(self._log)

    def dress(
        self,
        name: str,
        overlay: Overlay,
        bodies: Mapping[bytes, tuple[bytes, int]],
    ) -> None:
        """Make, or change, one of the copies."""
        if name not in self._variants:
            folder = os.path.join(self._folder, name.encode())
            world = self._world
            self._variants[name] = stage.Variant(world.layout, world.base, folder)
        self._variants[name].dress(overlay, bodies)

    def see(
        self,
        name: str,
        path: bytes,
        cwd: bytes,
        words: tuple[str, ...],
        *,
        pids: int = 0,
        timeout: float | None = None,
    ) -> Seen:
        """Run `path` in one of the copies, then put that copy back.

        `pids`: how many process numbers to use up before. `timeout`: seconds it
        may take, where that is not the usual limit.
        """
        limits = self._world.limits
        if timeout is not None:
            limits = replace(limits, timeout=round(timeout, 1))
        variant = self._variants[name]
        scratch.discard(self._log)
        scratch.put(os.path.join(self._log, _CALLS), b"", mode=0o600)
        before, here = b"", variant.folder
        if not self._world.confined:
            scratch.give_name(here, self._live)
            before = here = self._live
        try:
            done = sandbox.run(
                self._cage(here),
                [before + path, *map(os.fsencode, words)],
                cwd=before + cwd,
                limits=limits,
                pids=pids,
                watch=self._watch(),
            )
        finally:
            if not self._world.confined:
                scratch.give_name(self._live, variant.folder)
        return Seen(
            code=done.code,
            out=self._plain(done.out),
            err=self._plain(done.err),
            calls=tuple(map(self._plain, stubs.calls(self._recorded()))),
            files=variant.changes(),
            stopped=done.stopped,
        )

    def _recorded(self) -> bytes:
        """The calls; a script may have put anything else there, so no link counts."""
        with files.folder(self._log) as fd:
            found = files.entry(fd, _CALLS)
        if found is None or found.data is None or stat.S_ISLNK(found.stat.st_mode):
            return b""
        return found.data

    def _cage(self, here: bytes) -> sandbox.Cage:
        layout, confined = self._world.layout, self._world.confined
        shared = self._world.folder
        before = b"" if confined else here
        return sandbox.Cage(
            mounts=tuple((here + root, root) for root in layout.roots),
            stubs=os.path.join(shared, b"stubs"),
            log=self._log,
            etc=os.path.join(shared, b"etc"),
            home=before + layout.home,
            temp=before + layout.temp,
            confined=confined,
        )

    def _plain(self, text: bytes) -> bytes:
        """Without the folder that only runs outside a sandbox can see."""
        return text if self._world.confined else text.replace(self._live, b"")

    def _watch(self) -> Callable[[], str]:
        """Reasons to end a run that no limit of a single process gives."""
        limits, folder = self._world.limits, self._world.folder
        space, threads = scratch.free(folder), sandbox.threads()

        def look() -> str:
            if scratch.free(folder) < space - limits.disk:
                return "it filled the disk"
            if sandbox.threads() > threads + limits.processes + _MORE_THREADS:
                return "it started too many processes"
            return ""

        return look


def prepare(world: World, scripts: Iterable[bytes]) -> None:
    """The recording programs and the files that name the user."""
    log = sandbox.LOG
    if not world.confined:
        log = os.path.join(world.folder, BENCH, b"log")
    where = os.path.join(log, _CALLS).decode()
    for name in stubs.names(scripts):
        target = os.path.join(world.folder, b"stubs", name.encode())
        scratch.put(target, stubs.text(name, where), mode=0o755)
    home = world.layout.home.replace(b":", b"")
    ids = b"%d:%d" % (os.getuid(), os.getgid())
    user = b"user:x:" + ids + b":user:" + home + b":/bin/sh\n"
    etc = os.path.join(world.folder, b"etc")
    scratch.put(os.path.join(etc, b"passwd"), user, mode=0o644)
    group = b"user:x:%d:\n" % os.getgid()
    scratch.put(os.path.join(etc, b"group"), group, mode=0o644)
