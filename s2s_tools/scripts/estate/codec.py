"""The YAML description of an estate, as an Estate."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from s2s_tools import document
from s2s_tools.document import Map
from s2s_tools.scripts.estate.model import Branch, Commit, Entry, Estate, Nested

Read = Callable[[str], bytes]

_TOP = "schema name about author claims main branches scripts files nested ignored"
_SCRIPT = "path plain since text versions also executable newline traits"
_BYTE = re.compile(rb"%([0-9A-F]{2})")
TRAITS = frozenset(
    {
        "sourced",
        "self_locating",
        "resolves_links",
        "main_guard",
        "hard_coded",
        "container_path",
        "enumerates",
        "writes_scripts",
        "copied",
        "streamed",
        "packaged",
    }
)


def estate(data: bytes, name: str, read: Read) -> Estate:
    """Decode a description; `read` gives the text that a `text` key names.

    Raises errors.InvalidDocument where a key is wrong or a commit is unknown.
    """
    top = document.load(data, name)
    top.only(*_TOP.split())
    if top.number("schema") != 1:
        raise top.fail("schema", "this program reads schema 1; upgrade")
    steps = {item.text("id"): item.text("message") for item in top.maps("main")}
    main = _Main(top, steps, read)
    return Estate(
        name=top.text("name"),
        about=top.text("about"),
        author=top.text("author"),
        main=main.commits(),
        branches=tuple(main.branch(item) for item in top.maps("branches")),
        nested=tuple(_nested(item, read) for item in top.maps("nested")),
        ignored=_ignored(top),
        traits={
            _path(item.text("path")): _traits(item) for item in top.maps("scripts")
        },
        claims=_claims(top),
    )


class _Main:
    """The main branch while its commits are collected."""

    def __init__(self, top: Map, steps: dict[str, str], read: Read) -> None:
        self._steps = steps
        self._order = list(steps)
        self._read = read
        self._entries: dict[str, list[Entry]] = {step: [] for step in steps}
        self._links: dict[str, list[bytes]] = {step: [] for step in steps}
        for item in top.maps("scripts"):
            for step, entry in self._script(item):
                self._entries[step].append(entry)
        for item in top.maps("files"):
            item.only("path", "since", "text", "executable")
            entry = _entry(item, read, newline=True, executable=False)
            self._entries[self._step(item, "since")].append(entry)
        for item in top.maps("nested"):
            if "gitlink" in item:
                step = self._step(item, "gitlink")
                self._links[step].append(_path(item.text("path")))

    def commits(self) -> tuple[Commit, ...]:
        return tuple(
            Commit(
                message=message,
                entries=tuple(self._entries[step]),
                links=tuple(self._links[step]),
            )
            for step, message in self._steps.items()
        )

    def branch(self, item: Map) -> Branch:
        item.only("name", "worktree", "detached", "from", "message", "changes")
        entries = []
        for change in item.maps("changes"):
            change.only("path", "text", "executable", "newline", "crlf")
            entries.append(_entry(change, self._read))
        return Branch(
            name=item.text("name"),
            fork=self._order.index(self._step(item, "from")) + 1,
            commit=Commit(message=item.text("message"), entries=tuple(entries)),
            worktree=item.text("worktree") if "worktree" in item else None,
            detached=item.flag("detached"),
        )

    def _script(self, item: Map) -> Iterator[tuple[str, Entry]]:
        item.only(*_SCRIPT.split())
        yield self._step(item, "since"), _entry(item, self._read)
        for step, text in _pairs(item, "versions"):
            self._known(item, "versions", step)
            yield step, _entry(item, self._read, text=text)
        for path, step in _pairs(item, "also"):
            self._known(item, "also", step)
            yield step, _entry(item, self._read, path=path)

    def _step(self, item: Map, key: str) -> str:
        return self._known(item, key, item.text(key))

    def _known(self, item: Map, key: str, step: str) -> str:
        if step not in self._steps:
            raise item.fail(key, f"main has no commit {step}")
        return step


def _entry(
    item: Map,
    read: Read,
    *,
    path: str = "",
    text: str = "",
    newline: bool = False,
    executable: bool = True,
) -> Entry:
    data = read(text or item.text("text", item.text("path")))
    if not item.flag("newline", default=newline):
        data = data.removesuffix(b"\n")
    if item.flag("crlf"):
        data = data.replace(b"\n", b"\r\n")
    return Entry(
        path=_path(path or item.text("path")),
        data=data,
        mode=0o755 if item.flag("executable", default=executable) else 0o644,
        plain=_path(item.text("plain")) if "plain" in item else None,
    )


def _nested(item: Map, read: Read) -> Nested:
    item.only("path", "gitlink", "files")
    entries = tuple(
        Entry(path=_path(path), data=read(text), mode=0o755)
        for path, text in _pairs(item, "files")
    )
    commit = Commit(message="Begin", entries=entries)
    return Nested(path=_path(item.text("path")), commit=commit)


def _ignored(top: Map) -> tuple[tuple[bytes, tuple[bytes, ...]], ...]:
    where = _mapping(top, "ignored")
    return tuple(
        (_path(folder), tuple(_path(path) for path in where.texts(folder)))
        for folder in where
    )


def _traits(item: Map) -> tuple[str, ...]:
    traits = item.texts("traits")
    for trait in traits:
        if trait not in TRAITS:
            raise item.fail("traits", f"unknown trait {trait}")
    return traits


def _claims(top: Map) -> dict[str, int | dict[str, int]]:
    claims = _mapping(top, "claims")
    return {
        key: {name: value.number(name) for name in value}
        if isinstance(value, Map)
        else claims.number(key)
        for key, value in claims.items()
    }


def _pairs(item: Map, key: str) -> Iterator[tuple[str, str]]:
    pairs = _mapping(item, key)
    for name in pairs:
        yield name, pairs.text(name)


def _mapping(item: Map, key: str) -> Map:
    value = item.get(key, Map(item.name, key, item.line))
    if not isinstance(value, Map):
        raise item.fail(key, "expected a mapping")
    return value


def _path(text: str) -> bytes:
    return _BYTE.sub(lambda found: bytes([int(found[1], 16)]), text.encode())
