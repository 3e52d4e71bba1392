"""Asks git what is staged; the files in the worktree are never looked at."""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Iterable, Mapping
from functools import cached_property

from s2s_tools import errors
from s2s_tools.model import Repository, Worktree
from s2s_tools.scripts.guard.model import Change, Paths
from s2s_tools.scripts.inventory import discovery
from s2s_tools.system import git, gitobjects

_EMPTY_TREE = {
    "sha1": "4b825dc642cb6eb9a060e54bf8d69288fbee4904",
    "sha256": "6ef19b41225c5369f1c104d45d8d85efa9b057b53b14b4b9b939dd74decc5321",
}
_GITHEAD = re.compile(r"GITHEAD_([0-9a-f]{40}|[0-9a-f]{64})")
_REGULAR = b"100"
_MANY = 500  # contents that are in memory at once


class Index:
    """The index that a commit is made from, in one worktree.

    `git commit -a` and `git commit PATH` prepare another index than the
    worktree's own and name it in GIT_INDEX_FILE.
    """

    def __init__(self, path: bytes) -> None:
        self.repository: Repository = discovery.find(path)
        self.worktree: Worktree = _worktree(self.repository, path)
        self._folder = self.worktree.path
        self._env = _environment(self._folder)

    @cached_property
    def changes(self) -> tuple[Change, ...]:
        """What differs from HEAD, regular files only; all of it before any commit."""
        args = ("--cached", "--raw", "-z", "--no-renames", "--no-abbrev")
        done = self._git("diff-index", *args, "HEAD", "--", codes=(0, 128))
        if done is None:
            self._must_be_unborn()
            empty = _EMPTY_TREE[self.repository.object_format]
            done = self._git("diff-index", *args, empty, "--")
        words = (done or b"").split(b"\0")
        pairs = zip(words[:-1:2], words[1::2], strict=True)
        return tuple(_change(meta, path) for meta, path in pairs)

    def paths(self, contents: frozenset[bytes]) -> dict[str, list[bytes]]:
        """Where each of these contents stands in the index, as a regular file."""
        return _by_content(self._records, contents)

    def at(self, paths: Iterable[bytes]) -> dict[bytes, str]:
        """The content at each of these paths that is a regular file in the index."""
        wanted = frozenset(paths)
        if not wanted:
            return {}
        first = len("100644 ")
        end = first + 2 * discovery.id_bytes(self.repository.object_format)
        start = end + len(" 0\t")
        return {
            record[start:]: record[first:end].decode("ascii")
            for record in self._records
            if record[start:] in wanted and record.startswith(_REGULAR)
        }

    def blobs(self, contents: Iterable[str]) -> Iterable[tuple[str, bytes]]:
        """The bytes of these contents, some at a time."""
        wanted = sorted(set(contents))
        for start in range(0, len(wanted), _MANY):
            part = wanted[start : start + _MANY]
            yield from gitobjects.blobs(self._folder, part).items()

    def merged(self, contents: frozenset[bytes]) -> tuple[Paths, ...]:
        """Where each content stands in each commit that is being merged."""
        found = []
        for commit in sorted(self._merge_heads()):
            out = git.output(self._folder, "ls-tree", "-r", "-z", "--full-tree", commit)
            places = _by_content(out.split(b"\0"), contents, skip=len("blob "))
            found.append({key: frozenset(paths) for key, paths in places.items()})
        return tuple(found)

    def mentioning(self, text: str) -> tuple[bytes, ...]:
        """The paths whose staged content holds this text."""
        args = ("grep", "--cached", "-z", "-l", "-F", "-a", "-e", text)
        out = self._git(*args, "--no-textconv", codes=(0, 1)) or b""
        return tuple(sorted(filter(None, out.split(b"\0"))))

    @cached_property
    def _records(self) -> list[bytes]:
        out = self._git("ls-files", "--stage", "-z")
        return (out or b"").split(b"\0")

    def _git(self, *args: str | bytes, codes: tuple[int, ...] = (0,)) -> bytes | None:
        """Stdout of a git command on this index; None where it ended with 128."""
        done = git.run(self._folder, *args, env=self._env, codes=codes, literal=False)
        return None if done.code == 128 else done.out

    def _must_be_unborn(self) -> None:
        args = ("rev-parse", "--quiet", "--verify", "HEAD^{commit}")
        if git.run(self._folder, *args, codes=(0, 1, 128)).code == 0:
            self._git("diff-index", "--cached", "--quiet", "HEAD", "--", codes=(0, 1))

    def _merge_heads(self) -> frozenset[str]:
        """As git tells them: in a file, or to pre-merge-commit by variables."""
        found = {n[8:] for n in os.environ if _GITHEAD.fullmatch(n)}
        try:
            with open(os.path.join(self.worktree.git_dir, b"MERGE_HEAD")) as stream:
                found |= set(stream.read().split())
        except OSError:
            pass
        return frozenset(found)


def sha256(data: bytes) -> str:
    """The digest by which a manifest names a content."""
    return hashlib.sha256(data).hexdigest()


def _worktree(repository: Repository, path: bytes) -> Worktree:
    """The worktree that `path` is in, which must be the one that git means."""
    here = os.path.realpath(path)
    inside = [t for t in repository.worktrees if _is_below(here, t.path)]
    if not inside:
        raise errors.Refused(
            f"{os.fsdecode(path)} is in no worktree; a commit is checked in one"
        )
    found = max(inside, key=lambda tree: len(tree.path))
    named = os.environb.get(b"GIT_DIR")
    if named is not None and os.path.realpath(named) != os.path.realpath(found.git_dir):
        raise errors.Refused(
            f"GIT_DIR names {os.fsdecode(named)}, but {os.fsdecode(found.path)} "
            "belongs to another repository; s2s checks worktrees with a .git alone"
        )
    return found


def _is_below(path: bytes, folder: bytes) -> bool:
    return path == folder or path.startswith(folder.rstrip(b"/") + b"/")


def _environment(folder: bytes) -> Mapping[str, str]:
    named = os.environb.get(b"GIT_INDEX_FILE")
    if not named:
        return {}
    return {"GIT_INDEX_FILE": os.fsdecode(os.path.join(folder, named))}


def _change(meta: bytes, path: bytes) -> Change:
    """From `:100644 100644 <id> <id> M`."""
    old_mode, new_mode, old, new, _ = meta[1:].split(b" ")
    return Change(path, _content(old_mode, old), _content(new_mode, new))


def _content(mode: bytes, id: bytes) -> str:
    return id.decode("ascii") if mode.startswith(_REGULAR) else ""


def _by_content(
    records: Iterable[bytes], contents: frozenset[bytes], *, skip: int = 0
) -> dict[str, list[bytes]]:
    """Paths by content, from lines of `<mode> [blob ]<id>…<tab><path>`."""
    width = max(map(len, contents), default=0)
    first = len("100644 ") + skip
    last = first + width
    found: dict[str, list[bytes]] = {}
    for record in records:
        if record[first:last] in contents and record.startswith(_REGULAR):
            id = record[first:last].decode("ascii")
            found.setdefault(id, []).append(record.partition(b"\t")[2])
    return found
