"""Staged wrappers: each is as generated, and none stands where a body should."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from s2s_tools.scripts.guard.model import Around, Check, Commit, Finding, shown
from s2s_tools.scripts.inventory import stored
from s2s_tools.scripts.wrappers import render
from s2s_tools.scripts.wrappers.model import ExecWrapper


class Staged(NamedTuple):
    """A wrapper that is about to be committed; `row` None: not as we make it."""

    path: bytes
    data: bytes
    row: ExecWrapper | None


def staged(commit: Commit) -> tuple[Staged, ...]:
    """The wrappers among a commit's changes."""
    found = []
    for change in commit.changes:
        body = commit.bodies.get(change.after)
        if body is not None and body.wrapper is not None:
            row = render.read_exec(body.wrapper)
            found.append(Staged(change.path, body.wrapper, row))
    return tuple(found)


def find_stale(commit: Commit, around: Around) -> Iterator[Finding]:
    """Each wrapper that is not as it is generated, or has no body in the commit."""
    for wrapper in staged(commit):
        message = _stale(wrapper, around)
        if message:
            body = b"" if wrapper.row is None else wrapper.row.body
            yield Finding(Check.WRAPPERS_FRESH, wrapper.path, message, body)
    for path, body in around.stranded:
        message = f"its body {shown(body)} is taken away by this commit; keep both"
        yield Finding(Check.WRAPPERS_FRESH, path, message, body)


def find_over(commit: Commit, around: Around) -> Iterator[Finding]:
    """Each wrapper that would take the place of a body."""
    canonical = {entry.path for entry in around.manifest.entries}
    for wrapper in staged(commit):
        path, row = wrapper.path, wrapper.row
        if stored.holds(path):
            message = "a wrapper in the place of the body; take the body back"
        elif row is not None and row.body in around.wrappers:
            message = f"its body {shown(row.body)} is itself a wrapper; a bad merge?"
        elif path in canonical and (row is None or row.body not in around.at):
            message = (
                f"a wrapper over the canonical that {around.manifest_name} records, "
                "and the body is nowhere else; take the script back"
            )
        else:
            continue
        yield Finding(Check.NO_WRAPPER_OVER_CANONICAL, path, message)


def _stale(wrapper: Staged, around: Around) -> str:
    row = wrapper.row
    if row is None:
        if (around.generated or {}).get(_entry_name(wrapper.data)) == wrapper.data:
            return ""
        return (
            "a wrapper that was edited, or that another version made; "
            "remove it, and s2s wrappers build makes it anew"
        )
    if row.path != wrapper.path:
        return f"a wrapper made for {shown(row.path)}; s2s wrappers build makes it anew"
    if row.body in around.at:
        return ""
    if stored.holds(row.body):
        return (
            f"a thin wrapper: this branch has no {shown(row.body)}; on main add the "
            "body to the commit, on another branch run s2s dedupe adopt first"
        )
    return f"its body {shown(row.body)} is not in this commit; add it"


def _entry_name(data: bytes) -> bytes:
    words = data.split(b"\n", 2)[1].split()
    return words[3] if words[2:3] == [b"entry"] and len(words) > 3 else b""
