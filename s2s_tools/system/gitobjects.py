"""Reads blobs, trees and refs of a repository from its objects."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from s2s_tools.system import git

_MANY_PATHS = 50


class Ref(NamedTuple):
    """A branch and the commit it names; `name` is as in `refs/heads/main`."""

    name: str
    commit: str


class Entry(NamedTuple):
    """A file in a commit: its mode as git writes it, its content."""

    mode: int
    content: str


def branches(cwd: bytes) -> tuple[Ref, ...]:
    """All local and remote branches, by name; no name that points to another."""
    out = git.output(
        cwd,
        "for-each-ref",
        "--format=%(objectname) %(symref)%00%(refname)",
        *("refs/heads", "refs/remotes"),
    )
    found = []
    for line in out.decode("utf-8", "surrogateescape").splitlines():
        commit, _, name = line.partition("\0")
        if commit.endswith(" "):
            found.append(Ref(name, commit.strip()))
    return tuple(found)


def files(cwd: bytes, commit: str, paths: Iterable[bytes]) -> dict[bytes, Entry]:
    """What a commit has at those of `paths` that are regular files in it."""
    wanted = frozenset(paths)
    limit = sorted(wanted) if len(wanted) <= _MANY_PATHS else []
    out = git.output(cwd, "ls-tree", "-r", "-z", "--full-tree", commit, "--", *limit)
    found = {}
    for record in out.split(b"\0"):
        meta, _, path = record.partition(b"\t")
        if path in wanted and meta.startswith(b"100"):
            mode, _, content = meta.decode("ascii").split(" ")
            found[path] = Entry(int(mode, 8) & 0o777, content)
    return found


def blobs(cwd: bytes, ids: Iterable[str]) -> dict[str, bytes]:
    """The bytes of each of these blobs that is there."""
    wanted = sorted(set(ids))
    if not wanted:
        return {}
    asked = "\n".join(wanted).encode("ascii") + b"\n"
    out = git.output(cwd, "cat-file", "--batch", input=asked)
    found = {}
    at = 0
    while at < len(out):
        end = out.index(b"\n", at)
        words = out[at:end].decode("ascii").split(" ")
        at = end + 1
        if len(words) == 3:
            size = int(words[2])
            if words[1] == "blob":
                found[words[0]] = out[at : at + size]
            at += size + 1
    return found
