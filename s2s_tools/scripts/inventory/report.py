"""The stable JSON document of a scan, as a value and, faster, as text."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from s2s_tools.scripts.inventory.model import (
    Family,
    Groups,
    Member,
    Relation,
    Scan,
)

SCHEMA = 1
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
    """What the scan counted; `bodies` are the files that someone may edit."""
    by_relation = relations(scan.families)
    return {
        "worktrees": len(scan.repository.worktrees),
        "scripts": len(scan.files),
        "contents": len({file.content for file in scan.files}),
        "families": len(scan.families),
        **{relation.value: by_relation[relation] for relation in Relation},
        "bodies": len(scan.files),
        "history": scan.history,
    }


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
    return [
        {
            "name": tree.name,
            "head": tree.head,
            "branch": tree.branch,
            "detached": tree.detached,
            "locked": tree.locked,
            "prunable": tree.prunable,
            "foreign": tree.foreign,
            "scripts": scripts[tree.name],
        }
        for tree in scan.repository.worktrees
    ]


def text(path: bytes) -> str:
    """A path as JSON text: bytes that are not UTF-8 become lone surrogates."""
    return path.decode("utf-8", "surrogateescape")


def encode(scan: Scan, quote: Quote, dump: Callable[[Any], str]) -> Iterator[str]:
    """The JSON text of `document`, in parts.

    `quote` makes a JSON string, `dump` any JSON value (json's own functions).
    """
    yield f'{{"schema": {SCHEMA}, "root": {quote(text(scan.repository.root))}, '
    yield f'"totals": {dump(totals(scan))}, "worktrees": {dump(worktrees(scan))}, '
    yield '"families": ['
    yield ", ".join(_family_text(family, quote) for family in scan.families)
    yield '], "groups": ['
    yield ", ".join(
        _group_text(group.content, (file[:2] for file in group.files), quote)
        for group in scan.groups
    )
    yield f'], "left_out": {dump(scan.left_out)}}}'


def encode_short(
    found: Groups, quote: Quote, dump: Callable[[Any], str]
) -> Iterator[str]:
    """The JSON text of `short_document`, in parts."""
    yield f'{{"schema": {SCHEMA}, "root": {quote(text(found.repository.root))}, '
    yield f'"totals": {dump(short_totals(found))}, "groups": ['
    yield ", ".join(
        _group_text(same.content, same.places, quote) for same in found.groups
    )
    yield f'], "left_out": {dump(found.left_out)}}}'


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
        "mode": f"{file.mode:04o}",
        "relation": member.relation.value,
        "behind": member.behind,
    }


def _family_text(family: Family, quote: Quote) -> str:
    canonical = family.canonical
    head = "null" if canonical is None else _place_text(*canonical[:2], quote)
    files = ", ".join(_member_text(member, quote) for member in family.members)
    return f'{{"id": {quote(family.id)}, "canonical": {head}, "files": [{files}]}}'


def _member_text(member: Member, quote: Quote) -> str:
    worktree, path, content, mode, *_ = member.file
    behind = "null" if member.behind is None else member.behind
    return (
        f'{{"worktree": {quote(worktree)}, '
        f'"path": {quote(path.decode("utf-8", "surrogateescape"))}, '
        f'"content": "{content}", "mode": "{mode:04o}", '
        f'"relation": "{member.relation.value}", "behind": {behind}}}'
    )


def _group_text(content: str, places: Iterable[tuple[str, bytes]], quote: Quote) -> str:
    files = ", ".join([_place_text(*place, quote) for place in places])
    return f'{{"content": "{content}", "files": [{files}]}}'


def _place_text(worktree: str, path: bytes, quote: Quote) -> str:
    shown = quote(path.decode("utf-8", "surrogateescape"))
    return f'{{"worktree": {quote(worktree)}, "path": {shown}}}'
