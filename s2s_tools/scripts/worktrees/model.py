"""What belongs to one worktree alone."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from s2s_tools.model import Worktree

ASSETS: Final = 1000  # above the worktree's port
LIVERELOAD: Final = 2000


class Env(StrEnum):
    """What `.env` of a worktree is."""

    NONE = "none"
    OURS = "ours"
    EDITED = "edited"  # made here, changed since
    FOREIGN = "foreign"  # was there before


@dataclass(frozen=True, slots=True, kw_only=True)
class Allocation:
    """The port and the databases of a worktree; `env_sha256` is of the `.env` made."""

    name: str
    port: int
    database_dev: str
    database_test: str
    env_sha256: str = ""

    @property
    def ports(self) -> tuple[int, int, int]:
        """Everything that the worktree may listen at."""
        return self.port, self.port + ASSETS, self.port + LIVERELOAD


MAIN: Final = Allocation(
    name="main",
    port=4000,
    database_dev="self_sustaining_dev",
    database_test="self_sustaining_test",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Server:
    """The PostgreSQL server that database URLs name."""

    user: str = "postgres"
    host: str = "localhost"


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A worktree as git knows it, with what it was given; None: nothing yet.

    `unfinished`: making it was cut off before all its files were there.
    """

    worktree: Worktree
    allocation: Allocation | None
    env: Env
    unfinished: bool = False
