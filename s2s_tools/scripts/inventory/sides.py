"""Where two versions of a script parted."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import NamedTuple, TypeAlias

from s2s_tools.model import Repository
from s2s_tools.scripts.inventory import past
from s2s_tools.scripts.inventory.model import File
from s2s_tools.system import gitlog

Key: TypeAlias = tuple[str, bytes]  # a commit, a path


class Parting(NamedTuple):
    """The newest content that both sides have had; "" where there is none.

    `commit` brought it to the other side, which has changed it `since` times.
    """

    content: str = ""
    commit: str = ""
    since: int = 0


def read(
    repository: Repository, heads: Mapping[str, str], files: Iterable[File]
) -> dict[Key, list[gitlog.Change]]:
    """What each file's path held in the history of its own commit.

    One git process for each commit.
    """
    by_head: dict[str, set[bytes]] = {}
    for file in files:
        if file.worktree in heads:
            by_head.setdefault(heads[file.worktree], set()).add(file.path)
    return {
        (head, path): timeline
        for head, paths in by_head.items()
        for path, timeline in (past.read(repository, [head], paths) or {}).items()
    }


def part(timeline: Iterable[gitlog.Change], known: Collection[str]) -> Parting:
    """Where a side with that timeline left the contents that are `known`."""
    for since, change in enumerate(timeline):
        if change.content and change.content in known:
            return Parting(change.content, change.commit, since)
    return Parting()
