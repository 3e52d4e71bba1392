"""The one place that starts a process."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple

from s2s_tools import errors

if TYPE_CHECKING:
    import selectors

_POLL = 0.05  # seconds between two looks at the clock
_CHUNK = 1 << 16


class Result(NamedTuple):
    """What a finished process left: exit code, stdout, stderr (bytes)."""

    code: int
    out: bytes
    err: bytes


class Bounded(NamedTuple):
    """What a process left that was watched; `stopped`: why it was ended, or ""."""

    code: int
    out: bytes
    err: bytes
    stopped: str = ""


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


def bounded(
    argv: Sequence[str | bytes],
    *,
    env: Mapping[str, str],
    cwd: bytes,
    timeout: float,
    most: int,
    watch: Callable[[], str] | None = None,
    pass_fds: Sequence[int] = (),
) -> Bounded:
    """Run a program that nobody trusts: in its own session, killed as a group.

    It ends when it has run `timeout` seconds, has printed more than `most` bytes,
    or when `watch` gives a reason. Nothing that it started stays in its group.
    """
    import subprocess
    import time

    child = subprocess.Popen(
        argv,
        cwd=cwd,
        env=dict(env),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        start_new_session=True,
        pass_fds=pass_fds,
    )
    assert child.stdout is not None and child.stderr is not None
    texts = {child.stdout.fileno(): bytearray(), child.stderr.fileno(): bytearray()}
    end = time.monotonic() + timeout

    def why() -> str:
        reason = _excess(texts, most) or (watch() if watch else "")
        late = not reason and time.monotonic() > end
        return f"it did not finish in {timeout:g} s" if late else reason

    try:
        stopped = _follow(child.pid, texts, why)
    finally:
        _end(child.pid)
        code = child.wait()
        child.stdout.close()
        child.stderr.close()
    out, err = (bytes(text[:most]) for text in texts.values())
    return Bounded(code, out, err, stopped)


def _follow(pid: int, texts: dict[int, bytearray], why: Callable[[], str]) -> str:
    """Read what a child prints until it ends, "", or `why` gives a reason."""
    import selectors

    with selectors.DefaultSelector() as selector:
        for fd in texts:
            selector.register(fd, selectors.EVENT_READ)
        while True:
            ended = _has_ended(pid)
            more = _take(selector, texts, patience=0 if ended else _POLL)
            if ended and not more:
                return ""
            if reason := why():
                return reason


def _take(
    selector: selectors.BaseSelector, texts: dict[int, bytearray], *, patience: float
) -> bool:
    """Read what is there; whether there was something."""
    import time

    if not selector.get_map():
        time.sleep(patience / 10)
        return False
    ready = selector.select(patience)
    for key, _ in ready:
        part = os.read(key.fd, _CHUNK)
        texts[key.fd] += part
        if not part:
            selector.unregister(key.fd)
    return bool(ready)


def _has_ended(pid: int) -> bool:
    """Whether a child has ended; it is not reaped, so its number stays its own."""
    how = os.WEXITED | os.WNOHANG | os.WNOWAIT
    return os.waitid(os.P_PID, pid, how) is not None


def _excess(texts: Mapping[int, bytearray], most: int) -> str:
    if any(len(text) > most for text in texts.values()):
        return f"it printed more than {most} bytes"
    return ""


def _end(group: int) -> None:
    """Kill a process group to its last member."""
    import signal
    from contextlib import suppress

    with suppress(ProcessLookupError, PermissionError):
        os.killpg(group, signal.SIGKILL)
