"""What a wrapper costs; `python -m tests.bench.wrapper_overhead` prints it."""

from __future__ import annotations

import argparse
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Final

from s2s_tools.scripts.wrappers import render
from s2s_tools.scripts.wrappers.model import ExecWrapper

LIMIT: Final = 0.25
NAME: Final = "scripts/build.sh"
STORE: Final = ".s2s/canonical"
BODY: Final = "#!/bin/sh\nexit 0\n"
# How such wrappers are usually written: dirname, git, then the body.
ASKS_GIT: Final = f"""#!/bin/sh
root=$(git -C "$(dirname "$0")" rev-parse --show-toplevel) || exit 127
exec "$root/{STORE}/{NAME}" "$@"
"""
# The least that asks git: one call, no fallback, no check. For information.
LEAST: Final = f"""#!/bin/sh
root=$(git -C "${{0%/*}}" rev-parse --show-toplevel) || exit 127
exec "$root/{STORE}/{NAME}" "$@"
"""
# What no wrapper in shell can be below: a shell that starts and is replaced.
FLOOR: Final = f"""#!/bin/sh
exec "${{0%/*}}/../{STORE}/{NAME}" "$@"
"""


def main(argv: list[str] | None = None) -> int:
    """0 where the wrapper adds at most LIMIT of what one that asks git adds."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=300)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args(argv)
    with tempfile.TemporaryDirectory(prefix="s2s-bench-") as folder:
        commands = build(Path(folder))
        times = measure(commands, options.rounds)
    added = {name: times[name] - times["body"] for name in times}
    ratio = added["wrapper"] / added["asks git"]
    document = {
        "schema": 1,
        "rounds": options.rounds,
        "seconds": times,
        "ratio": ratio,
        "ratio_to_the_least": added["wrapper"] / added["asks git, the least"],
        "limit": LIMIT,
    }
    print(json.dumps(document) if options.json else _table(times, added, ratio))
    return int(ratio > LIMIT)


def build(folder: Path) -> dict[str, list[str]]:
    """The same body behind each kind of front; how to call each."""
    row = ExecWrapper(
        id=NAME.encode(),
        path=NAME.encode(),
        body=f"{STORE}/{NAME}".encode(),
        project=b"bench",
    )
    wrapper = render.exec_wrapper(row)
    fronts = {
        "wrapper": wrapper,
        "asks git": ASKS_GIT.encode(),
        "asks git, the least": LEAST.encode(),
        "a shell that only execs": FLOOR.encode(),
    }
    for name, text in fronts.items():
        _repository(folder / name, text)
    root = folder / "wrapper"
    _git(root, "worktree", "add", "-q", "--detach", "../linked")
    (root / "link.sh").symlink_to(f"{STORE}/{NAME}")
    commands = {
        "body": [f"{root}/{STORE}/{NAME}"],
        "link to the body": [f"{root}/link.sh"],
        "wrapper, body in the main tree": [f"{folder}/linked/{NAME}"],
    }
    for name in fronts:
        commands[name] = [f"{folder}/{name}/{NAME}"]
    for shell in ("bash", "zsh"):
        found = shutil.which(shell)
        if found:
            commands[f"wrapper in {shell}"] = [found, f"{root}/{NAME}"]
    return commands


def measure(commands: dict[str, list[str]], rounds: int) -> dict[str, float]:
    """The median time of each, in seconds; all take turns in every round."""
    taken: dict[str, list[float]] = {name: [] for name in commands}
    for number in range(rounds + 5):
        for name, argv in commands.items():
            seconds = _once(argv)
            if number >= 5:  # the first ones warm the caches
                taken[name].append(seconds)
    return {name: statistics.median(values) for name, values in taken.items()}


def _once(argv: list[str]) -> float:
    start = time.perf_counter()
    process = os.posix_spawn(argv[0], argv, os.environ)
    _, status = os.waitpid(process, 0)
    seconds = time.perf_counter() - start
    if status:
        raise SystemExit(f"{argv} failed: {status}")
    return seconds


def _repository(root: Path, front: bytes) -> None:
    root.mkdir()
    _git(root, "init", "-q", "-b", "main")
    _write(root / NAME, front)
    _git(root, "add", "-A")
    _git(root, "-c", "user.name=a", "-c", "user.email=a@b", "commit", "-q", "-m", "x")
    _write(root / STORE / NAME, BODY.encode())


def _write(path: Path, data: bytes) -> None:
    path.parent.mkdir(parents=True)
    path.write_bytes(data)
    path.chmod(0o755)


def _git(cwd: Path, *args: str) -> None:
    subprocess.run(["git", *args], cwd=cwd, check=True, capture_output=True)


def _table(times: dict[str, float], added: dict[str, float], ratio: float) -> str:
    width = max(map(len, times))
    lines = [f"{'':{width}}  median ms   added ms"]
    lines += [
        f"{name:{width}}  {times[name] * 1000:9.2f}  {added[name] * 1000:9.2f}"
        for name in sorted(times, key=times.__getitem__)
    ]
    verdict = "ok" if ratio <= LIMIT else "TOO MUCH"
    version = subprocess.run(
        ["git", "--version"], check=True, capture_output=True, text=True
    ).stdout.strip()
    sh = os.path.realpath("/bin/sh")
    lines.append(f"{version}; /bin/sh is {sh}; load {os.getloadavg()[0]:.1f}")
    for peer in ("a shell that only execs", "wrapper"):
        share = added[peer] / added["asks git, the least"]
        lines.append(f"{peer} / asks git, the least, added time: {share:.3f}")
    lines.append(
        f"wrapper / asks git, added time: {ratio:.3f} (at most {LIMIT}) {verdict}"
    )
    return "\n".join(lines)


if __name__ == "__main__":
    sys.exit(main())
