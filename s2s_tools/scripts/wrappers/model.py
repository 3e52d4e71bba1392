"""What the generated scripts are made from."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A script name that people already call, and the s2s command behind it.

    `paths` are where it stands in a repository, relative to its root; `command`
    the words after `s2s`.
    """

    name: str
    paths: tuple[str, ...]
    command: tuple[str, ...]
    help: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ExecWrapper:
    """A generated script that stands at `path` and runs the one body.

    `path` and `body` are relative to the root of the tree, `body` is
    `.s2s/canonical/<id>` or, for a duplicate inside one tree, the canonical's
    own path. `project` names the folder below the user's data folder.
    """

    id: bytes
    path: bytes
    body: bytes
    project: bytes
