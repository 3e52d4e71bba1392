"""Put a new scripts: section into a manifest's text; all else keeps its bytes."""

from __future__ import annotations

import re
from typing import Any, Final

from s2s_tools import document, errors
from s2s_tools.scripts.manifest import codec
from s2s_tools.scripts.manifest.model import Manifest

_HEADER: Final = """\
# The canonical scripts of this repository. `s2s manifest build` writes scripts:
# and keeps every other part as it stands. Yours to write:
#   keep:    globs of files that are never replaced, such as vendor/
#   allow:   duplicates that may stay, each with sha256, paths and a reason
#   probe:   how scripts are called by `s2s dedupe prove`, each with scripts, runs
schema: 1
"""
_LINE: Final = re.compile(
    "[^\\r\\n\\x85\\u2028\\u2029]*(?:\\r\\n|[\\r\\n\\x85\\u2028\\u2029]|$)"
)


def replace(old: bytes | None, manifest: Manifest, name: str) -> bytes:
    """The manifest `old` (None: there is none) with the entries of `manifest`.

    `name` is what errors call the file. Raises errors.InvalidDocument where `old`
    is not a valid manifest or is laid out so that a section cannot be replaced.
    """
    new = codec.text(manifest.entries)
    if old is None or not old.strip():
        return (_HEADER + new).encode("utf-8")
    before = document.manifest(old, name)
    whole = _decoded(old, name)
    if "\r\n" in whole:
        new = new.replace("\n", "\r\n")
    result = _spliced(whole, new).encode("utf-8")
    _check_only_scripts_changed(before, result, manifest, name)
    return result


def _decoded(old: bytes, name: str) -> str:
    try:
        return old.decode("utf-8")
    except UnicodeDecodeError as exc:
        raise errors.InvalidDocument(f"{name}: not UTF-8; save it as UTF-8") from exc


def _spliced(whole: str, new: str) -> str:
    lines = [line for line in _LINE.findall(whole) if line]
    span = _span(whole)
    if span is None:
        if lines and lines[-1] == lines[-1].rstrip("\r\n"):
            lines[-1] += "\n"
        return "".join(lines) + new
    first, last = span
    return "".join(lines[:first]) + new + "".join(lines[last + 1 :])


def _span(whole: str) -> tuple[int, int] | None:
    """The first and last line of the scripts: section, None without one."""
    import yaml

    loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    root = yaml.compose(whole, Loader=loader)
    for key, value in root.value if root is not None else ():
        if key.value == "scripts":
            last = max(key.end_mark.line, _last(value).end_mark.line)
            return key.start_mark.line, last
    return None


def _last(node: Any) -> Any:
    """The last leaf: the mark of a block collection lies beyond later comments."""
    while not isinstance(node.value, str) and node.value and not node.flow_style:
        last = node.value[-1]
        node = last[1] if isinstance(last, tuple) else last
    return node


def _check_only_scripts_changed(
    before: document.Map, result: bytes, manifest: Manifest, name: str
) -> None:
    problem = f"{name}: its layout does not let scripts: be replaced; give each key"
    try:
        after = document.manifest(result, name)
        entries = codec.decode(after).entries
    except errors.InvalidDocument as exc:
        raise errors.InvalidDocument(f"{problem} its own lines") from exc
    rest = [{k: v for k, v in top.items() if k != "scripts"} for top in (before, after)]
    wanted = codec.ordered(manifest.entries)
    if rest[0] != rest[1] or entries != wanted:
        raise errors.InvalidDocument(f"{problem} its own lines")
