"""Which script a name means."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping

from s2s_tools import errors


def match(name: bytes, known: Mapping[bytes, bytes]) -> bytes:
    """The id of the script that has `name` as a path, or as a file name.

    `known` gives the id for each path. Raises errors.NotFound, with what is near,
    where none or several are meant.
    """
    if name in known:
        return known[name]
    by_base = sorted({id for path, id in known.items() if _base(path) == name})
    if len(by_base) == 1:
        return by_base[0]
    shown = _text(name)
    if by_base:
        many = ", ".join(map(_text, by_base))
        raise errors.NotFound(f"{shown} is ambiguous: {many}; give one of them")
    raise errors.NotFound(f"there is no script {shown}; {_hint(shown, known)}")


def _hint(name: str, paths: Iterable[bytes]) -> str:
    ids = sorted(paths)
    words = {_text(id): _text(id) for id in ids}
    words |= {
        _text(_base(id)): _text(id) for id in ids if _text(_base(id)) not in words
    }
    near = difflib.get_close_matches(name, words, n=1)
    return f"did you mean {words[near[0]]}" if near else "s2s scan lists them"


def _base(id: bytes) -> bytes:
    return id.rpartition(b"/")[2]


def _text(id: bytes) -> str:
    return id.decode("utf-8", "surrogateescape")
