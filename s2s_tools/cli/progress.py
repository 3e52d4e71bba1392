"""Progress of long work, on a terminal's stderr, after one second."""

from __future__ import annotations

import sys
import time
from types import TracebackType

from s2s_tools.cli import output

_PATIENCE = 1.0  # seconds of silence
_INTERVAL = 0.1  # seconds between two lines


class Progress:
    """Call it with (done, total, what); it decides whether to print."""

    def __init__(self) -> None:
        self._start = time.monotonic()
        self._last = 0.0
        self._shown = False
        self._on = sys.stderr.isatty()

    def __call__(self, done: int, total: int, what: str) -> None:
        now = time.monotonic()
        if not self._on or now - self._start < _PATIENCE:
            return
        if now - self._last < _INTERVAL:
            return
        self._last, self._shown = now, True
        share = f"{done}/{total} " if total else ""
        line = f"{share}{output.safe(what)}"[: output.terminal_width() - 1]
        sys.stderr.write(f"\r\x1b[K{line}")
        sys.stderr.flush()

    def __enter__(self) -> Progress:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        value: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._shown:
            sys.stderr.write("\r\x1b[K")
            sys.stderr.flush()
