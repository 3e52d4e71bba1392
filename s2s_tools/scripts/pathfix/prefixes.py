"""Which folders to look for: what the user says, or where the repository has been."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterable
from typing import Final

from s2s_tools import errors
from s2s_tools.model import Repository, Worktree
from s2s_tools.scripts.pathfix.model import Place
from s2s_tools.scripts.syntax import preamble

_NAME: Final = re.compile(r"[A-Za-z_][A-Za-z_0-9]*")
_ENVIRONMENT: Final = re.compile(rb"(/.*)=([A-Z][A-Z_0-9]*)", re.DOTALL)
_OWN: Final = frozenset(
    {
        "BASH_SOURCE",
        "CDPATH",
        "ENV",
        "HOME",
        "IFS",
        "OLDPWD",
        "OPTARG",
        "OPTIND",
        "PATH",
        "PPID",
        "PS1",
        "PS2",
        "PS4",
        "PWD",
        "S2S_REPO",
        "S2S_SELF",
        "S2S_TREE",
        "SHELL",
        "UID",
        "USER",
    }
)


def root_variable(name: str) -> bytes:
    """The main tree's variable as scripts write it; raises errors.UsageFault."""
    if not _NAME.fullmatch(name) or name in _OWN or name.startswith("_s2s_"):
        raise errors.UsageFault(
            f"--root-var {name!r} cannot be used; take a name of your own, as S2S_ROOT"
        )
    return name.encode()


def given(prefixes: Iterable[bytes], root: bytes) -> tuple[Place, ...]:
    """The places of --prefix: `/p` is the main tree, `/p=HOME` that variable."""
    return _once(_place(prefix, root) for prefix in prefixes)


def known(
    repository: Repository, tree: Worktree, former: Iterable[str], root: bytes
) -> tuple[Place, ...]:
    """Where the repository is, where it was, and where the tree itself is."""
    found = [] if repository.bare else [Place(repository.root, root)]
    found += [_place(path.encode("utf-8", "surrogateescape"), root) for path in former]
    inside = repository.root.rstrip(b"/") + b"/"
    if tree.path != repository.root and not tree.path.startswith(inside):
        found.append(Place(tree.path, preamble.TREE))
    return _once(found)


def _place(prefix: bytes, root: bytes) -> Place:
    named = _ENVIRONMENT.fullmatch(prefix)
    path, variable = (named[1], named[2]) if named else (prefix, root)
    return Place(_checked(path), variable)


def _checked(path: bytes) -> bytes:
    shown = path.decode("utf-8", "replace")
    text = path.rstrip(b"/")
    if not path:
        raise errors.UsageFault("a prefix is empty; give an absolute folder")
    if not text:
        raise errors.UsageFault("the prefix / is every path; give a folder below it")
    if not text.startswith(b"/") or text.startswith(b"//"):
        raise errors.UsageFault(f"the prefix {shown} is not absolute; begin it with /")
    if posixpath.normpath(text) != text:
        raise errors.UsageFault(
            f"the prefix {shown} has . or .. or // in it; write it out"
        )
    if any(byte < 32 for byte in text):
        raise errors.UsageFault(f"the prefix {shown!r} has control characters")
    return text


def _once(places: Iterable[Place]) -> tuple[Place, ...]:
    """Each folder once, the first variable wins."""
    return tuple({place.path: place for place in reversed(list(places))}.values())[::-1]
