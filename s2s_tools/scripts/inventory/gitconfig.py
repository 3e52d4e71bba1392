"""Reads git's configuration files without running git."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator

from s2s_tools.system import git

Config = dict[str, str]

_INCLUDES = ("include.", "includeif.")
_ESCAPES = {"n": "\n", "t": "\t", "b": "\b", "\\": "\\", '"': '"'}


def local(common_dir: bytes, git_dir: bytes | None = None) -> Config:
    """What the repository itself says, and the worktree where it may."""
    found = _read(os.path.join(common_dir, b"config"))
    if true(found.get("extensions.worktreeconfig", "false")):
        found |= _read(os.path.join(git_dir or common_dir, b"config.worktree"))
    return found


def effective(common_dir: bytes, git_dir: bytes) -> Config:
    """What holds in a worktree, the machine's and the user's settings included."""
    found: Config = {}
    for path in _outer_files():
        found |= _read(path)
    found |= local(common_dir, git_dir)
    if any(key.startswith(_INCLUDES) for key in found):
        return _ask_git(git_dir)
    return found


def true(value: str) -> bool:
    """Whether git reads that value as true."""
    return value.lower() in {"true", "yes", "on", "1", ""}


def parse(text: str) -> Config:
    """The settings of one file, keys as `section.sub.name`, the last one wins."""
    found: Config = {}
    section = ""
    for line in _logical_lines(text):
        rest = line
        if line.startswith("["):
            head, _, rest = line[1:].partition("]")
            section = _section(head)
            rest = rest.lstrip()
        if not rest or rest[0] in "#;":
            continue
        name, equals, value = rest.partition("=")
        key = name.strip().lower()
        found[f"{section}.{key}"] = _value(value.strip()) if equals else "true"
    return found


def _logical_lines(text: str) -> Iterator[str]:
    held = ""
    for line in text.splitlines():
        held += line
        if len(held) - len(held.rstrip("\\")) & 1:
            held = held[:-1]
            continue
        yield held.strip()
        held = ""
    if held:
        yield held.strip()


def _section(head: str) -> str:
    name, quote, sub = head.partition('"')
    name = name.strip().lower()
    return f"{name}.{sub.removesuffix(quote)}" if quote else name


def _value(text: str) -> str:
    out: list[str] = []
    quoted = False
    letters = iter(text)
    for letter in letters:
        if letter == "\\":
            following = next(letters, "")
            out.append(_ESCAPES.get(following, following))
        elif letter == '"':
            quoted = not quoted
        elif letter in "#;" and not quoted:
            return "".join(out).rstrip()
        else:
            out.append(letter)
    return "".join(out)


def _outer_files() -> Iterable[bytes]:
    home = os.environb.get(b"HOME", b"")
    own = os.environb.get(b"XDG_CONFIG_HOME") or os.path.join(home, b".config")
    yield b"/etc/gitconfig"
    user = os.environb.get(b"GIT_CONFIG_GLOBAL")
    if user is not None:
        yield user
        return
    yield os.path.join(own, b"git", b"config")
    yield os.path.join(home, b".gitconfig")


def _read(path: bytes) -> Config:
    try:
        with open(path, "rb") as stream:
            return parse(stream.read().decode("utf-8", "surrogateescape"))
    except OSError:
        return {}


def _ask_git(git_dir: bytes) -> Config:
    found: Config = {}
    listed = git.output(git_dir, "config", "--list", "-z", "--includes")
    for item in listed.decode("utf-8", "surrogateescape").split("\0"):
        key, newline, value = item.partition("\n")
        if key:
            found[key] = value if newline else "true"
    return found
