"""What drift is: the versions of each script, who has them, who made them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any, NamedTuple

from s2s_tools import errors
from s2s_tools.scripts.inventory.lexical import Lines
from s2s_tools.scripts.inventory.model import Family, Relation
from s2s_tools.system.git import Commit

SCHEMA = 1


class Place(NamedTuple):
    """Where a version is: in a worktree, or on a branch that is not checked out.

    `worktree` is "" for such a branch, `branch` "" on a detached HEAD.
    """

    worktree: str
    branch: str
    path: bytes
    mode: int


class Merge(NamedTuple):
    """What a three-way merge into the canonical would give.

    `base` is the commit that made the newest content which both sides have had,
    None where there is none; `ahead` the commits since on this version's side
    where that content still is the canonical; `conflicts` None where it cannot
    be told (no base, binary, missing objects).
    """

    base: Commit | None = None
    ahead: int | None = None
    conflicts: int | None = None


class Version(NamedTuple):
    """One content of a script and everything known about it.

    `lines` counts what it has more and less than the canonical, None where its
    text cannot be read; `difference` is a lexical class; `commit` first brought
    the content, None where it never was committed; `merge` only where the
    canonical never was this content.
    """

    content: str
    relation: Relation
    behind: int | None
    places: tuple[Place, ...]
    lines: Lines | None = None
    difference: str = ""
    commit: Commit | None = None
    merge: Merge | None = None


class Drifted(NamedTuple):
    """One script with its versions, the canonical one first."""

    id: str
    versions: tuple[Version, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Drift:
    """The drift of a repository, or of the scripts that were asked for.

    `unread` names branches whose files could not be read; `compared` counts the
    families looked at, with and without drift.
    """

    root: bytes
    history: str
    compared: int
    scripts: tuple[Drifted, ...]
    unread: tuple[str, ...] = ()


def find(
    families: Sequence[Family], name: str, place: tuple[str, bytes] | None = None
) -> tuple[Family, ...]:
    """The families that `name` means: an id, a path, a file's name.

    `place` is the worktree and path in it that `name` is as a path, if any; a
    script there comes first. Raises errors.NotFound, with a near match where
    there is one.
    """
    for family in families:
        if place is not None and any(m.file[:2] == place for m in family.members):
            return (family,)
    wanted = name.removeprefix("./")
    inner = wanted if place is None else _text(place[1])
    tries = ((_ids, wanted), (_paths, wanted), (_base_names, wanted), (_paths, inner))
    for keys, key in tries:
        found = tuple(family for family in families if key in keys(family))
        if found:
            return found
    known = {key for f in families for key in (*_paths(f), *_base_names(f))}
    near = get_close_matches(wanted, sorted(known), n=1)
    hint = f"did you mean {near[0]}" if near else "s2s scan --all lists all scripts"
    raise errors.NotFound(f"no script is called {name}; {hint}")


def has_drift(script: Drifted) -> bool:
    """Whether anything differs, be it only in its mode."""
    modes = {place.mode for version in script.versions for place in version.places}
    return len(script.versions) > 1 or len(modes) > 1


def document(drift: Drift) -> dict[str, Any]:
    """The stable form for programs."""
    return {
        "schema": SCHEMA,
        "root": _text(drift.root),
        "history": drift.history,
        "compared": drift.compared,
        "unread_branches": list(drift.unread),
        "families": [
            {"id": script.id, "versions": [_version(v) for v in script.versions]}
            for script in drift.scripts
        ],
    }


def _version(version: Version) -> dict[str, Any]:
    lines = version.lines
    return {
        "content": version.content,
        "relation": version.relation.value,
        "behind": version.behind,
        "difference": version.difference,
        "added": lines.added if lines else None,
        "removed": lines.removed if lines else None,
        "commit": _commit(version.commit),
        "merge": _merge(version.merge),
        "files": [
            {
                "worktree": place.worktree or None,
                "branch": place.branch or None,
                "path": _text(place.path),
                "mode": f"{place.mode:04o}",
            }
            for place in version.places
        ],
    }


def _commit(commit: Commit | None) -> dict[str, str] | None:
    return None if commit is None else commit._asdict()


def _merge(merge: Merge | None) -> dict[str, Any] | None:
    if merge is None:
        return None
    clean = None if merge.conflicts is None else merge.conflicts == 0
    return {
        "base": _commit(merge.base),
        "ahead": merge.ahead,
        "clean": clean,
        "conflicts": merge.conflicts,
    }


def _ids(family: Family) -> Iterable[str]:
    return (family.id,)


def _paths(family: Family) -> set[str]:
    paths = {_text(member.file.path) for member in family.members}
    return paths | {
        f"{member.file.worktree}/{_text(member.file.path)}" for member in family.members
    }


def _base_names(family: Family) -> set[str]:
    return {_text(member.file.path).rpartition("/")[2] for member in family.members}


def _text(path: bytes) -> str:
    return path.decode("utf-8", "surrogateescape")
