"""A row of the command table."""

from __future__ import annotations

from typing import NamedTuple


class Row(NamedTuple):
    """One command: the only place where its name stands.

    `name` has a space for a command inside a group ("dedupe plan"). `target` is
    "module:function"; "" for a group. `first` puts it into the short help.
    """

    name: str
    aliases: tuple[str, ...]
    target: str
    help: str
    room: str
    first: bool = False
