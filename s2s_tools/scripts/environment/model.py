"""What is known about a place, and what follows for each name."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple


class Value(NamedTuple):
    """One exported name: its value, and where that came from.

    `given`: the caller had set it.
    """

    name: str
    value: str
    source: str
    given: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """What was looked at: the caller's variables, the tree here, the machine.

    `tree` and `root` are "" outside every repository; `files` are those of the asked
    paths that exist; `folders` are the given roots that are folders, by what they
    really are.
    """

    variables: Mapping[str, str]
    tree: str
    root: str
    files: frozenset[str]
    folders: Mapping[str, str]


class Contradiction(NamedTuple):
    """Two things that cannot both be meant; `name` is the variable to look at."""

    name: str
    message: str
