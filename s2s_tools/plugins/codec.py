"""The `commands:` section of a manifest, as rows and as the shipped module."""

from __future__ import annotations

import re

from s2s_tools import document
from s2s_tools.plugins.model import Row

_NAME = re.compile(r"[a-z][a-z0-9-]*( [a-z][a-z0-9-]*)?")
_TARGET = re.compile(r"[A-Za-z_][\w.]*:[A-Za-z_]\w*")

_HEADER = '''"""The command table, written by the build from manifests/commands.yaml."""

from __future__ import annotations

from s2s_tools.plugins.model import Row

'''


def rows(data: bytes, name: str) -> tuple[Row, ...]:
    """The commands of one manifest, in its order.

    Raises errors.InvalidDocument where a row is incomplete, a name is used
    twice, or a command stands in a group that has no row.
    """
    top = document.manifest(data, name)
    taken: set[str] = set()
    result = []
    for item in top.maps("commands"):
        row = _row(item)
        for word in (row.name, *(_alias(row, alias) for alias in row.aliases)):
            if word in taken:
                raise item.fail("name", f"{word!r} is already a command")
            taken.add(word)
        if " " in row.name and row.name.split()[0] not in taken:
            raise item.fail("name", "its group has no row above it")
        result.append(row)
    return tuple(result)


def module(table: tuple[Row, ...]) -> str:
    """The Python module that holds the same rows without a YAML reader."""
    lines = "".join(f"    Row{tuple(row)!r},\n" for row in table)
    return f"{_HEADER}COMMANDS: tuple[Row, ...] = (\n{lines})\n"


def _row(item: document.Map) -> Row:
    item.only("name", "aliases", "target", "help", "room", "first")
    row = Row(
        name=item.text("name"),
        aliases=item.texts("aliases"),
        target=item.text("target", ""),
        help=item.text("help"),
        room=item.text("room"),
        first=item.flag("first"),
    )
    if not _NAME.fullmatch(row.name):
        raise item.fail("name", "expected lower-case words with dashes")
    if row.target and not _TARGET.fullmatch(row.target):
        raise item.fail("target", "expected package.module:function")
    return row


def _alias(row: Row, alias: str) -> str:
    group, _, word = row.name.rpartition(" ")
    return f"{group} {alias}" if group and word else alias
