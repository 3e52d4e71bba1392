"""An allocation as JSON."""

from __future__ import annotations

import json
from typing import Any

from s2s_tools import errors
from s2s_tools.scripts.worktrees.model import Allocation

_TEXTS = ("name", "database_dev", "database_test", "env_sha256")


def to_json(held: Allocation) -> bytes:
    """One line."""
    document: dict[str, Any] = {"schema": 1, "port": held.port}
    document |= {name: getattr(held, name) for name in _TEXTS}
    return json.dumps(document).encode() + b"\n"


def from_json(data: bytes, where: str) -> Allocation:
    """Raises errors.InvalidDocument where it is none."""
    try:
        said = json.loads(data)
        texts = {name: said[name] for name in _TEXTS}
        port = said["port"]
    except (ValueError, KeyError, TypeError) as exc:
        raise _broken(where) from exc
    if type(port) is not int or not all(isinstance(t, str) for t in texts.values()):
        raise _broken(where)
    return Allocation(port=port, **texts)


def _broken(where: str) -> errors.InvalidDocument:
    return errors.InvalidDocument(
        f"{where} is no allocation; remove it, then run s2s worktree env"
    )
