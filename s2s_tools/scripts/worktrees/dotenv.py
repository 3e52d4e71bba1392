"""The `.env` of a worktree."""

from __future__ import annotations

import shlex
from typing import Final
from urllib.parse import quote

from s2s_tools.scripts.worktrees.model import ASSETS, LIVERELOAD, Allocation, Server

_HEAD: Final = (
    "# Made by s2s worktree. It goes with the worktree as long as nobody edits it.\n"
)


def values(held: Allocation, server: Server, shared: str) -> dict[str, str]:
    """The variables; `shared` is the folder of what all worktrees share."""
    user, host = quote(server.user, safe=""), quote(server.host, safe="[]:")
    url = f"postgres://{user}@{host}:5432"
    return {
        "PHX_SERVER": "true",
        "PORT": str(held.port),
        "PHX_HOST": "localhost",
        "DATABASE_URL": f"{url}/{held.database_dev}",
        "TEST_DATABASE_URL": f"{url}/{held.database_test}",
        "DB_NAME_DEV": held.database_dev,
        "DB_NAME_TEST": held.database_test,
        "OTEL_SERVICE_NAME": f"s2s-worktree-{held.name}",
        "OTEL_SERVICE_VERSION": "1.0.0",
        "OTEL_EXPORTER_OTLP_ENDPOINT": "http://localhost:4318",
        "WORKTREE_NAME": held.name,
        "SHARED_COORDINATION_DIR": shared,
        "ASSETS_PORT": str(held.port + ASSETS),
        "LIVERELOAD_PORT": str(held.port + LIVERELOAD),
    }


def lines(variables: dict[str, str]) -> list[str]:
    """Assignments that a shell and readers of `.env` files take alike."""
    return [f"{name}={shlex.quote(value)}" for name, value in variables.items()]


def text(variables: dict[str, str]) -> bytes:
    """The file."""
    shown = "".join(f"{line}\n" for line in lines(variables))
    return (_HEAD + shown).encode("utf-8", "surrogateescape")
