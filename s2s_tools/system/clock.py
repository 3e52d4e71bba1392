"""The wall clock, read in one place."""

from __future__ import annotations

import time


def now() -> int:
    """Seconds since 1970, UTC."""
    return int(time.time())


def text(seconds: int) -> str:
    """A time as people and JSON read it: 2024-05-01T12:00:00Z."""
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(seconds))
