"""Run shellcheck over every shell text of this repository; `make lint` does."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
SHELLCHECK = Path(sys.executable).parent / "shellcheck"
# Deliberate examples of what the tool is for: only errors count there.
EXAMPLES = ROOT / "fixtures"


def main() -> int:
    """0 where shellcheck is content with every file."""
    tracked = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        check=True,
        capture_output=True,
    ).stdout
    paths = [ROOT / os.fsdecode(name) for name in tracked.split(b"\0") if name]
    scripts = [path for path in paths if path.is_file() and _is_shell(path)]
    own = [path for path in scripts if EXAMPLES not in path.parents]
    examples = [path for path in scripts if EXAMPLES in path.parents]
    codes = [_check(own, "style"), _check(examples, "error")]
    print(f"shellcheck: {len(own)} own texts, {len(examples)} examples")
    return max(codes)


def _is_shell(path: Path) -> bool:
    if path.suffix == ".j2":  # tests check what templates render
        return False
    if path.suffix in {".sh", ".bash"}:
        return True
    with path.open("rb") as file:
        first = file.readline(80)
    return first.startswith(b"#!") and first.rstrip().endswith((b"sh", b"bash"))


def _check(paths: list[Path], severity: str) -> int:
    if not paths:
        return 0
    argv = [str(SHELLCHECK), f"--severity={severity}", "--", *map(str, paths)]
    return subprocess.run(argv, cwd=ROOT, check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
