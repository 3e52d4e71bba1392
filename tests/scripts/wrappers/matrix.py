"""Every world in every shell; `python -m tests.scripts.wrappers.matrix` prints it."""

from __future__ import annotations

import atexit
import functools
import os
import shlex
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final, NamedTuple

from s2s_tools.scripts.wrappers import look, render, resolve
from s2s_tools.scripts.wrappers.model import ExecWrapper
from tests.scripts.wrappers import worlds
from tests.scripts.wrappers.worlds import Call, World

ARGUMENTS: Final = (
    *(b"", b"a b", b"*", b"-e", b"--", b"new\nline", b"'\"`$(touch hit)\\"),
    *("größe".encode(), b"\\n%s", b"last "),
)
STDIN: Final = b"in\0put\xff\n"
UMASK: Final = 0o027
# What a shell sets for itself, whichever script it runs.
_SHELL_OWN: Final = frozenset({"_", "PWD", "OLDPWD", "SHLVL", "A__z", "S2S_SELF"})
_FAILED: Final = {126: "a wrapper stands where", 127: "is in none of its places"}


class Shell(NamedTuple):
    """A way to run a script: the words before its path; none: the kernel's way."""

    words: tuple[str, ...]
    required: bool = True
    looks_on_path: bool = False  # `sh name` is searched on PATH
    needs_locale: bool = False  # drops arguments that its locale cannot read

    @property
    def program(self) -> str:
        return self.words[0] if self.words else "sh"


SHELLS: Final = {
    "exec": Shell(()),
    "bash": Shell(("bash",), looks_on_path=True),
    "bash --posix": Shell(("bash", "--posix"), looks_on_path=True),
    "bash -eua": Shell(("bash", "-eua"), looks_on_path=True),
    "dash": Shell(("dash",)),
    "dash -eua": Shell(("dash", "-eua")),
    "busybox sh": Shell(("busybox", "sh")),
    "zsh": Shell(("zsh",)),
    "zsh as sh": Shell(("zsh", "--emulate", "sh")),
    "ksh93": Shell(("ksh93",), required=False, looks_on_path=True),
    "mksh": Shell(("mksh",), required=False),
    "yash": Shell(("yash",), required=False, needs_locale=True),
    "bash 3.2": Shell(("bash-3.2",), required=False, looks_on_path=True),
}


@dataclass(frozen=True)
class Record:
    """What the probe said of itself."""

    fields: Mapping[str, bytes]
    arguments: tuple[bytes, ...]
    env: Mapping[str, bytes]
    stdin: bytes


def applies(shell: Shell, call: Call) -> bool:
    """Whether that shell has that way of calling at all."""
    return call.by != "path lookup" or shell.looks_on_path


def run(shell: Shell, call: Call) -> subprocess.CompletedProcess[bytes]:
    """Run the wrapper of a world in a shell."""
    if call.by == "name":
        words = _words(shell) or [_program("sh")]
        return _run([*words, "-c", f'{call.path} "$@"', "x"], shell, call)
    if shell.words:
        dashes = ["--"] if call.path[0] in "-+" else []
        return _run([*_words(shell), *dashes, call.path], shell, call)
    # The kernel takes paths, and hands one with a leading dash on as an option.
    path = call.path if "/" in call.path else f"./{call.path}"
    return _run([f"./{path}" if path[0] in "-+" else path], shell, call)


def arguments(shell: Shell, call: Call) -> tuple[bytes, ...]:
    """What the wrapper is called with."""
    if shell.needs_locale and call.bare_env:
        return tuple(word for word in ARGUMENTS if word.isascii())
    return ARGUMENTS


def _words(shell: Shell) -> list[str]:
    return [*map(_program, shell.words[:1]), *shell.words[1:]]


def _run(
    argv: list[str], shell: Shell, call: Call
) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(
        [*argv, *arguments(shell, call)],
        cwd=call.cwd,
        env=environment(call),
        input=STDIN,
        capture_output=True,
        umask=UMASK,
        check=False,
        timeout=30,
    )


def environment(call: Call) -> dict[str, str]:
    """Exactly what the caller exports."""
    if call.bare_env:
        return dict(call.env)
    plain = {"PATH": os.environ["PATH"], "HOME": "/nonexistent", "LANG": "C.UTF-8"}
    return plain | {"S2S_TEST": " kept\nas it is "} | dict(call.env)


def problems(shell: Shell, call: Call, row: ExecWrapper) -> list[str]:
    """What is wrong with the outcome of one run; nothing, if all is kept."""
    done = run(shell, call)
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
    environ = {os.fsencode(k): os.fsencode(v) for k, v in environment(call).items()}
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
        "arguments": record.arguments == arguments(shell, call),
        "stdin": record.stdin == STDIN,
        "umask": said["umask"] == b"%04o" % UMASK,
        "working directory": said["cwd"] == cwd,
        "another process": said["self"].startswith(said["pid"] + b":"),
    }
    return [what for what, right in checks.items() if not right]


def _wrong_environment(shell: Shell, call: Call, env: Mapping[str, bytes]) -> list[str]:
    """Compare with a script that does nothing but run the body, in that shell."""
    given = {k: os.fsencode(v) for k, v in environment(call).items()}
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
    key = (shell, call.by == "name", tuple(sorted(environment(call).items())))
    if key not in _PLAIN:
        path = str(_control())
        env = environment(call)
        if call.by == "name":
            env["PATH"] = f"{_control().parent}:{os.defpath}"
            path = "run.sh"
        plain = Call(path=path, by=call.by, env=env, bare_env=True)
        record = _parse(run(shell, plain).stdout)
        assert record is not None
        _PLAIN[key] = dict(record.env)
        if call.by == "name":
            _PLAIN[key]["PATH"] = os.fsencode(environment(call)["PATH"])
    return _PLAIN[key]


_PLAIN: dict[object, dict[str, bytes]] = {}


class Result(NamedTuple):
    """One cell: the shell, the world, what was wrong; None: not applicable."""

    shell: str
    world: str
    wrong: tuple[str, ...] | None


def build(
    name: str, folder: Path, make: worlds.Render = render.exec_wrapper
) -> tuple[Call, ExecWrapper]:
    """Build one world; how to call its wrapper, and what that was made from."""
    world = World(folder, make)
    call = worlds.WORLDS[name](world)
    assert world.row is not None
    return call, world.row


def cell(shell: str, name: str, call: Call, row: ExecWrapper) -> Result:
    """Run one world in one shell."""
    way = SHELLS[shell]
    if not applies(way, call):
        return Result(shell, name, None)
    return Result(shell, name, tuple(problems(way, call, row)))


def every(
    folder: Path,
    shells: Iterable[str],
    make: worlds.Render = render.exec_wrapper,
    names: Iterable[str] = worlds.WORLDS,
) -> Iterator[Result]:
    """Each of the worlds, built below `folder`, in each of the shells."""
    shells = tuple(shells)
    for number, name in enumerate(names):
        call, row = build(name, folder / str(number), make)
        try:
            yield from (cell(shell, name, call, row) for shell in shells)
        finally:
            clean(call)


def clean(call: Call) -> None:
    """Remove what a world has put outside its own folder."""
    for place in (Path(call.path), *Path(call.path).parents):
        if place.parent == Path("/dev/shm") and place.name.startswith("s2s-"):
            shutil.rmtree(place)


def installed() -> list[str]:
    """The shells of the matrix that are on this machine."""
    return [name for name, shell in SHELLS.items() if shutil.which(shell.program)]


def _program(name: str) -> str:
    return shutil.which(name) or name


def main() -> int:
    """Print the table; 1 where a cell is wrong."""
    shells = installed()
    with tempfile.TemporaryDirectory(prefix="s2s-matrix-") as folder:
        results = list(every(Path(folder), shells))
    width = max(map(len, worlds.WORLDS))
    for number, shell in enumerate(shells, 1):
        print(f"{number:>{width + 3}}  {shell}")
    print(" " * width, *(f"{n:>3}" for n in range(1, len(shells) + 1)), sep="")
    for name in worlds.WORLDS:
        row = [result for result in results if result.world == name]
        print(f"{name:{width}}", *(f"{_mark(result):>3}" for result in row), sep="")
    bad = [result for result in results if result.wrong]
    for result in bad:
        print(f"{result.world} in {result.shell}: {'; '.join(result.wrong or ())}")
    ran = sum(result.wrong is not None for result in results)
    missing = [name for name in SHELLS if name not in shells]
    print(f"{ran} runs, {len(bad)} wrong; not installed: {', '.join(missing) or '-'}")
    return int(bool(bad))


def _mark(result: Result) -> str:
    if result.wrong is None:
        return "-"
    return "bad" if result.wrong else "ok"


if __name__ == "__main__":
    sys.exit(main())
