"""What makes a plan consistent in itself, whatever the disk holds."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator

from s2s_tools.changes import model

_NO_PART = (b"", b".", b"..")


def flaw(plan: model.Plan) -> str | None:
    """The first reason why a plan cannot be carried out anywhere."""
    for write in plan.writes:
        if problem := path_flaw(write.path) or _write_flaw(write):
            return f"{show(write.worktree, write.path)}: {problem}"
    for expect in plan.expects:
        if problem := path_flaw(expect.path) or _state_flaw(expect.state):
            return f"{show(expect.worktree, expect.path)}: {problem}"
    return _overlap(plan.writes)


def path_flaw(path: bytes) -> str | None:
    """Why a path does not name something inside a worktree, None if it does."""
    if not path or path.startswith(b"/"):
        return "the path is empty or absolute"
    if b"\0" in path:
        return "the path holds a NUL byte"
    for part in path.split(b"/"):
        if part in _NO_PART:
            return "the path has an empty, '.' or '..' part"
        if _is_git(part):
            return "the path leads into .git"
    return None


def _is_git(part: bytes) -> bool:
    # As git does it: names that a case-insensitive disk takes for .git.
    return part.lower().rstrip(b". ") in (b".git", b"git~1")


def _write_flaw(write: model.Write) -> str | None:
    problem = _state_flaw(write.before) or _state_flaw(write.after)
    if problem or _mode_flaw(write.after):
        return problem or _mode_flaw(write.after)
    if write.after.kind is model.Kind.ABSENT:
        return None if write.data is None else "bytes for a path that goes away"
    if write.data is None:
        return "no bytes for a path that stays"
    if hashlib.sha256(write.data).hexdigest() != write.after.sha256:
        return "the bytes are not those that the plan promises"
    if write.after.kind is model.Kind.LINK and (
        not write.data or b"\0" in write.data or len(write.data) > 4095
    ):
        return "no link can have this target"
    return None


def _state_flaw(state: model.State) -> str | None:
    if state.kind is model.Kind.OTHER:
        return "only files and links can be changed"
    if state.kind is model.Kind.FILE:
        return _file_flaw(state)
    if state.mode:
        return "only a file has a mode"
    if (state.kind is model.Kind.LINK) != bool(state.sha256):
        return "a sha-256 that does not go with the kind"
    return None


def _file_flaw(state: model.State) -> str | None:
    if not 0 <= state.mode <= 0o7777:
        return f"{state.mode:o} is no mode"
    return None if state.sha256 else "a file without a sha-256"


def _mode_flaw(state: model.State) -> str | None:
    if state.kind is not model.Kind.FILE:
        return None
    if state.mode > 0o777:
        return f"mode {state.mode:o} is not made of permission bits alone"
    if not state.mode & 0o400:
        return f"mode {state.mode:o} would keep its owner from reading it"
    return None


def _overlap(writes: Iterable[model.Write]) -> str | None:
    seen: set[tuple[str, bytes]] = set()
    for write in writes:
        if (write.worktree, write.path) in seen:
            return f"{show(write.worktree, write.path)}: the path is written twice"
        seen.add((write.worktree, write.path))
    for worktree, path in sorted(seen):
        if any((worktree, above) in seen for above in parents(path)):
            return f"{show(worktree, path)}: a folder above it is written as well"
    return None


def parents(path: bytes) -> Iterator[bytes]:
    """The folders above a path, the outermost first."""
    parts = path.split(b"/")[:-1]
    for count in range(1, len(parts) + 1):
        yield b"/".join(parts[:count])


def show(worktree: str, path: bytes) -> str:
    """A path as messages name it."""
    name = path.decode("utf-8", "surrogateescape")
    return name if worktree == "." else f"{worktree}: {name}"
