"""An interpreter inside the folder: a first line expands nothing."""

from __future__ import annotations

from s2s_tools.scripts.pathfix.model import Decision, Verdict
from s2s_tools.scripts.pathfix.words import Spot


def decide(spot: Spot) -> Decision | None:
    """`#!/p/bin/tool`."""
    first = spot.tree.data.split(b"\n", 1)[0]
    if not first.startswith(b"#!") or spot.start >= len(first):
        return None
    name = first[2:].split()[0].rpartition(b"/")[2].decode("utf-8", "replace")
    return Decision(Verdict.MANUAL, advice=f"write #!/usr/bin/env {name}")
