"""The log of unexpected failures, in the user's state folder."""

from __future__ import annotations

import os


def folder() -> str:
    """$XDG_STATE_HOME/s2s, or ~/.local/state/s2s."""
    base = os.environ.get("XDG_STATE_HOME", "")
    if not os.path.isabs(base):
        base = os.path.join(os.path.expanduser("~"), ".local", "state")
    return os.path.join(base, "s2s")


def record(exc: BaseException, version: str) -> str:
    """Append the traceback; returns where, or why it could not be written."""
    import platform
    import sys
    import traceback

    path = os.path.join(folder(), "errors.log")
    trace = "".join(traceback.format_exception(exc))
    system = f"{platform.system()} python {platform.python_version()}"
    text = f"s2s {version} {system} {sys.argv!r}\n{trace}\n"
    try:
        os.makedirs(folder(), mode=0o700, exist_ok=True)
        with open(path, "a", encoding="utf-8", errors="backslashreplace") as log:
            log.write(text)
    except OSError as problem:
        return f"nowhere ({problem})"
    return path
