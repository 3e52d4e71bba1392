"""Throw-away copies of a repository's trees, one before a change, one after."""

from __future__ import annotations

import hashlib
import os
import stat
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Final

from s2s_tools import errors
from s2s_tools.changes import laws
from s2s_tools.changes.model import Kind
from s2s_tools.model import Repository, Worktree
from s2s_tools.scripts.dedupe.equivalence.model import Overlay, Standing
from s2s_tools.system import files, git, scratch

LARGEST: Final = 16 << 20  # bytes of a file that is copied
_POINTERS: Final = (b"HEAD", b"commondir", b"gitdir")
_STORE: Final = b"s2s/canonical"


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """Where things really are, and so where the copies are mounted."""

    repository: Repository
    home: bytes
    temp: bytes = b"/tmp"

    @property
    def roots(self) -> tuple[bytes, ...]:
        """The folders to mount, none inside another."""
        wanted = {self.home, self.temp, self.repository.common_dir}
        wanted |= {tree.path for tree in self.trees}
        return tuple(
            sorted(
                path
                for path in wanted
                if not any(path.startswith(other + b"/") for other in wanted)
            )
        )

    @property
    def trees(self) -> tuple[Worktree, ...]:
        """The worktrees that can be copied."""
        return tuple(
            tree
            for tree in self.repository.worktrees
            if not (tree.prunable or tree.foreign) and os.path.isdir(tree.path)
        )

    def where(self, worktree: str, path: bytes) -> bytes:
        """The absolute path of a place."""
        tree = next(t for t in self.repository.worktrees if t.name == worktree)
        return os.path.join(tree.path, path)


def build(layout: Layout, folder: bytes, extra: Iterable[tuple[str, bytes]]) -> None:
    """Copy what git tracks in each tree, as it stands, and `extra` paths beside.

    Nothing that git does not track is copied unless it is named: no stranger's
    secrets, no build results. Of git's own folder only its pointers.
    """
    for root in (*layout.roots, layout.home):
        scratch.make_folder(folder + root)
    scratch.make_folder(folder + layout.temp, mode=0o1777)
    for tree in layout.trees:
        scratch.make_folder(folder + tree.path)
        for path in _tracked(tree):
            _copy(os.path.join(tree.path, path), folder)
        _copy(os.path.join(tree.path, b".git"), folder)
    for worktree, path in extra:
        _copy(layout.where(worktree, path), folder)
    for path in _of_git(layout):
        _copy(path, folder)


def relocate(layout: Layout, base: bytes, folder: bytes) -> None:
    """Let git's pointers in the copy lead to `folder` instead of to the original."""
    for path in (
        *_of_git(layout),
        *(os.path.join(t.path, b".git") for t in layout.trees),
    ):
        if os.path.basename(path) in (b".git", *_POINTERS[1:]):
            whole = base + path
            if os.path.isfile(whole):
                data = files.read(whole)
                for root in layout.roots:
                    data = data.replace(root, folder + root)
                scratch.put(whole, data, mode=0o644)


class Variant:
    """One copy that scripts may alter, and that is put back after each run."""

    def __init__(self, layout: Layout, base: bytes, folder: bytes) -> None:
        self.folder = folder
        self._layout = layout
        self._base = base
        self._over: dict[bytes, Standing | None] = {}
        scratch.copy_all(base, folder)
        self._marks = scratch.marks(folder)
        self._doubtful: set[bytes] = set()

    def dress(
        self, overlay: Overlay, bodies: Mapping[bytes, tuple[bytes, int]]
    ) -> None:
        """Let exactly these differ from the base; `bodies`: the common store's."""
        wanted = {
            self._layout.where(*place)[1:]: standing
            for place, standing in overlay.items()
        }
        common = self._layout.repository.common_dir[1:]
        for id, (data, mode) in bodies.items():
            path = os.path.join(common, _STORE, id)
            wanted[path] = Standing(Kind.FILE, mode, data)
        old, self._over = self._over, wanted
        for path in sorted({*old, *wanted}):
            if old.get(path, 0) != wanted.get(path, 0):
                self._reset(path)
        self._marks = scratch.marks(self.folder)

    def changes(self) -> tuple[tuple[bytes, bytes], ...]:
        """What is no longer as it was, with what stands there; then all is again."""
        now = scratch.marks(self.folder)
        touched = [
            path
            for path in sorted({*now, *self._marks})
            if now.get(path) != self._marks.get(path) or path in self._doubtful
        ]
        found = []
        for path in touched:
            # Asked of the walk, not of the disk: a folder above may be a link now.
            there = path in now
            whole = os.path.join(self.folder, path)
            state = _described(whole) if there else b"absent"
            if state != self._wanted(path):
                found.append((b"/" + path, state))
            elif there and state == b"folder" and path in self._marks:
                scratch.make_folder(whole, mode=self._marks[path].mode & 0o7777)
        self._doubtful = set()
        self._restore(path[1:] for path, _ in found)
        if touched:
            self._marks = scratch.marks(self.folder)
        return tuple(found)

    def _restore(self, paths: Iterable[bytes]) -> None:
        for path in paths:
            self._reset(path)
            self._doubtful.add(path)  # the clock's tick may hide the next change

    def _reset(self, path: bytes) -> None:
        """Let one name be as it was; nothing is ever written through a link."""
        scratch.clear_way(self.folder, path)
        whole = os.path.join(self.folder, path)
        if path in self._over:
            standing = self._over[path]
            if standing is None:
                scratch.discard(whole)
            elif standing.kind is Kind.LINK:
                scratch.put_link(whole, standing.data)
            else:
                scratch.put(whole, standing.data, mode=standing.mode)
        elif os.path.lexists(os.path.join(self._base, path)):
            scratch.copy(os.path.join(self._base, path), whole)
        else:
            scratch.discard(whole)
            if self._is_above(path):
                scratch.make_folder(whole)

    def _is_above(self, path: bytes) -> bool:
        """Whether something that was laid over the base lies below a path."""
        return any(other.startswith(path + b"/") for other in self._over)

    def _wanted(self, path: bytes) -> bytes:
        if path in self._over:
            return _of_standing(self._over[path])
        state = _described(os.path.join(self._base, path))
        if state == b"absent" and self._is_above(path):
            return b"folder"
        return state


def _tracked(tree: Worktree) -> Iterator[bytes]:
    for row in git.output(tree.path, "ls-files", "-s", "-z").split(b"\0")[:-1]:
        head, _, path = row.partition(b"\t")
        # An index that a stranger made may hold any path.
        if not head.startswith(b"160000") and laws.path_flaw(path) is None:
            yield path


def _of_git(layout: Layout) -> Iterator[bytes]:
    common = layout.repository.common_dir
    yield os.path.join(common, b"HEAD")
    for tree in layout.trees:
        if tree.git_dir != common:
            yield from (os.path.join(tree.git_dir, name) for name in _POINTERS)
    store = os.path.join(common, _STORE)
    for folder, _, names in os.walk(store):
        yield from (os.path.join(folder, name) for name in names)


def _copy(source: bytes, folder: bytes) -> None:
    """Copy one file to its place below `folder`; what is too large is left out."""
    try:
        found = os.lstat(source)
    except (FileNotFoundError, NotADirectoryError):
        return
    if stat.S_ISLNK(found.st_mode) or (
        stat.S_ISREG(found.st_mode) and found.st_size <= LARGEST
    ):
        scratch.clear_way(folder, source[1:])
        with suppress(errors.FileUnreadable):  # it is missing in both copies then
            scratch.copy(source, folder + source)


def _described(path: bytes) -> bytes:
    try:
        found = os.lstat(path)
    except (FileNotFoundError, NotADirectoryError):
        return b"absent"
    if stat.S_ISLNK(found.st_mode):
        return _of_standing(Standing(Kind.LINK, 0, os.readlink(path)))
    if stat.S_ISREG(found.st_mode):
        mode = stat.S_IMODE(found.st_mode)
        return _of_standing(Standing(Kind.FILE, mode, scratch.read(path)))
    if stat.S_ISDIR(found.st_mode):
        return b"folder"
    return b"another kind"


def _of_standing(standing: Standing | None) -> bytes:
    if standing is None:
        return b"absent"
    if standing.kind is Kind.LINK:
        return b"a link to " + standing.data
    digest = hashlib.sha256(standing.data).hexdigest()[:16]
    return b"%04o %s" % (standing.mode, digest.encode())
