"""What an entry script is."""

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
