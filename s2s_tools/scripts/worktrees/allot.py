"""Which port and which database names a worktree gets."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Collection
from typing import Final

from s2s_tools import errors
from s2s_tools.scripts.worktrees.model import LIVERELOAD, MAIN, Allocation

_PREFIX: Final = "self_sustaining"
_LONGEST: Final = 63  # bytes of a name that PostgreSQL keeps
_ENDING: Final = len("_test")
_LAST: Final = 65_535 - LIVERELOAD


def allocation(
    name: str, others: Collection[Allocation], is_free: Callable[[int], bool]
) -> Allocation:
    """What a new worktree gets, so that it shares nothing with the others.

    Raises errors.Refused where no port is left.
    """
    held = (MAIN, *others)
    port = _port({port for other in held for port in other.ports}, is_free)
    base = _database(name, port, {other.database_dev for other in held})
    return Allocation(
        name=name, port=port, database_dev=f"{base}_dev", database_test=f"{base}_test"
    )


def _port(taken: Collection[int], is_free: Callable[[int], bool]) -> int:
    for port in range(MAIN.port + 1, _LAST + 1):
        wanted = Allocation(name="", port=port, database_dev="", database_test="").ports
        if not any(p in taken for p in wanted) and all(map(is_free, wanted)):
            return port
    raise errors.Refused("every port is taken; remove a worktree that is not needed")


def _database(name: str, port: int, taken: Collection[str]) -> str:
    """A name that needs no quotes; where two would be the same, with the port."""
    plain = re.sub("[^a-z0-9_]", "_", name.lower())
    base = f"{_PREFIX}_{plain}"
    if len(base) > _LONGEST - _ENDING:
        digest = hashlib.sha256(name.encode("utf-8", "surrogateescape")).hexdigest()[:8]
        base = f"{base[: _LONGEST - _ENDING - 9]}_{digest}"
    if f"{base}_dev" in taken:
        base = f"{base[: _LONGEST - _ENDING - 6]}_{port}"
    return base
