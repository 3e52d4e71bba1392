"""What package manifests put into a package."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Callable, Iterator
from typing import Any, Final

from s2s_tools.scripts.syntax.mention import How, Mention, inside, line_of

_TOML_KEYS: Final = frozenset(
    {"include", "force-include", "script-files", "shared-scripts", "shared-data"}
    | {"package-data", "data-files", "artifacts", "extra-data", "assets", "source"}
)
_INCLUDE: Final = re.compile(
    rb"^[ \t]*(?:include|graft|recursive-include)[ \t]+([^\r\n]+)", re.MULTILINE
)
_QUOTED_SCRIPT: Final = re.compile(rb"[\"']([^\"'\n]*\.(?:sh|bash|zsh|ksh))[\"']")
_SIGIL: Final = re.compile(rb"files:\s*~w[\(\[{/|<]([^\)\]}/|>]*)[\)\]}/|>]")
_LIST: Final = re.compile(rb"files:\s*\[([^\]]*)\]")
_QUOTED: Final = re.compile(rb"[\"']([^\"'\n]+)[\"']")
# What an Elixir release or package holds whatever mix.exs says.
_MIX_ALWAYS: Final = (b"priv", b"rel/overlays")


def reads(path: bytes) -> bool:
    """Whether this is a package manifest, by its name in lower case."""
    return _reader(path) is not None


def packages(path: bytes, data: bytes) -> Iterator[Mention]:
    """The files that one package manifest packs."""
    reader = _reader(path.lower())
    if reader is None:
        return
    for offset, relative in reader(data):
        target = inside(posixpath.dirname(path), relative)
        if target is not None:
            yield Mention(path, line_of(data, offset), How.PACKS, target)


def _reader(path: bytes) -> Callable[[bytes], Iterator[tuple[int, bytes]]] | None:
    name = posixpath.basename(path)
    if name.endswith(b".gemspec"):
        return _quoted_scripts
    if re.fullmatch(rb"(?:.*/)?debian/(?:.*\.)?install", path):
        return _debian
    return _READERS.get(name)


def _package_json(data: bytes) -> Iterator[tuple[int, bytes]]:
    import json

    try:
        top = json.loads(data)
    except ValueError:
        return
    if not isinstance(top, dict):
        return
    folders = top.get("directories")
    wanted = [top.get("files"), top.get("bin"), top.get("man")]
    wanted.append(folders.get("bin") if isinstance(folders, dict) else None)
    for text in _texts(wanted):
        yield _placed(data, text)


def _toml(data: bytes) -> Iterator[tuple[int, bytes]]:
    import tomllib

    try:
        top = tomllib.loads(data.decode("utf-8", "replace"))
    except tomllib.TOMLDecodeError:
        return
    waiting: list[Any] = [top]
    while waiting:
        held = waiting.pop()
        if isinstance(held, list):
            waiting.extend(held)
        elif isinstance(held, dict):
            for key, value in held.items():
                waiting.append(value)
                if key in _TOML_KEYS:
                    names = value if isinstance(value, dict) else ()
                    for text in _texts([value, list(names)]):
                        yield _placed(data, text)


def _manifest_in(data: bytes) -> Iterator[tuple[int, bytes]]:
    for match in _INCLUDE.finditer(data):
        words = match[1].split()
        if b"recursive-include" in match[0] and len(words) > 1:
            words = [words[0] + b"/" + word for word in words[1:]]
        for word in words:
            yield match.start(1), word


def _mix(data: bytes) -> Iterator[tuple[int, bytes]]:
    for folder in _MIX_ALWAYS:
        yield 0, folder
    for match in _SIGIL.finditer(data):
        for word in match[1].split():
            yield match.start(), word
    for match in _LIST.finditer(data):
        for word in _QUOTED.findall(match[1]):
            yield match.start(), word


def _quoted_scripts(data: bytes) -> Iterator[tuple[int, bytes]]:
    for match in _QUOTED_SCRIPT.finditer(data):
        yield match.start(), match[1]


def _debian(data: bytes) -> Iterator[tuple[int, bytes]]:
    for match in re.finditer(rb"^[ \t]*([^\s#]+)", data, re.MULTILINE):
        yield match.start(1), b"../" + match[1]


def _texts(held: Any) -> Iterator[str]:
    """Every text in nested lists and mappings' values, and no empty one."""
    waiting = [held]
    while waiting:
        item = waiting.pop()
        if isinstance(item, str) and item.strip():
            yield item
        elif isinstance(item, list):
            waiting.extend(item)
        elif isinstance(item, dict):
            waiting.extend(item.values())


def _placed(data: bytes, text: str) -> tuple[int, bytes]:
    raw = text.encode("utf-8", "surrogateescape")
    return max(data.find(raw), 0), raw.rstrip(b"/")


_READERS: Final = {
    b"package.json": _package_json,
    b"pyproject.toml": _toml,
    b"cargo.toml": _toml,
    b"manifest.in": _manifest_in,
    b"setup.py": _quoted_scripts,
    b"setup.cfg": _quoted_scripts,
    b"mix.exs": _mix,
}
