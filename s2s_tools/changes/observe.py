"""Observing worktrees and paths, without git's filters and without `git status`."""

from __future__ import annotations

import errno
import hashlib
import os
from collections.abc import Iterable, Sequence
from dataclasses import replace

from s2s_tools import errors
from s2s_tools import model as repositories
from s2s_tools.changes import laws, model, wiring
from s2s_tools.changes import state as states
from s2s_tools.changes.facts import IndexEntry, PathFacts, TreeFacts
from s2s_tools.system import files, git

_OPERATIONS = {
    b"MERGE_HEAD": "merge",
    b"rebase-merge": "rebase",
    b"rebase-apply": "rebase",
    b"CHERRY_PICK_HEAD": "cherry-pick",
    b"REVERT_HEAD": "revert",
    b"BISECT_LOG": "bisect",
    b"sequencer": "sequence of picks",
}
_SETTINGS = r"^core\.(filemode|autocrlf|eol|sparsecheckout)$"
_ATTRIBUTES = ("eol", "working-tree-encoding", "filter", "text")


def tree(
    repository: repositories.Repository, found: repositories.Worktree
) -> TreeFacts:
    """One worktree's facts; where its links are wrong git is not asked."""
    fault = wiring.fault(repository, found)
    if fault:
        return TreeFacts(name=found.name, wiring=fault)
    settings = _settings(found)
    head = git.run(
        found.path, "rev-parse", "--verify", "--quiet", "HEAD", codes=(0, 1)
    ).out.strip()
    crlf = settings.get("autocrlf") == "true"
    crlf = crlf or settings.get("eol", "").lower() == "crlf"
    return TreeFacts(
        name=found.name,
        operations=tuple(
            word
            for name, word in _OPERATIONS.items()
            if os.path.lexists(os.path.join(found.git_dir, name))
        ),
        index_lock=os.path.lexists(os.path.join(found.git_dir, b"index.lock")),
        head=head.decode() or None,
        sparse=settings.get("sparsecheckout") == "true",
        trust_modes=settings.get("filemode", "true") == "true",
        crlf=crlf,
        index=_index(found),
        staged=_staged(found) if head else frozenset(),
    )


def _settings(found: repositories.Worktree) -> dict[str, str]:
    args = ("config", "-z", "--get-regexp", _SETTINGS)
    out = git.run(found.path, *args, codes=(0, 1)).out
    settings = {}
    for item in out.split(b"\0")[:-1]:
        name, _, value = item.decode("utf-8", "replace").partition("\n")
        settings[name.removeprefix("core.")] = _boolean(value)
    return settings


def _boolean(value: str) -> str:
    # git says "true" by a key without value, too.
    word = value.lower()
    return {"": "true", "yes": "true", "on": "true", "1": "true"}.get(word, word)


def _index(found: repositories.Worktree) -> dict[bytes, IndexEntry]:
    index = {}
    for item in git.output(found.path, "ls-files", "-z", "-s", "-t").split(b"\0")[:-1]:
        head, _, path = item.partition(b"\t")
        tag, mode, blob, stage = head.split(b" ")
        index[path] = IndexEntry(
            mode=int(mode, 8),
            blob=blob.decode(),
            skip=tag == b"S",
            conflicted=stage != b"0",
        )
    return index


def _staged(found: repositories.Worktree) -> frozenset[bytes]:
    args = ("--cached", "-z", "--name-only", "--no-renames", "--no-ext-diff")
    ignored = "--ignore-submodules=all"
    out = git.output(found.path, "diff-index", *args, ignored, "HEAD")
    return frozenset(out.split(b"\0")[:-1])


def paths(
    found: repositories.Worktree, wanted: Iterable[bytes], *, object_format: str
) -> dict[bytes, PathFacts]:
    """The facts of paths of one worktree."""
    asked = tuple(wanted)  # each without a flaw, see laws.path_flaw
    attributes = _attributes(found, asked)
    facts = {}
    with files.folder(found.path) as root_fd:
        for path in asked:
            try:
                facts[path] = _path(root_fd, path, attributes[path], object_format)
            except OSError as exc:
                raise errors.FileUnreadable(
                    f"{laws.show(found.name, path)} cannot be read: {exc.strerror}"
                ) from exc
    return facts


def _attributes(
    found: repositories.Worktree, asked: Sequence[bytes]
) -> dict[bytes, dict[str, str]]:
    known: dict[bytes, dict[str, str]] = {path: {} for path in asked}
    text = b"".join(path + b"\0" for path in asked)
    args = ("check-attr", "-z", "--stdin", *_ATTRIBUTES)
    words = git.output(found.path, *args, input=text).split(b"\0")
    for path, name, value in zip(words[0::3], words[1::3], words[2::3], strict=False):
        known[path][name.decode()] = value.decode("utf-8", "replace")
    return known


def _path(
    root_fd: int, path: bytes, attributes: dict[str, str], object_format: str
) -> PathFacts:
    *parts, name = path.split(b"/")
    barrier, there = _barrier(root_fd, parts)
    if barrier:
        return PathFacts(state=model.ABSENT, barrier=barrier)
    with files.beneath(root_fd, parts[:there]) as fd:
        entry = files.entry(fd, name) if there == len(parts) else None
        facts = PathFacts(
            state=states.of(entry),
            missing=tuple(laws.parents(path))[there:],
            writable=os.access(b".", os.W_OK | os.X_OK, dir_fd=fd),
            eol=attributes.get("eol", ""),
            encoding=attributes.get("working-tree-encoding", ""),
            filter=attributes.get("filter", ""),
            text=attributes.get("text", ""),
        )
        if entry is None or entry.data is None:
            return facts
        regular = facts.state.kind is model.Kind.FILE
        return replace(
            facts,
            data=entry.data,
            links=entry.stat.st_nlink,
            own=entry.stat.st_uid == os.geteuid(),
            group=_may_give(entry.stat.st_gid),
            attributes=files.attributes(fd, name) if regular else (),
            blob=_blob(entry.data, object_format),
        )


def _barrier(root_fd: int, parts: list[bytes]) -> tuple[str | None, int]:
    """What is wrong above a path, and how many of its folders are there."""
    for count in range(1, len(parts) + 1):
        shown = b"/".join(parts[:count]).decode("utf-8", "surrogateescape")
        try:
            with files.beneath(root_fd, parts[:count]) as fd:
                if files.look(fd, b".git") is not None:
                    return f"{shown} is a repository of its own", count
        except FileNotFoundError:
            return None, count - 1
        except OSError as exc:
            if exc.errno in (errno.ELOOP, errno.ENOTDIR):
                return f"{shown} is a symbolic link, or no folder", count
            return f"{shown} cannot be entered ({exc.strerror})", count
    return None, len(parts)


def _may_give(group: int) -> bool:
    return os.geteuid() == 0 or group == os.getegid() or group in os.getgroups()


def _blob(data: bytes, object_format: str) -> str:
    head = b"blob %d\0" % len(data)
    return hashlib.new(object_format, head + data, usedforsecurity=False).hexdigest()
