"""Says which paths git converts, so that their blob ids do not speak of raw bytes."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Sequence

from s2s_tools.scripts.inventory.gitconfig import Config
from s2s_tools.system import git

CONVERTED, LFS = "converted", "lfs"
_NAMES = ("text", "eol", "crlf", "ident", "filter", "working-tree-encoding")
_WORD = re.compile(rb"\b(text|eol|crlf|ident|filter|working-tree-encoding)\b|\[attr\]")
_PLAIN = frozenset({b"unspecified", b"unset"})


def outer_converts(common_dir: bytes, config: Config) -> bool:
    """Whether an attribute file outside the worktrees converts anything."""
    home = os.environb.get(b"HOME", b"")
    own = os.environb.get(b"XDG_CONFIG_HOME") or os.path.join(home, b".config")
    named = os.fsencode(config.get("core.attributesfile", ""))
    if named.startswith(b"~/"):
        named = os.path.join(home, named[2:])
    files = [
        b"/etc/gitattributes",
        named or os.path.join(own, b"git", b"attributes"),
        os.path.join(common_dir, b"info", b"attributes"),
    ]
    return any_converts(path for path in files if os.path.exists(path))


def any_converts(paths: Iterable[bytes]) -> bool:
    """Whether one of these attribute files names an attribute that converts.

    One that cannot be read may: git can have it from its index.
    """
    for path in paths:
        try:
            with open(path, "rb") as stream:
                if _WORD.search(stream.read()):
                    return True
        except OSError:
            return True
    return False


def converts_line_ends(config: Config) -> bool:
    """Whether git converts line ends that no attribute speaks of."""
    return config.get("core.autocrlf", "false").lower() not in {"false", "no", "off"}


def ask(
    folder: bytes, git_dir: bytes, paths: Sequence[bytes], config: Config
) -> dict[bytes, str]:
    """The paths that git converts on their way into the worktree, and how."""
    told = git.run(
        folder,
        "check-attr",
        "-z",
        "--stdin",
        *_NAMES,
        input=b"".join(path + b"\0" for path in paths),
        env=git.without_index(git_dir),
    ).out.split(b"\0")
    by_default = converts_line_ends(config)
    found: dict[bytes, str] = {}
    for path, name, value in zip(told[0::3], told[1::3], told[2::3], strict=False):
        if value == b"lfs" and name == b"filter":
            found[path] = LFS
        elif value not in _PLAIN or (
            by_default and name == b"text" and value != b"unset"
        ):
            found.setdefault(path, CONVERTED)
    return found
