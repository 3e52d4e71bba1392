"""Git's hooks as people and programs read them."""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from s2s_tools.cli import output

if TYPE_CHECKING:
    from s2s_tools.scripts.guard.hookfiles import Hook
    from s2s_tools.scripts.guard.install import Hooks

_WORDS = {
    "": "not installed",
    "ours": "installed",
    "legacy": "installed, called by the hook that pre-commit put in front",
    "edited": "edited, or of another version",
    "foreign": "another hook, s2s is not called",
}


def document(found: Hooks) -> dict[str, Any]:
    """The JSON form."""
    return {
        "schema": 1,
        "folder": os.fsdecode(found.folder),
        "hooks_path": found.setting,
        "shared": found.shared,
        "outside": found.outside,
        "hooks": [
            {"name": h.name, "state": h.kind or "absent", "chained": _chains(h)}
            for h in found.hooks
        ],
    }


def lines(found: Hooks) -> Iterator[str]:
    """A line for each hook, then what is to be known of the folder."""
    yield f"Hooks in {output.safe(os.fsdecode(found.folder))}"
    for hook in found.hooks:
        yield f"  {hook.name:17} {_WORDS[hook.kind]}{_beside(hook)}"
    if found.outside:
        yield "core.hooksPath leads outside this repository; others may share it."
    elif not found.shared:
        yield (
            "core.hooksPath is relative, so each worktree has hooks of its own; "
            "commit the folder to have them in all."
        )


def installed(found: Hooks) -> int:
    """How many of ours git calls."""
    return sum(hook.kind in ("ours", "legacy") for hook in found.hooks)


def _chains(hook: Hook) -> bool:
    return hook.kind in ("ours", "legacy") and hook.kept == "other"


def _beside(hook: Hook) -> str:
    if _chains(hook):
        return ", after the hook that was there"
    if hook.kind == "ours" and not hook.runnable:
        return ", but not executable: git passes it over"
    return ""
