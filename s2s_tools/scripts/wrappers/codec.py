"""The `entries:` section of a manifest."""

from __future__ import annotations

import re

from s2s_tools import document
from s2s_tools.scripts.wrappers.model import Entry

# What may reach a generated script: validated here, never quoted later.
_NAME = re.compile(r"[a-z0-9][a-z0-9_.-]*")
_PATH = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]*(/[A-Za-z0-9_][A-Za-z0-9_.-]*)*")
_WORD = re.compile(r"[a-z0-9-]+")
_HELP = re.compile(r"[A-Za-z0-9 ,;:.`()'-]+")


def entries(data: bytes, name: str) -> tuple[Entry, ...]:
    """The entry scripts of one manifest.

    Raises errors.InvalidDocument where a part could not stand safely in a script.
    """
    top = document.manifest(data, name)
    return tuple(_entry(item) for item in top.maps("entries"))


def _entry(item: document.Map) -> Entry:
    item.only("name", "paths", "command", "help")
    entry = Entry(
        name=item.text("name"),
        paths=item.texts("paths"),
        command=item.texts("command"),
        help=item.text("help"),
    )
    _check(item, "name", _NAME, entry.name)
    _check(item, "help", _HELP, entry.help)
    _check(item, "paths", _PATH, *entry.paths)
    _check(item, "command", _WORD, *entry.command)
    if not entry.command:
        raise item.fail("command", "expected at least one word")
    return entry


def _check(item: document.Map, key: str, pattern: re.Pattern[str], *texts: str) -> None:
    for text in texts:
        if not pattern.fullmatch(text):
            raise item.fail(key, f"{text!r} may not stand in a script")
