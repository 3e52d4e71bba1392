"""Surveys one worktree: which scripts are there, what their bytes are."""

from __future__ import annotations

import os
import stat
import struct

from s2s_tools.scripts.inventory import (
    content,
    conversions,
    gitconfig,
    gitindex,
    listing,
    scope,
    walk,
)
from s2s_tools.scripts.inventory.gitindex import Index
from s2s_tools.scripts.inventory.listing import (
    CLEAN,
    EXECUTABLE,
    SHELL,
    TRACKED,
    Columns,
    Listing,
)
from s2s_tools.scripts.inventory.task import Task

_STAT = struct.Struct(">IIII4xII8xI")  # ctime, mtime, ino, mode, size of a record
_SECOND = 1_000_000_000
_ODD_FLAGS = 0xF0  # of a flag's high byte: assume-valid, extended, stages
_FILE = 0o10  # what the mode of a regular file begins with


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


class _Survey:
    """Fills the columns of one worktree."""

    def __init__(
        self, task: Task, what: scope.Scope, base: bytes, lines: dict[bytes, bool]
    ) -> None:
        self.task = task
        self.base = base
        self.ignored = what.ignored
        self.names = scope.Names(what)
        self.lines = lines
        self.reader = content.Reader(task.width)
        self.columns = Columns()
        # Where the file system keeps no executable bit, the index does.
        self.modes_tell = gitconfig.true(task.config.get("core.filemode", "true"))

    def run(self) -> Listing:
        task, columns = self.task, self.columns
        index = gitindex.read(task.folder, task.git_dir, task.width)
        found = self._walk(index)
        self._tracked(self._present(index, found))
        for path in found.files:
            self._untracked(path)
        if found.files:
            columns.order()
        self._settle_doubts()
        conversions.settle(
            columns,
            task,
            self.base,
            self.reader,
            index=index,
            untracked=found.attributes,
        )
        return columns.listing()

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
        self.columns.left_out.update(found.left_out)
        self.columns.apart += [("unreadable", path, why) for path, why in found.unread]
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
                self.columns.left_out["excluded"] += path.endswith(
                    self.names.extensions
                )
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
        columns = self.columns
        add_path, add_key = columns.paths.append, columns.keys.append
        add_mark = columns.marks.append
        plain = TRACKED | CLEAN | SHELL
        modes_tell = self.modes_tell
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
                self._unreadable(path, kind, exc)
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
                or mode >> 12 != _FILE
            ):
                self._dirty(index, path, at, kind, now)
                continue
            if kind != scope.SHELL:
                columns.doubts[len(columns.paths)] = kind
            add_path(path)
            add_key(data[at + gitindex.SIZE_AT : at + id_end])
            runs = (now.st_mode if modes_tell else mode) & 0o100
            add_mark(plain | EXECUTABLE if runs else plain)

    def _dirty(
        self, index: Index, path: bytes, at: int, kind: int, now: os.stat_result
    ) -> None:
        """Take a tracked file whose index entry does not speak for it."""
        low, extended = gitindex.flags(index, at)
        mode = gitindex.mode(index, at)
        entry = gitindex.kind(mode)
        if entry in (gitindex.GITLINK, gitindex.FOLDER) or stat.S_ISDIR(now.st_mode):
            return
        if entry == gitindex.LINK or stat.S_ISLNK(now.st_mode):
            self._set_apart("symlinks", path, kind)
        elif low & gitindex.STAGES:
            if self.columns.apart[-1:] != [("in_conflict", path, "")]:
                sure = scope.SHELL if self._begins_as_shell(path) else kind
                self._set_apart("in_conflict", path, sure)
        else:
            mark = 0 if extended & gitindex.INTENT_TO_ADD else TRACKED
            self._read(path, kind, mark, None if self.modes_tell else mode)

    def _untracked(self, path: bytes) -> None:
        kind = self.names.kind(path)
        try:
            link = stat.S_ISLNK(os.lstat(self.base + path).st_mode)
        except FileNotFoundError:
            return
        except OSError as exc:
            self._unreadable(path, kind, exc)
            return
        if link:
            self._set_apart("symlinks", path, kind)
        else:
            self._read(path, kind, 0)

    def _gone(self, index: Index, path: bytes, at: int, kind: int) -> None:
        if kind in (scope.NOT, scope.LINE):
            return
        folders = (p for _, p, _ in self.columns.apart if p[-1:] == b"/")
        if any(map(path.startswith, folders)):
            return  # inside an unreadable folder, which is named
        _, extended = gitindex.flags(index, at)
        sparse = extended & gitindex.SKIP_WORKTREE
        self.columns.left_out["not_checked_out" if sparse else "deleted"] += 1

    def _set_apart(self, reason: str, path: bytes, kind: int) -> None:
        """Name a file that is left out, where its name alone makes it a script."""
        if kind != scope.LINE:
            self.columns.apart.append((reason, path, ""))

    def _unreadable(self, path: bytes, kind: int, failure: OSError) -> None:
        if kind != scope.LINE:
            self.columns.fail(path, failure)

    def _read(self, path: bytes, kind: int, mark: int, mode: int | None = None) -> None:
        """Take a file from its bytes; `mode` is the index's where that is to count."""
        try:
            if kind != scope.SHELL and self._is_shell(path):
                kind = scope.SHELL
            if kind == scope.LINE:
                return
            found = self.reader.read(self.base + path)
        except OSError as exc:
            self._unreadable(path, kind, exc)
            return
        if found is None:
            self._set_apart("not_a_file", path, kind)
            return
        runs = (found.mode if mode is None else mode) & 0o100
        mark |= EXECUTABLE if runs else 0
        mark |= SHELL if kind == scope.SHELL else 0
        self.columns.add(path, listing.key(found.size, found.id), mark)

    def _settle_doubts(self) -> None:
        """Keep of the doubtful files those whose first line is a shell's."""
        columns = self.columns
        dropped = set()
        for at, kind in columns.doubts.items():
            key = columns.keys[at]
            if key not in self.lines:
                self.lines[key] = self._begins_as_shell(columns.paths[at])
            if not self.lines[key]:
                columns.marks[at] &= ~SHELL
                if kind == scope.LINE:
                    dropped.add(at)
        columns.drop(dropped)

    def _begins_as_shell(self, path: bytes) -> bool:
        try:
            return self._is_shell(path)
        except OSError:
            return False  # it went while we looked

    def _is_shell(self, path: bytes) -> bool:
        """Whether an extension-less file's first line is a shell's."""
        if not scope.is_bare(path):
            return False
        return scope.is_shell_line(content.head(self.base + path))
