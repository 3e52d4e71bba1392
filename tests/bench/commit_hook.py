"""What the commit hook costs; `python -m tests.bench.commit_hook` prints it."""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Final

from tests.bench import estates

LIMIT: Final = 0.3  # seconds of CPU, git and the interpreter included
SHAPE: Final = estates.Shape(20, 2000)
PACKAGE_PARENT: Final = Path(__file__).parents[2]
IDENTITY: Final = ("-c", "user.name=Bench", "-c", "user.email=b@example.invalid")


def main(argv: list[str] | None = None) -> int:
    """0 where checking a one-file commit takes at most LIMIT."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=15)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args(argv)
    with tempfile.TemporaryDirectory(prefix="s2s-bench-") as folder:
        root = Path(folder) / "estate"
        build(root)
        seconds = measure(root, options.rounds)
    worst = max(seconds.values())
    document = {"schema": 1, "cpu_seconds": seconds, "limit": LIMIT}
    lines = [f"{name:34} {spent:.3f} s CPU" for name, spent in seconds.items()]
    print(json.dumps(document) if options.json else "\n".join(lines))
    return int(worst > LIMIT)


def build(root: Path) -> None:
    """The estate, with a manifest that was committed."""
    estates.build(root, SHAPE)
    _s2s(root, "manifest", "build", "--json")
    _git(root, "add", ".s2s")
    _git(root, *IDENTITY, "commit", "-q", "-m", "manifest")


def measure(root: Path, rounds: int) -> dict[str, float]:
    """Median CPU of the hook for a commit that passes, and one that does not."""
    script = next(path for path in sorted(root.rglob("*.sh")))
    text = script.read_bytes()
    script.write_bytes(text + b"# changed\n")
    _git(root, "add", "-A")
    passes = statistics.median(_spent(root, 0) for _ in range(rounds))
    _git(root, "reset", "-q", "--hard")
    (root / "copy.sh").write_bytes(text)
    _git(root, "add", "-A")
    refused = statistics.median(_spent(root, 1) for _ in range(rounds))
    linked = root.parent / f"{root.name}-trees" / "w003"
    (linked / "new.sh").write_bytes(b"#!/bin/sh\necho new\n")
    _git(linked, "add", "-A")
    in_linked = statistics.median(_spent(linked, 0) for _ in range(rounds))
    return {
        "one file, passes": passes,
        "one file, refused as a copy": refused,
        "one file in a linked worktree": in_linked,
    }


def _spent(folder: Path, code: int) -> float:
    """CPU of one hook process and its children, which must end with `code`."""
    before = os.times()
    done = _s2s(folder, "hooks", "run", "pre-commit", check=False)
    after = os.times()
    assert done.returncode == code, done
    user = after.children_user - before.children_user
    return user + after.children_system - before.children_system


def _s2s(
    folder: Path, *words: str, check: bool = True
) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(
        [sys.executable, "-P", "-m", "s2s_tools", *words],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(PACKAGE_PARENT)},
        capture_output=True,
        check=check,
    )


def _git(folder: Path, *words: str) -> None:
    subprocess.run(["git", *words], cwd=folder, check=True)


if __name__ == "__main__":
    sys.exit(main())
