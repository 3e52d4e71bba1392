"""Which files are scripts, by name and by first line."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import NamedTuple

EXTENSIONS = (b".sh", b".bash", b".zsh", b".ksh")
FOLDERS = frozenset({b"node_modules", b"deps", b"_build", b".venv"})
# What a name says: no script, a shell script, a script of another kind that was
# asked for, or that the file's first line must say.
NOT, SHELL, OTHER, LINE = range(4)
_SHELLS = frozenset(
    b"sh bash dash ash zsh ksh ksh93 mksh pdksh oksh lksh rbash yash busybox".split()
)


class Scope(NamedTuple):
    """What a scan looks for.

    Shell scripts by `extensions` and, where `shebangs`, extension-less files by
    their first line; other files by `include`. `exclude` wins over all. With
    `ignored` the ignored files and the folders of dependencies are in as well.
    Patterns: `*` and `?` stop at a slash, `**` does not; one without a slash is
    for the file's name anywhere.
    """

    extensions: tuple[bytes, ...] = EXTENSIONS
    shebangs: bool = True
    include: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()
    ignored: bool = False


class Names:
    """A scope's answer for a file's path alone."""

    def __init__(self, what: Scope) -> None:
        self.extensions = what.extensions
        self.exclude = matcher(what.exclude)
        self.include = matcher(what.include)
        self._shebangs = what.shebangs

    def kind(self, path: bytes) -> int:
        """NOT, SHELL, LINE or OTHER."""
        if self.exclude and self.exclude.fullmatch(path):
            return NOT
        if path.endswith(self.extensions):
            return SHELL
        return self.beside(path)

    def beside(self, path: bytes) -> int:
        """The same for a path without a shell's extension, exclusion aside."""
        if self.include and self.include.fullmatch(path):
            return OTHER
        return LINE if self._shebangs and is_bare(path) else NOT


def is_bare(path: bytes) -> bool:
    """Whether a path's name has no extension (a leading dot begins none)."""
    return path.rfind(b".") <= path.rfind(b"/") + 1


def is_shell_line(head: bytes) -> bool:
    """Whether a file's first bytes are the `#!` line of a shell."""
    if not head.startswith(b"#!"):
        return False
    words = head[2:].split(b"\n", 1)[0].split()
    if words and words[0].rpartition(b"/")[2] == b"env":
        words = [word for word in words[1:] if not _is_env_option(word)]
    return bool(words) and words[0].rpartition(b"/")[2] in _SHELLS


def matcher(patterns: Iterable[str]) -> re.Pattern[bytes] | None:
    """One expression for all patterns, to `fullmatch` a path; None without any."""
    parts = [_translate(pattern) for pattern in patterns]
    return re.compile(b"|".join(parts), re.DOTALL) if parts else None


def _is_env_option(word: bytes) -> bool:
    return word.startswith(b"-") or b"=" in word


def _translate(pattern: str) -> bytes:
    anywhere = "" if "/" in pattern.strip("/") else "(?:.*/)?"
    inside = "/.*" if pattern.endswith("/") else ""
    text = anywhere
    rest = pattern.strip("/")
    while rest:
        for glob, expression in _GLOBS:
            if rest.startswith(glob):
                text, rest = text + expression, rest[len(glob) :]
                break
        else:
            text, rest = text + re.escape(rest[0]), rest[1:]
    return (text + inside).encode("utf-8", "surrogateescape")


_GLOBS = (("**/", "(?:.*/)?"), ("**", ".*"), ("*", "[^/]*"), ("?", "[^/]"))
