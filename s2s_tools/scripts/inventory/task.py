"""What a survey of one worktree needs to know."""

from __future__ import annotations

from typing import NamedTuple

from s2s_tools.scripts.inventory.gitconfig import Config


class Task(NamedTuple):
    """One worktree to survey.

    `own` are the worktrees of this repository that lie inside this one;
    `outer_attributes`: an attribute file outside it converts something.
    """

    folder: bytes
    git_dir: bytes
    width: int  # bytes of an object id
    config: Config
    own: frozenset[bytes]
    outer_attributes: bool
