"""Whether a run kept what it has to keep: the body, its arguments, its process."""

from __future__ import annotations

import atexit
import functools
import os
import shlex
import shutil
import subprocess
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from s2s_tools.scripts.wrappers import look, resolve
from s2s_tools.scripts.wrappers.model import ExecWrapper
from tests.scripts.wrappers import shells
from tests.scripts.wrappers.shells import Shell
from tests.scripts.wrappers.worlds import Call, World

# What a shell sets for itself, whichever script it runs.
_SHELL_OWN: Final = frozenset({"_", "PWD", "OLDPWD", "SHLVL", "A__z", "S2S_SELF"})
_FAILED: Final = {126: "a wrapper stands where", 127: "is in none of its places"}


@dataclass(frozen=True)
class Record:
    """What the probe said of itself."""

    fields: Mapping[str, bytes]
    arguments: tuple[bytes, ...]
    env: Mapping[str, bytes]
    stdin: bytes


def problems(shell: Shell, call: Call, row: ExecWrapper) -> list[str]:
    """What is wrong with the outcome of one run; nothing, if all is kept."""
    done = shells.run(shell, call)
    wrong = [f"{path.name} was made" for path in call.absent if path.exists()]
    if done.returncode != call.code:
        wrong.append(f"exit {done.returncode}, not {call.code}")
    expected = predicted(call, row)
    if expected.code != (0 if call.who else call.code):
        wrong.append(f"the rules say {expected.code}: {expected.why}")
    if not call.who:
        return wrong + _wrong_failure(call, done)
    if done.stderr:
        wrong.append(f"stderr {done.stderr!r}")
    record = _parse(done.stdout)
    if record is None:
        return [*wrong, f"no body ran: {done.stdout!r}"]
    wrong += _wrong_record(shell, call, record)
    wrong += _wrong_environment(shell, call, record.env)
    start = os.fsencode(call.cwd)
    ran, ruled = record.fields["zero"], expected.body or b""
    if not os.path.samefile(os.path.join(start, ran), os.path.join(start, ruled)):
        wrong.append(f"ran {ran!r}, the rules say {ruled!r}")
    return wrong


def predicted(call: Call, row: ExecWrapper) -> resolve.Resolution:
    """What the rules in Python say of the same call."""
    path = os.fsencode(call.file or call.path)
    environ = {
        os.fsencode(k): os.fsencode(v) for k, v in shells.environment(call).items()
    }
    return resolve.resolve(
        row,
        path if b"/" in path else b"./" + path,
        _From(os.fsencode(call.cwd)),
        environ=environ,
    )


class _From(look.Disk):
    """The disk as a process in `cwd` sees it."""

    def __init__(self, cwd: bytes) -> None:
        self.cwd = cwd

    def is_file(self, path: bytes) -> bool:
        return super().is_file(os.path.join(self.cwd, path))

    def link(self, path: bytes) -> bytes | None:
        return super().link(os.path.join(self.cwd, path))

    def read(self, path: bytes) -> bytes | None:
        return super().read(os.path.join(self.cwd, path))


def _wrong_failure(call: Call, done: subprocess.CompletedProcess[bytes]) -> list[str]:
    wrong = [] if done.stdout == b"" else [f"a body ran: {done.stdout!r}"]
    said = done.stderr.decode("utf-8", "replace")
    if said.count("\n") != 1 or _FAILED[call.code] not in said:
        wrong.append(f"not one clear line: {said!r}")
    return wrong


def _parse(out: bytes) -> Record | None:
    head, found, rest = out.partition(b"\0env\0")
    env, also, stdin = rest.partition(b"\0stdin\0")
    if not found or not also:
        return None
    pairs = [item.partition(b"=") for item in head.split(b"\0")]
    return Record(
        fields={key.decode(): value for key, _, value in pairs if key != b"arg"},
        arguments=tuple(value for key, _, value in pairs if key == b"arg"),
        env={
            os.fsdecode(key): value
            for key, _, value in (item.partition(b"=") for item in env.split(b"\0"))
        },
        stdin=stdin,
    )


def _wrong_record(shell: Shell, call: Call, record: Record) -> list[str]:
    said = record.fields
    cwd = os.path.realpath(os.fsencode(call.cwd)) + b"\n."
    checks = {
        f"ran the body {said['who']!r}": said["who"] == call.who.encode(),
        "arguments": record.arguments == shells.arguments(shell, call),
        "stdin": record.stdin == shells.STDIN,
        "umask": said["umask"] == b"%04o" % shells.UMASK,
        "working directory": said["cwd"] == cwd,
        "another process": said["self"].startswith(said["pid"] + b":"),
    }
    return [what for what, right in checks.items() if not right]


def _wrong_environment(shell: Shell, call: Call, env: Mapping[str, bytes]) -> list[str]:
    """Compare with a script that does nothing but run the body, in that shell."""
    given = {k: os.fsencode(v) for k, v in shells.environment(call).items()}
    plain = _plain_environment(shell, call)
    wrong = [
        f"{name} is {env.get(name)!r}, not {plain.get(name)!r}"
        for name in given.keys() - _SHELL_OWN - call.dropped
        if env.get(name) != plain.get(name)
    ]
    names = (env.keys() ^ plain.keys()) - _SHELL_OWN - call.dropped
    wrong += [f"{name} is set or unset" for name in names]
    leaked = {name for name in env if name.startswith("_s2s")}
    return wrong + [f"{n} leaked" for n in leaked if env[n] != given.get(n)]


@functools.cache
def _control() -> Path:
    """A script that runs a probe and does nothing else."""
    folder = Path(tempfile.mkdtemp(prefix="s2s-control-"))
    atexit.register(shutil.rmtree, folder)
    world = World(folder)
    body = world.body(folder, "control", "body.sh")
    text = f'#!/bin/sh\nexec /bin/sh {shlex.quote(str(body))} "$@"\n'
    return world.write(folder / "run.sh", text.encode())


def _plain_environment(shell: Shell, call: Call) -> Mapping[str, bytes]:
    key = (shell, call.by == "name", tuple(sorted(shells.environment(call).items())))
    if key not in _PLAIN:
        path = str(_control())
        env = shells.environment(call)
        if call.by == "name":
            env["PATH"] = f"{_control().parent}:{os.defpath}"
            path = "run.sh"
        plain = Call(path=path, by=call.by, env=env, bare_env=True)
        record = _parse(shells.run(shell, plain).stdout)
        assert record is not None
        _PLAIN[key] = dict(record.env)
        if call.by == "name":
            _PLAIN[key]["PATH"] = os.fsencode(shells.environment(call)["PATH"])
    return _PLAIN[key]


_PLAIN: dict[object, dict[str, bytes]] = {}
