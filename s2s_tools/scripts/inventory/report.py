"""The stable JSON document of a scan, as a value and, faster, as text."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from s2s_tools.scripts.inventory.model import (
    UNREADABLE_WORKTREE,
    Family,
    Groups,
    Member,
    Relation,
    Scan,
)

SCHEMA = 1
_MODES = {0o644: "0644", 0o755: "0755"}
_RELATIONS = {relation: relation.value for relation in Relation}
Quote = Callable[[str], str]


def document(scan: Scan) -> dict[str, Any]:
    """A whole scan in its stable form."""
    return {
        "schema": SCHEMA,
        "root": text(scan.repository.root),
        "totals": totals(scan),
        "worktrees": worktrees(scan),
        "families": [_family(family) for family in scan.families],
        "groups": [
            {"content": group.content, "files": [_place(*f[:2]) for f in group.files]}
            for group in scan.groups
        ],
        "left_out": scan.left_out,
    }


def short_document(found: Groups) -> dict[str, Any]:
    """The same form, restricted to what is identical."""
    return {
        "schema": SCHEMA,
        "root": text(found.repository.root),
        "totals": short_totals(found),
        "groups": [
            {"content": same.content, "files": [_place(*p) for p in same.places]}
            for same in found.groups
        ],
        "left_out": found.left_out,
    }


def totals(scan: Scan) -> dict[str, Any]:
    """What the scan counted."""
    by_relation = relations(scan.families)
    return {
        "worktrees": len(scan.repository.worktrees),
        "scripts": len(scan.files),
        "contents": len({file.content for file in scan.files}),
        "families": len(scan.families),
        **{relation.value: by_relation[relation] for relation in Relation},
        "bodies": bodies(scan),
        "history": scan.history,
    }


def bodies(scan: Scan) -> int:
    """How many files hold a text that someone may edit: not the managed copies."""
    managed = sum(
        member.relation is Relation.IDENTICAL
        for family in scan.families
        if family.canonical is not None and family.canonical[:2] in scan.managed
        for member in family.members
    )
    return len(scan.files) - managed


def short_totals(found: Groups) -> dict[str, int]:
    """The counts that need no families."""
    return {
        "worktrees": len(found.repository.worktrees),
        "scripts": found.scripts,
        "contents": found.contents,
    }


def relations(families: Iterable[Family]) -> Counter[Relation]:
    """How many files stand in each relation."""
    return Counter(member.relation for family in families for member in family.members)


def worktrees(scan: Scan) -> list[dict[str, Any]]:
    """Each worktree, those that could not be surveyed too."""
    scripts = Counter(file.worktree for file in scan.files)
    unread = {
        item.worktree: item.detail
        for item in scan.apart
        if item.reason == UNREADABLE_WORKTREE
    }
    return [
        {
            "name": tree.name,
            "head": tree.head,
            "branch": tree.branch,
            "detached": tree.detached,
            "locked": tree.locked,
            "prunable": tree.prunable,
            "foreign": tree.foreign,
            "unreadable": unread.get(tree.name),
            "scripts": scripts[tree.name],
        }
        for tree in scan.repository.worktrees
    ]


def text(path: bytes) -> str:
    """A path as JSON text: bytes that are not UTF-8 become lone surrogates."""
    return path.decode("utf-8", "surrogateescape")


class Encoder:
    """Writes the JSON text of the documents above, many times faster.

    `quote` makes a JSON string, `dump` any JSON value (json's own functions). A
    path stands in many worktrees, so that its text is made once.
    """

    def __init__(self, quote: Quote, dump: Callable[[Any], str]) -> None:
        self._quote = quote
        self._dump = dump
        self._names: dict[str, str] = {}
        self._paths: dict[bytes, str] = {}

    def scan(self, scan: Scan) -> Iterator[str]:
        """The text of `document`, in parts."""
        dump = self._dump
        yield self._head(scan.repository.root, totals(scan))
        yield f', "worktrees": {dump(worktrees(scan))}, "families": ['
        yield ", ".join(map(self._family, scan.families))
        yield '], "groups": ['
        yield ", ".join(
            self._group(group.content, (file[:2] for file in group.files))
            for group in scan.groups
        )
        yield f'], "left_out": {dump(scan.left_out)}}}'

    def groups(self, found: Groups) -> Iterator[str]:
        """The text of `short_document`, in parts."""
        yield self._head(found.repository.root, short_totals(found))
        yield ', "groups": ['
        yield ", ".join(self._group(*same) for same in found.groups)
        yield f'], "left_out": {self._dump(found.left_out)}}}'

    def _head(self, root: bytes, counts: Mapping[str, Any]) -> str:
        shown = self._quote(text(root))
        return f'{{"schema": {SCHEMA}, "root": {shown}, "totals": {self._dump(counts)}'

    def _family(self, family: Family) -> str:
        canonical = family.canonical
        head = "null" if canonical is None else self._places([canonical[:2]])
        files = ", ".join(map(self._member, family.members))
        name = self._quote(family.id)
        return f'{{"id": {name}, "canonical": {head}, "files": [{files}]}}'

    def _member(self, member: Member) -> str:
        file, relation, behind, *_ = member
        worktree, path, content, mode, *_ = file
        return (
            f'{{"worktree": {self._names.get(worktree) or self._name(worktree)}, '
            f'"path": {self._paths.get(path) or self._path(path)}, '
            f'"content": "{content}", "mode": "{_MODES[mode]}", '
            f'"relation": "{_RELATIONS[relation]}", '
            f'"behind": {"null" if behind is None else behind}}}'
        )

    def _group(self, content: str, places: Iterable[tuple[str, bytes]]) -> str:
        return f'{{"content": "{content}", "files": [{self._places(places)}]}}'

    def _places(self, places: Iterable[tuple[str, bytes]]) -> str:
        names, paths = self._names, self._paths
        return ", ".join(
            [
                f'{{"worktree": {names.get(worktree) or self._name(worktree)}, '
                f'"path": {paths.get(path) or self._path(path)}}}'
                for worktree, path in places
            ]
        )

    def _name(self, worktree: str) -> str:
        self._names[worktree] = shown = self._quote(worktree)
        return shown

    def _path(self, path: bytes) -> str:
        self._paths[path] = shown = self._quote(text(path))
        return shown


def _place(worktree: str, path: bytes) -> dict[str, str]:
    return {"worktree": worktree, "path": text(path)}


def _family(family: Family) -> dict[str, Any]:
    canonical = family.canonical
    return {
        "id": family.id,
        "canonical": None if canonical is None else _place(*canonical[:2]),
        "files": [_member(member) for member in family.members],
    }


def _member(member: Member) -> dict[str, Any]:
    file = member.file
    return {
        "worktree": file.worktree,
        "path": text(file.path),
        "content": file.content,
        "mode": _MODES[file.mode],
        "relation": member.relation.value,
        "behind": member.behind,
    }
