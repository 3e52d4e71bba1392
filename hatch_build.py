"""Build hook: write the command table as a Python module."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

ROOT = Path(__file__).resolve().parent


def write_table() -> None:
    """Write s2s_tools/plugins/shipped.py from manifests/commands.yaml."""
    sys.path.insert(0, str(ROOT))
    try:
        from s2s_tools.plugins import codec
    finally:
        sys.path.remove(str(ROOT))
    source = ROOT / "manifests" / "commands.yaml"
    table = codec.rows(source.read_bytes(), str(source.relative_to(ROOT)))
    text = codec.module(table)
    target = ROOT / "s2s_tools" / "plugins" / "shipped.py"
    if not target.exists() or target.read_text(encoding="utf-8") != text:
        target.write_text(text, encoding="utf-8")


class TableHook(BuildHookInterface):  # type: ignore[type-arg]
    """Runs before every wheel, sdist and editable install."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        write_table()


if __name__ == "__main__":
    write_table()
