"""The scripts: section of a manifest and the decisions beside it, as stable text."""

from __future__ import annotations

import base64
import re
from collections.abc import Iterable, Iterator
from typing import Any, Final, TypeVar

from s2s_tools import document
from s2s_tools.scripts.inventory.model import Relation
from s2s_tools.scripts.manifest.model import (
    Allow,
    Copy,
    Decisions,
    Entry,
    Form,
    Manifest,
    Probe,
    Strategy,
)

_ENTRY: Final = (
    "id",
    "canonical",
    "worktree",
    "sha256",
    "mode",
    "strategy",
    "reason",
    "copies",
)
_SHA256: Final = re.compile(r"[0-9a-f]{64}")
_MODE: Final = re.compile(r"0[0-7]{3}")
# Text that every YAML reader takes as text when it stands bare.
_BARE: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_./+-]*|\.{1,2}(/[A-Za-z0-9_./+-]*)?")
_WORDS: Final = frozenset({"null", "true", "false", "yes", "no", "on", "off", "y", "n"})
# A fixed set, not str.isprintable(): the text must not vary with Python's version.
_READABLE: Final = re.compile(
    "[ -~\u00c0-\u024f\u0370-\u052f\u3041-\u30ff\u4e00-\u9fff\uac00-\ud7a3]"
)
_ESCAPES: Final = {'"': '\\"', "\\": "\\\\", "\n": "\\n", "\r": "\\r", "\t": "\\t"}
_Word = TypeVar("_Word", Relation, Strategy, Form)


def decode(top: document.Map) -> Manifest:
    """Read the entries and decisions of a loaded manifest.

    Raises errors.InvalidDocument with file, line and key.
    """
    entries = tuple(_entry(item) for item in top.maps("scripts"))
    ids: set[bytes] = set()
    for item, entry in zip(top.maps("scripts"), entries, strict=True):
        if entry.id in ids:
            raise item.fail("id", "a second entry of the same name")
        ids.add(entry.id)
    allow = tuple(_allow(item) for item in top.maps("allow"))
    probe = tuple(_probe(item) for item in top.maps("probe"))
    decisions = Decisions(keep=top.texts("keep"), allow=allow, probe=probe)
    return Manifest(entries=entries, decisions=decisions)


def text(entries: Iterable[Entry]) -> str:
    """The scripts: section that holds `entries`; equal entries give equal text."""
    in_order = ordered(entries)
    if not in_order:
        return "scripts: []\n"
    lines = (line for entry in in_order for line in _lines(entry))
    return "scripts:\n" + "".join(f"{line}\n" for line in lines)


def ordered(entries: Iterable[Entry]) -> tuple[Entry, ...]:
    """The entries by id, their copies by worktree and path: the text's order."""
    by_id = sorted(entries, key=lambda entry: entry.id)
    return tuple(
        e._replace(copies=tuple(sorted(e.copies, key=lambda copy: copy[:2])))
        for e in by_id
    )


def scalar(value: bytes) -> str:
    """One path as YAML that reads back as the same bytes, whatever they are."""
    try:
        plain = value.decode("utf-8")
    except UnicodeDecodeError:
        return f'!!binary "{base64.b64encode(value).decode("ascii")}"'
    if _BARE.fullmatch(plain) and plain.lower() not in _WORDS:
        return plain
    return '"' + "".join(map(_escaped, plain)) + '"'


def _lines(entry: Entry) -> Iterator[str]:
    yield f"  - id: {scalar(entry.id)}"
    yield f"    canonical: {scalar(entry.path)}"
    if entry.worktree != ".":
        yield f"    worktree: {_name(entry.worktree)}"
    yield f"    sha256: {_quoted_if_number(entry.sha256)}"
    yield f'    mode: "{entry.mode:04o}"'
    yield f"    strategy: {entry.strategy.value}"
    if entry.reason:
        yield f"    reason: {_name(entry.reason)}"
    if not entry.copies:
        yield "    copies: []"
        return
    yield "    copies:"
    yield from (f"      - {{{_row(copy)}}}" for copy in entry.copies)


def _row(copy: Copy) -> str:
    row = f"worktree: {_name(copy.worktree)}, path: {scalar(copy.path)}"
    row += f", relation: {copy.relation.value}"
    if copy.form is not None:
        row += f", form: {copy.form.value}"
    return row + (f", to: {scalar(copy.to)}" if copy.to else "")


def _name(worktree: str) -> str:
    return scalar(worktree.encode("utf-8", "surrogateescape"))


def _quoted_if_number(digest: str) -> str:
    """All digits, or digits around one "e": YAML would see a number."""
    return f'"{digest}"' if re.fullmatch(r"[0-9]+(e[0-9]+)?", digest) else digest


def _escaped(character: str) -> str:
    if character in _ESCAPES:
        return _ESCAPES[character]
    if _READABLE.fullmatch(character):
        return character
    code = ord(character)
    if code < 0x100:
        return f"\\x{code:02x}"
    return f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"


def _entry(item: document.Map) -> Entry:
    item.only(*_ENTRY)
    path = _path(item, "canonical")
    return Entry(
        id=_bytes(item, "id"),
        worktree=_worktree(item) if "worktree" in item else ".",
        path=path,
        sha256=_digest(item),
        mode=_mode(item),
        strategy=_word(item, "strategy", Strategy),
        copies=tuple(_copy(copy) for copy in item.maps("copies")),
        reason=item.text("reason", ""),
    )


def _copy(item: document.Map) -> Copy:
    item.only("worktree", "path", "relation", "form", "to")
    return Copy(
        _worktree(item),
        _path(item, "path"),
        _word(item, "relation", Relation),
        _word(item, "form", Form) if "form" in item else None,
        _path(item, "to") if "to" in item else b"",
    )


def _allow(item: document.Map) -> Allow:
    item.only("sha256", "paths", "reason")
    paths = item.get("paths")
    if not isinstance(paths, list) or not paths:
        raise item.fail("paths", "expected a list of at least one path")
    reason = item.text("reason")
    if not reason.strip():
        raise item.fail("reason", "expected a reason")
    checked = tuple(_checked(item, "paths", _raw(item, "paths", p)) for p in paths)
    return Allow(_digest(item), checked, reason)


def _probe(item: document.Map) -> Probe:
    item.only("scripts", "runs")
    runs = item.get("runs")
    if not isinstance(runs, list):
        raise item.fail("runs", "expected a list of argument lists")
    for words in runs:
        if not isinstance(words, list) or not all(_is_word(word) for word in words):
            raise item.fail("runs", 'expected lists of texts, such as [["--help"]]')
    return Probe(item.texts("scripts"), tuple(tuple(words) for words in runs))


def _is_word(value: object) -> bool:
    return isinstance(value, str) and "\0" not in value


def _digest(item: document.Map) -> str:
    digest = item.text("sha256")
    if not _SHA256.fullmatch(digest):
        raise item.fail("sha256", "expected 64 lower-case hexadecimal digits")
    return digest


def _mode(item: document.Map) -> int:
    mode = item.text("mode")
    if not _MODE.fullmatch(mode):
        raise item.fail("mode", 'expected a quoted octal mode such as "0755"')
    return int(mode, 8)


def _word(item: document.Map, key: str, words: type[_Word]) -> _Word:
    value = item.text(key)
    try:
        return words(value)
    except ValueError:
        known = ", ".join(words)
        raise item.fail(key, f"unknown word {value!r}; known: {known}") from None


def _worktree(item: document.Map) -> str:
    raw = _bytes(item, "worktree")
    if raw.startswith(b"/") or b"\0" in raw:
        raise item.fail("worktree", "expected a path relative to the repository")
    return raw.decode("utf-8", "surrogateescape")


def _path(item: document.Map, key: str) -> bytes:
    return _checked(item, key, _bytes(item, key))


def _bytes(item: document.Map, key: str) -> bytes:
    if key not in item:
        raise item.fail(key, "missing")
    return _raw(item, key, item[key])


def _raw(item: document.Map, key: str, value: Any) -> bytes:
    """Text or `!!binary` as bytes; neither may be empty."""
    if not isinstance(value, str | bytes) or not value:
        raise item.fail(key, "expected text")
    return value if isinstance(value, bytes) else value.encode("utf-8")


def _checked(item: document.Map, key: str, path: bytes) -> bytes:
    """A path that stays inside its worktree, as it is; others are refused."""
    if b"\0" in path or any(part in (b"", b".", b"..") for part in path.split(b"/")):
        raise item.fail(key, "expected a path inside the worktree, without . or ..")
    return path
