"""The one place that starts a process."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from s2s_tools import errors


@dataclass(frozen=True, slots=True)
class Result:
    """What a finished process left: exit code, stdout, stderr (bytes)."""

    code: int
    out: bytes
    err: bytes


def run(
    argv: Sequence[str | bytes],
    *,
    cwd: str | bytes | None = None,
    env: Mapping[str, str] | None = None,
    input: bytes = b"",
    timeout: float | None = None,
    pass_fds: Sequence[int] = (),
) -> Result:
    """Run a program to its end; no shell, no inherited stdin.

    Raises errors.NotFound when the program does not exist and
    errors.S2SError when `timeout` (seconds) has passed.
    """
    import subprocess  # slow to import, and most runs start no process

    try:
        done = subprocess.run(
            argv,
            cwd=cwd,
            env=dict(env) if env is not None else None,
            input=input,
            capture_output=True,
            timeout=timeout,
            check=False,
            pass_fds=pass_fds,
        )
    except FileNotFoundError as exc:
        if cwd is not None and not os.path.isdir(cwd):
            raise errors.NotFound(f"no such folder: {os.fsdecode(cwd)}") from exc
        name = os.fsdecode(argv[0])
        raise errors.NotFound(f"{name} is not installed; install it") from exc
    except subprocess.TimeoutExpired as exc:
        name = os.fsdecode(argv[0])
        raise errors.S2SError(f"{name} did not finish in {timeout} s") from exc
    return Result(done.returncode, done.stdout, done.stderr)


def interactive(argv: Sequence[str | bytes]) -> int:
    """Run a program with this terminal as its own; its exit code as a shell has it.

    An interrupt is the program's business while it runs. Raises errors.NotFound
    where it does not exist or cannot be run.
    """
    import subprocess

    try:
        child = subprocess.Popen(argv)
    except OSError as exc:
        name = os.fsdecode(argv[0])
        raise errors.NotFound(f"{name} cannot be run: {exc.strerror}") from exc
    while True:
        try:
            code = child.wait()
        except KeyboardInterrupt:
            continue
        return code if code >= 0 else 128 - code
