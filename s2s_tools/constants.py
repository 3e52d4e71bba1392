"""Names and numbers that every floor may use."""

from __future__ import annotations

from typing import Final

EXIT_DONE: Final = 0
EXIT_FAILURE: Final = 1
EXIT_USAGE: Final = 2
EXIT_BUG: Final = 3
EXIT_NOT_FOUND: Final = 11
EXIT_CHANGED: Final = 13
EXIT_PLUGIN: Final = 14
EXIT_LOCKED: Final = 18
EXIT_INTERRUPTED: Final = 130

MANIFEST_PATH: Final = ".s2s/manifest.yaml"
CONFIG_PATH: Final = ".s2s/config.toml"
BACKUP_REFS: Final = "refs/s2s/backup"
STATE_FOLDER: Final = "s2s"
CANONICAL_FOLDER: Final = ".s2s/canonical"
