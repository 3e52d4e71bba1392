"""Build hook: write the command table as a Python module; by hand, wrappers/ too."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

try:
    from hatchling.builders.hooks.plugin.interface import BuildHookInterface
except ModuleNotFoundError:  # run by hand, where nothing is built
    BuildHookInterface = object  # type: ignore[assignment, misc]

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


def write_wrappers() -> None:
    """Write wrappers/* from manifests/entries.yaml; remove those without an entry."""
    sys.path.insert(0, str(ROOT))
    from s2s_tools.scripts.wrappers import codec, render

    source, folder = ROOT / "manifests" / "entries.yaml", ROOT / "wrappers"
    entries = codec.entries(source.read_bytes(), str(source.relative_to(ROOT)))
    wanted = {entry.name: render.entry(entry) for entry in entries}
    for path in folder.iterdir():
        if path.name not in wanted and render.is_wrapper(path.read_bytes()):
            path.unlink()
    for name, data in wanted.items():
        (folder / name).write_bytes(data)
        (folder / name).chmod(0o755)


class TableHook(BuildHookInterface):  # type: ignore[type-arg]
    """Runs before every wheel, sdist and editable install."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        write_table()


if __name__ == "__main__":
    if sys.argv[1:] == ["wrappers"]:
        write_wrappers()
    else:
        write_table()
