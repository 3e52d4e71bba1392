"""Surveys one worktree: which scripts are there, what their bytes are."""

from __future__ import annotations

import operator
import os
import stat
import struct
from collections import Counter
from collections.abc import Container, Sequence
from typing import NamedTuple

from s2s_tools.scripts.inventory import attributes, content, gitindex, scope, walk
from s2s_tools.scripts.inventory.gitconfig import Config
from s2s_tools.scripts.inventory.gitindex import Index

EXECUTABLE, TRACKED, CLEAN, SHELL = 1, 2, 4, 8
_STAT = struct.Struct(">IIII4xII8xI")  # ctime, mtime, ino, mode, size of a record
_SECOND = 1_000_000_000
_ODD_FLAGS = 0xF0  # of a flag's high byte: assume-valid, extended, stages


class Listing(NamedTuple):
    """The scripts of a worktree as columns, so that they cross a pipe cheaply.

    A key is a file's size (4 bytes) and its content id; a mark has the bits
    above. `blobs` holds, by position, what git calls a file that it converts.
    `apart` are single files left out: reason, path, detail; `left_out` counts.
    """

    paths: list[bytes]
    keys: list[bytes]
    marks: bytes
    blobs: dict[int, bytes]
    apart: list[tuple[str, bytes, str]]
    left_out: dict[str, int]


class Task(NamedTuple):
    """One worktree to survey.

    `own` are the worktrees of this repository that lie inside this one;
    `outer_attributes`: an attribute file outside it converts something.
    """

    folder: bytes
    git_dir: bytes
    width: int
    config: Config
    own: frozenset[bytes]
    outer_attributes: bool


def survey(
    task: Task,
    what: scope.Scope,
    *,
    standing: bool = False,
    lines: dict[bytes, bool] | None = None,
) -> Listing:
    """Every script of one worktree.

    `standing`: the process stands in the worktree's folder, which makes each path
    shorter. `lines` remembers from one worktree to the next which contents begin
    with a shell's line. Raises errors.IndexCorrupt.
    """
    base = b"" if standing else task.folder + b"/"
    return _Survey(task, what, base, {} if lines is None else lines).run()


def reread(task: Task, listing: Listing, ids: Container[bytes]) -> Listing:
    """The same listing, with clean files of these ids known by their bytes."""
    reader = content.Reader(task.width)
    keys, marks, blobs = list(listing.keys), bytearray(listing.marks), listing.blobs
    for at, path in enumerate(listing.paths):
        if not marks[at] & CLEAN or keys[at][4:] not in ids:
            continue
        found = reader.read(os.path.join(task.folder, path))
        if found is not None:
            blobs = {**blobs, at: keys[at][4:]}
            keys[at] = _key(found)
            marks[at] &= ~CLEAN
    return listing._replace(keys=keys, marks=bytes(marks), blobs=blobs)


class _Survey:
    """The columns of a listing while they grow."""

    def __init__(
        self, task: Task, what: scope.Scope, base: bytes, lines: dict[bytes, bool]
    ) -> None:
        self.task = task
        self.base = base
        self.ignored = what.ignored
        self.names = scope.Names(what)
        self.lines = lines
        self.reader = content.Reader(task.width)
        self.paths: list[bytes] = []
        self.keys: list[bytes] = []
        self.marks = bytearray()
        self.doubts: dict[int, int] = {}  # positions whose first line decides
        self.blobs: dict[int, bytes] = {}
        self.apart: list[tuple[str, bytes, str]] = []
        self.left_out: Counter[str] = Counter()
        self.gone_attributes = False

    def run(self) -> Listing:
        task = self.task
        index = gitindex.read(task.folder, task.git_dir, task.width)
        found = self._walk(index)
        self._tracked(self._present(index, found))
        for path in found.files:
            self._untracked(path)
        if found.files:
            self._order()
        self._settle_doubts()
        if self._converts(index, found):
            self._convert()
        return Listing(
            self.paths,
            self.keys,
            bytes(self.marks),
            self.blobs,
            self.apart,
            {reason: count for reason, count in self.left_out.items() if count},
        )

    def _walk(self, index: Index) -> walk.Found:
        ground = walk.Ground(
            folder=self.task.folder,
            git_dir=self.task.git_dir,
            base=self.base,
            tracked=frozenset(index.paths),
            ordered=index.paths,
            gitlinks=gitindex.gitlinks(index),
            own=self.task.own,
            wanted=self.names.kind,
            ignored=self.ignored,
        )
        found = walk.walk(ground)
        self.left_out.update(found.left_out)
        self.apart += [("unreadable", path, why) for path, why in found.unread]
        return found

    def _present(self, index: Index, found: walk.Found) -> Index:
        """The entries that are not excluded, in folders that are there."""
        exclude = self.names.exclude
        if found.seen == len(index.paths) and exclude is None:
            return index
        visited = frozenset(found.visited)
        paths, offsets = [], []
        for path, at in zip(index.paths, index.offsets, strict=True):
            if exclude and exclude.fullmatch(path):
                self.left_out["excluded"] += path.endswith(self.names.extensions)
            elif path[: path.rfind(b"/") + 1] in visited:
                paths.append(path)
                offsets.append(at)
            else:
                self._gone(index, path, at, self.names.kind(path))
        return index._replace(paths=paths, offsets=offsets)

    def _tracked(self, index: Index) -> None:
        """Take what the index says where the stat agrees, else read the file.

        This loop runs once for each tracked file: it makes no object that it
        does not need, and calls nothing on the way of a clean script.
        """
        base, data, stamp = self.base, index.data, index.stamp
        extensions = self.names.extensions
        unpack, lstat = _STAT.unpack_from, os.lstat
        id_end = gitindex.ID_AT + index.width
        add_path, add_key = self.paths.append, self.keys.append
        add_mark = self.marks.append
        plain = TRACKED | CLEAN | SHELL
        for path, at in zip(index.paths, index.offsets, strict=True):
            kind = scope.SHELL
            if not path.endswith(extensions):
                kind = self.names.beside(path)
                if not kind:
                    continue
            try:
                now = lstat(base + path)
            except FileNotFoundError:
                self._gone(index, path, at, kind)
                continue
            except OSError as exc:
                self._set_apart("unreadable", path, kind, exc.strerror or str(exc))
                continue
            ctime, cnano, mtime, mnano, ino, mode, size = unpack(data, at)
            modified = mtime * _SECOND + mnano
            if (
                now.st_mtime_ns != modified
                or modified >= stamp
                or now.st_ctime_ns != ctime * _SECOND + cnano
                or now.st_size != size
                or not size
                or now.st_ino & 0xFFFFFFFF != ino
                or data[at + id_end] & _ODD_FLAGS
                or mode >> 12 != 8
            ):
                self._dirty(index, path, at, kind, now)
                continue
            if kind != scope.SHELL:
                self.doubts[len(self.paths)] = kind
            add_path(path)
            add_key(data[at + gitindex.SIZE_AT : at + id_end])
            add_mark(plain | EXECUTABLE if now.st_mode & 0o100 else plain)

    def _dirty(
        self, index: Index, path: bytes, at: int, kind: int, now: os.stat_result
    ) -> None:
        """Take a tracked file whose index entry does not speak for it."""
        low, extended = gitindex.flags(index, at)
        entry = gitindex.kind(gitindex.mode(index, at))
        if entry in (gitindex.GITLINK, gitindex.FOLDER) or stat.S_ISDIR(now.st_mode):
            return
        if entry == gitindex.LINK or stat.S_ISLNK(now.st_mode):
            self._set_apart("symlinks", path, kind)
        elif low & gitindex.STAGES:
            if self.apart[-1:] != [("in_conflict", path, "")]:
                self._set_apart("in_conflict", path, kind)
        else:
            self._read(path, kind, 0 if extended & gitindex.INTENT_TO_ADD else TRACKED)

    def _untracked(self, path: bytes) -> None:
        kind = self.names.kind(path)
        try:
            link = stat.S_ISLNK(os.lstat(self.base + path).st_mode)
        except FileNotFoundError:
            return
        except OSError as exc:
            self._set_apart("unreadable", path, kind, exc.strerror or str(exc))
            return
        if link:
            self._set_apart("symlinks", path, kind)
        else:
            self._read(path, kind, 0)

    def _gone(self, index: Index, path: bytes, at: int, kind: int) -> None:
        if kind in (scope.NOT, scope.LINE):
            return
        if any(path.startswith(place) for _, place, _ in self.apart if place):
            return  # inside an unreadable folder, which is named
        _, extended = gitindex.flags(index, at)
        sparse = extended & gitindex.SKIP_WORKTREE
        self.left_out["not_checked_out" if sparse else "deleted"] += 1

    def _set_apart(self, reason: str, path: bytes, kind: int, why: str = "") -> None:
        """Name a file that is left out, where its name alone makes it a script."""
        if kind != scope.LINE:
            self.apart.append((reason, path, why))

    def _read(self, path: bytes, kind: int, mark: int) -> None:
        try:
            if kind != scope.SHELL and self._is_shell(path):
                kind = scope.SHELL
            if kind == scope.LINE:
                return
            found = self.reader.read(self.base + path)
        except OSError as exc:
            self._set_apart("unreadable", path, kind, exc.strerror or str(exc))
            return
        if found is None:
            self._set_apart("not_a_file", path, kind)
            return
        mark |= EXECUTABLE if found.mode & 0o100 else 0
        self.paths.append(path)
        self.keys.append(_key(found))
        self.marks.append(mark | (SHELL if kind == scope.SHELL else 0))

    def _settle_doubts(self) -> None:
        """Keep of the doubtful files those whose first line is a shell's."""
        dropped = set()
        for at, kind in self.doubts.items():
            key = self.keys[at]
            if key not in self.lines:
                self.lines[key] = self._is_shell(self.paths[at])
            if not self.lines[key]:
                self.marks[at] &= ~SHELL
                if kind == scope.LINE:
                    dropped.add(at)
        self._drop(dropped)

    def _order(self) -> None:
        """Sort by path, where untracked files came after the index's."""
        if not all(map(operator.le, self.paths, self.paths[1:])):
            self._keep(sorted(range(len(self.paths)), key=self.paths.__getitem__))

    def _is_shell(self, path: bytes) -> bool:
        """Whether an extension-less file's first line is a shell's."""
        if not scope.is_bare(path):
            return False
        return scope.is_shell_line(content.head(self.base + path))

    def _drop(self, positions: set[int]) -> None:
        if not positions:
            return
        self._keep([at for at in range(len(self.paths)) if at not in positions])

    def _keep(self, kept: Sequence[int]) -> None:
        """Hold only these positions, in this order."""
        moved = {old: new for new, old in enumerate(kept)}
        self.doubts = {moved[a]: k for a, k in self.doubts.items() if a in moved}
        self.blobs = {moved[a]: b for a, b in self.blobs.items() if a in moved}
        self.paths = [self.paths[at] for at in kept]
        self.keys = [self.keys[at] for at in kept]
        self.marks = bytearray(self.marks[at] for at in kept)

    def _converts(self, index: Index, found: walk.Found) -> bool:
        """Whether anything may be converted between git and this worktree."""
        task = self.task
        inside = gitindex.named(index, b".gitattributes")
        self.gone_attributes = not all(os.path.exists(self.base + p) for p in inside)
        if task.outer_attributes or attributes.converts_line_ends(task.config):
            return True
        return attributes.any_converts(
            self.base + path for path in inside + found.attributes
        )

    def _convert(self) -> None:
        """Read the converted files: git's id is not of the bytes on the disk."""
        told = self._conversions()
        dropped = set()
        for at, path in enumerate(self.paths):
            how = told.get(path)
            if how is None:
                continue
            try:
                keep = self._reread(at, pointer=how == attributes.LFS)
            except OSError as exc:
                self.apart.append(("unreadable", path, exc.strerror or str(exc)))
                keep = False
            if not keep:
                dropped.add(at)
        self._drop(dropped)

    def _conversions(self) -> dict[bytes, str]:
        """How git converts each path; all of them where an attribute file is gone."""
        task = self.task
        if self.gone_attributes:
            return dict.fromkeys(self.paths, attributes.CONVERTED)
        return attributes.ask(task.folder, task.git_dir, self.paths, task.config)

    def _reread(self, at: int, *, pointer: bool) -> bool:
        """Take a converted file's id from its bytes; whether it is to be kept."""
        found = self.reader.read(self.base + self.paths[at])
        if found is None:
            return False
        if pointer and content.is_pointer(found.head):
            self.left_out["lfs_pointers"] += 1
            return False
        if self.marks[at] & CLEAN:
            self.blobs[at] = self.keys[at][4:]
            self.marks[at] &= ~CLEAN
        elif self.marks[at] & TRACKED:
            kept = self.reader.kept(self.base + self.paths[at])
            if kept is not None:
                self.blobs[at] = kept
        self.keys[at] = _key(found)
        return True


def _key(found: content.Read) -> bytes:
    return (found.size & 0xFFFFFFFF).to_bytes(4, "big") + found.id
