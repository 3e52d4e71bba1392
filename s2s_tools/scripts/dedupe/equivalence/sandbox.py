"""A cage for scripts that nobody trusts: bubblewrap, and what it may see."""

from __future__ import annotations

import os
import re
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from s2s_tools import errors
from s2s_tools.scripts.dedupe.equivalence.model import Limits
from s2s_tools.system import process

PROGRAM: Final = "bwrap"
STUBS: Final = b"/run/s2s/stubs"
LOG: Final = b"/run/s2s/log"
_SYSTEM: Final = ("bin", "sbin", "lib", "lib32", "lib64", "libx32")
# Of /etc only what programs need to start; names and keys stay outside.
_ETC: Final = ("alternatives", "ld.so.cache", "ld.so.conf", "ld.so.conf.d")
_GONE_AFTER: Final = 5.0  # seconds for the kernel to end what was killed
_LAUNCH: Final = """\
umask 022
ulimit -c 0
ulimit -f {blocks} 2>/dev/null
ulimit -v {memory} 2>/dev/null
ulimit -u {processes} 2>/dev/null || ulimit -p {processes} 2>/dev/null
n=$1
shift
while [ "$n" -gt 0 ]; do
  (:)
  n=$((n - 1))
done
unset n
"$@"
exit $?
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Cage:
    """What one run sees: `mounts` are (where it lies, where it is seen).

    `stubs` and `log` hold the recording programs and what they record, `etc` the
    files that name the user. Not `confined`: it runs on the open machine, where
    each folder lies.
    """

    mounts: tuple[tuple[bytes, bytes], ...]
    stubs: bytes
    log: bytes
    etc: bytes
    home: bytes
    temp: bytes
    confined: bool = True


def trouble() -> str:
    """Why no script can be confined here; "" where one can."""
    program = _program()
    if program is None:
        return f"{PROGRAM} (bubblewrap) is not installed"
    argv = [program, *_walls(), *_machine(), "--remount-ro", "/", "/bin/sh", "-c", ":"]
    try:
        done = process.run(argv, env={"PATH": _path()}, timeout=10)
    except errors.S2SError as exc:
        return str(exc)
    if not done.code:
        return ""
    said = done.err.decode("utf-8", "replace").strip().splitlines()
    return f"{PROGRAM} is not permitted here ({said[-1] if said else done.code})"


def run(
    cage: Cage,
    argv: Sequence[bytes],
    *,
    cwd: bytes,
    limits: Limits,
    pids: int,
    watch: Callable[[], str],
) -> process.Bounded:
    """Run a program to its end or its limits; nothing of it is left alive.

    `pids` processes are started and ended before it, so that its number varies.
    """
    launch: list[str | bytes] = ["/bin/sh", "-c", _launcher(limits), "s2s", str(pids)]
    launch += argv
    if not cage.confined:
        return process.bounded(
            launch,
            env=_environment(cage),
            cwd=cwd,
            timeout=limits.timeout,
            most=limits.output,
            watch=watch,
        )
    told, tell = os.pipe()
    try:
        done = process.bounded(
            [*_bwrap(cage, cwd), "--info-fd", str(tell), "--", *launch],
            env=_environment(cage),
            cwd=b"/",
            timeout=limits.timeout,
            most=limits.output,
            watch=watch,
            pass_fds=(tell,),
        )
    finally:
        os.close(tell)
        with open(told, "rb") as stream:
            info = stream.read()
    found = re.search(rb'"child-pid": *(\d+)', info)
    if found is None:
        said = done.err.decode("utf-8", "replace").strip().splitlines()
        why = f"the sandbox did not start: {said[-1] if said else done.code}"
        return process.Bounded(done.code, b"", b"", why)
    _wait_for_end(int(found[1]))
    return done


def _bwrap(cage: Cage, cwd: bytes) -> Iterator[str | bytes]:
    yield _program() or PROGRAM
    yield from _walls()
    yield from _machine()
    for name in (b"passwd", b"group"):
        yield from ("--ro-bind", os.path.join(cage.etc, name), b"/etc/" + name)
    yield from ("--ro-bind", cage.stubs, STUBS, "--bind", cage.log, LOG)
    for source, target in cage.mounts:
        yield from ("--bind", source, target)
    yield from ("--remount-ro", "/", "--chdir", cwd)


def _program() -> str | None:
    import shutil

    return shutil.which(PROGRAM)


def _walls() -> tuple[str, ...]:
    """Own users, processes, network, names; no way back to a terminal or a right."""
    return (
        "--unshare-all",
        "--unshare-user",
        "--disable-userns",
        "--die-with-parent",
        "--new-session",
        "--cap-drop",
        "ALL",
        "--hostname",
        "s2s",
    )


def _machine() -> Iterator[str]:
    """The programs of this machine, read-only, and nothing else of it."""
    yield from ("--ro-bind", "/usr", "/usr")
    for name in _SYSTEM:
        path = f"/{name}"
        if os.path.islink(path):
            yield from ("--symlink", os.readlink(path), path)
        elif os.path.isdir(path):
            yield from ("--ro-bind", path, path)
    yield from ("--ro-bind-try", "/nix/store", "/nix/store")
    for name in _ETC:
        yield from ("--ro-bind-try", f"/etc/{name}", f"/etc/{name}")
    yield from ("--proc", "/proc", "--dev", "/dev")


def _environment(cage: Cage) -> dict[str, str]:
    stubs, home, temp = STUBS, cage.home, cage.temp
    if not cage.confined:
        stubs = cage.stubs
    return {
        "HOME": os.fsdecode(home),
        "PATH": f"{os.fsdecode(stubs)}:{_path()}",
        "TMPDIR": os.fsdecode(temp),
        "LANG": "C.UTF-8",
        "LC_ALL": "C.UTF-8",
        "LOGNAME": "user",
        "SHELL": "/bin/sh",
        "SOURCE_DATE_EPOCH": "1767225600",
        "TERM": "dumb",
        "TZ": "UTC",
        "USER": "user",
    }


def _path() -> str:
    return "/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin"


def _launcher(limits: Limits) -> str:
    return _LAUNCH.format(
        blocks=limits.file_size // 512,
        memory=limits.memory // 1024,
        processes=limits.processes + threads(),
    )


def threads() -> int:
    """All threads of the machine: older kernels count a user's everywhere."""
    try:
        with open("/proc/loadavg", "rb") as file:
            return int(file.read().split()[3].partition(b"/")[2])
    except (OSError, IndexError, ValueError):
        return 4096


def _wait_for_end(pid: int) -> None:
    """Wait until the first process of the cage is gone, and so all others."""
    end = time.monotonic() + _GONE_AFTER
    while time.monotonic() < end:
        try:
            with open(f"/proc/{pid}/stat", "rb") as file:
                state = file.read().rpartition(b")")[2].split()[0]
        except (FileNotFoundError, ProcessLookupError):
            return
        if state in (b"Z", b"X"):
            return
        time.sleep(0.002)
    raise errors.Refused(f"the confined process {pid} cannot be ended; end it by hand")
