"""Does a script use the place it stands at? A lexical screen: in doubt, yes."""

from __future__ import annotations

import re
from typing import Final, NamedTuple

from s2s_tools.scripts.manifest import active

_SHELLS: Final = frozenset(
    {"sh", "bash", "dash", "ash", "ksh", "ksh93", "mksh", "pdksh", "zsh", "yash"}
)
_EXTENSIONS: Final = (b".sh", b".bash", b".zsh", b".ksh")
_SHEBANG: Final = re.compile(rb"#![ \t]*(\S+)((?:[ \t]+\S+)*)")
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
    read = active.text(script.decode("latin-1"))
    hits = [
        (found.start(), what)
        for what, pattern in _USES
        if (found := pattern.search(read)) is not None
    ]
    if not hits:
        return None
    at, what = min(hits)
    return Use(what, read.count("\n", 0, at) + 1)


def is_shell(path: bytes, script: bytes) -> bool:
    """By the interpreter it names; without one, by its extension."""
    found = _SHEBANG.match(script)
    if found is None:
        return path.lower().endswith(_EXTENSIONS)
    words = [found[1], *found[2].split()]
    names = [word.rsplit(b"/", 1)[-1].decode("latin-1") for word in words]
    if names[0] == "env":
        names = [n for n in names[1:] if not n.startswith("-") and "=" not in n]
    return bool(names) and names[0] in _SHELLS
