"""The shells of the matrix, and how a world's wrapper is called in each."""

from __future__ import annotations

import os
import shutil
import subprocess
from typing import Final, NamedTuple

from tests.scripts.wrappers.worlds import Call

ARGUMENTS: Final = (
    *(b"", b"a b", b"*", b"-e", b"--", b"new\nline", b"'\"`$(touch hit)\\"),
    *("größe".encode(), b"\\n%s", b"last "),
)
STDIN: Final = b"in\0put\xff\n"
UMASK: Final = 0o027


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


def _program(name: str) -> str:
    return shutil.which(name) or name
