"""Reads which commit a worktree stands on."""

from __future__ import annotations

import os
from typing import NamedTuple

_PREFIX = "refs/heads/"
_DEPTH = 5  # git follows a symbolic ref no further


class Head(NamedTuple):
    """A worktree's HEAD; `commit` is None before the first one."""

    commit: str | None
    branch: str | None
    detached: bool


def read(git_dir: bytes, common_dir: bytes) -> Head:
    """The HEAD of the worktree that owns `git_dir`."""
    target = _value(git_dir, b"HEAD")
    if not target.startswith(b"ref:"):
        return Head(target.decode("ascii", "replace") or None, None, bool(target))
    name = target[len(b"ref:") :].strip()
    text = name.decode("utf-8", "surrogateescape")
    branch = text.removeprefix(_PREFIX) if text.startswith(_PREFIX) else None
    return Head(_commit(git_dir, common_dir, name), branch, detached=False)


def _commit(git_dir: bytes, common_dir: bytes, name: bytes) -> str | None:
    for _ in range(_DEPTH):
        value = _value(git_dir, name) or _value(common_dir, name)
        value = value or _packed(common_dir, name)
        if not value.startswith(b"ref:"):
            return value.decode("ascii", "replace") or None
        name = value[len(b"ref:") :].strip()
    return None


def _value(folder: bytes, name: bytes) -> bytes:
    path = os.path.join(folder, name)
    try:
        if os.path.islink(path):  # how old versions of git wrote HEAD
            link = os.readlink(path)
            if link.startswith(b"refs/"):
                return b"ref: " + link
        with open(path, "rb") as stream:
            return stream.read(4096).strip()
    except OSError:
        return b""


def _packed(common_dir: bytes, name: bytes) -> bytes:
    try:
        with open(os.path.join(common_dir, b"packed-refs"), "rb") as stream:
            text = b"\n" + stream.read()
    except OSError:
        return b""
    end = text.find(b" " + name + b"\n")
    return text[text.rfind(b"\n", 0, end) + 1 : end] if end >= 0 else b""
