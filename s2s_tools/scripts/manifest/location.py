"""Does a script use the place it stands at? A lexical screen: in doubt, yes."""

from __future__ import annotations

import re
from typing import Final, NamedTuple

from s2s_tools.scripts.inventory import scope
from s2s_tools.scripts.manifest import active
from s2s_tools.scripts.syntax import preamble

_USES: Final = tuple(
    (name, re.compile(pattern, re.MULTILINE))
    for name, pattern in (
        ("$0", r"\$0|\$\{[#!^]?0(?![0-9])|\bBASH_ARGV0\b"),
        ("BASH_SOURCE", r"\bBASH_SOURCE\b"),
        ("zsh's name of the script", r"\bZSH_(?:ARGZERO|SCRIPT)\b|\$\{\([^)]*%"),
        ("zsh's file traces", r"\bfunc(?:file|source)trace\b"),
        ("ksh's .sh.file", r"\.sh\.file\b"),
        ("readlink", r"\breadlink\b"),
        ("realpath", r"\brealpath\b"),
        ("caller", r"(?:^|[;&|(`])[ \t]*(?:builtin[ \t]+)?caller\b"),
        ("/proc", r"/proc/(?:self|\$)|\bps\b[^\n]*\$\$"),
        ("$_", r"\$_(?![A-Za-z0-9_])|\$\{_\}"),
    )
)


class Use(NamedTuple):
    """What in a script depends on its own place: the word and its line."""

    what: str
    line: int


def find(script: bytes) -> Use | None:
    """The first use of its own location; None where the script surely has none."""
    whole = preamble.blanked(script).decode("latin-1")
    if _first(whole) is None:
        return None  # not even in a comment
    read = active.text(whole)
    found = _first(read)
    if found is None:
        return None
    at, what = found
    return Use(what, read.count("\n", 0, at) + 1)


def _first(text: str) -> tuple[int, str] | None:
    """The first use in `text`: where and what."""
    hits = (
        (found.start(), what)
        for what, pattern in _USES
        if (found := pattern.search(text)) is not None
    )
    return min(hits, default=None)


def is_shell(path: bytes, script: bytes) -> bool:
    """By the interpreter it names; without one, by its extension."""
    if script.startswith(b"#!"):
        return scope.is_shell_line(script[:256])
    return path.endswith(scope.EXTENSIONS)
