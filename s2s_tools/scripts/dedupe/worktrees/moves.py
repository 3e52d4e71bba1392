"""The commits on main that moved bodies to the store, and those of the wrappers."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Set
from typing import Final, NamedTuple

from s2s_tools.scripts.inventory import stored
from s2s_tools.system import git, gitobjects

_LOG: Final = (
    *("-c", "log.showRoot=true", "-c", "log.follow=false"),
    *("log", "--topo-order", "--reverse", "--no-merges", "--raw", "-z", "--no-abbrev"),
    *("--no-renames", "--no-show-signature", "--diff-filter=AD", "--format=%H"),
)
_EMPTY = "0" * 40


class Moves(NamedTuple):
    """What a branch lacks of main: `commits` to merge in this order.

    `squashed` is the first commit that put a body into the store and a wrapper at
    its old path at once: it cannot be merged in two steps. "" without one.
    `bodies` counts what main's store holds.
    """

    commits: tuple[str, ...]
    squashed: str = ""
    bodies: int = 0


class _Change(NamedTuple):
    added: dict[bytes, str]
    deleted: frozenset[bytes]


def missing(cwd: bytes, branch: str, main: str) -> Moves:
    """The moves and wrappers that are in the history of `main`, not of `branch`."""
    ids = {stored.home(path) for path in _files(cwd, main) if stored.holds(path)}
    if not ids:
        return Moves(())
    commits: list[str] = []
    squashed = ""
    changes = list(_changes(cwd, branch, main))
    wrappers = _wrappers(cwd, changes, ids)
    for commit, change in changes:
        bodies = {stored.home(p) for p in change.added if stored.holds(p)}
        if bodies & change.deleted:
            commits += _before(cwd, branch, commit, bodies & change.deleted)
            commits.append(commit)
        elif bodies - change.added.keys() and not squashed:
            squashed = commit
        elif ids & change.added.keys() & wrappers.get(commit, set()):
            commits.append(commit)
    return Moves(tuple(commits), "" if commits else squashed, len(ids))


def _before(cwd: bytes, branch: str, move: str, ids: Set[bytes]) -> list[str]:
    """The commit before a move, where the branch has other bytes of what it moves.

    Merged first, it leaves a move that changes no byte: git follows that always.
    """
    theirs = gitobjects.files(cwd, f"{move}^", ids)
    ours = gitobjects.files(cwd, branch, ids)
    if all(
        entry.content == ours[p].content for p, entry in theirs.items() if p in ours
    ):
        return []
    return [git.output(cwd, "rev-parse", f"{move}^").decode().strip()]


def _changes(cwd: bytes, branch: str, main: str) -> Iterator[tuple[str, _Change]]:
    out = git.run(
        cwd, *_LOG, "--end-of-options", f"{branch}..{main}", literal=False
    ).out
    commit = ""
    found: dict[str, _Change] = {}
    fields = iter(out.split(b"\0"))
    for field in fields:
        meta = field.lstrip(b"\n")
        if meta.startswith(b":"):
            words = meta.decode("ascii").split(" ")
            path = next(fields)
            change = found[commit]
            if words[4] == "A":
                change.added[path] = words[3]
            else:
                found[commit] = change._replace(deleted=change.deleted | {path})
        elif meta:
            commit = meta.decode("ascii")
            found[commit] = _Change({}, frozenset())
    yield from found.items()


def _wrappers(
    cwd: bytes, changes: Iterable[tuple[str, _Change]], ids: set[bytes]
) -> Mapping[str, set[bytes]]:
    """The old paths that each commit gave a wrapper or a link into the store."""
    asked = [
        (commit, path, blob)
        for commit, change in changes
        for path, blob in change.added.items()
        if path in ids
    ]
    blobs = gitobjects.blobs(cwd, {blob for _, _, blob in asked})
    found: dict[str, set[bytes]] = {}
    for commit, path, blob in asked:
        data = blobs.get(blob, b"")
        if stored.wrapped(data) is not None or data.endswith(stored.place(path)):
            found.setdefault(commit, set()).add(path)
    return found


def _files(cwd: bytes, commit: str) -> list[bytes]:
    args = ("ls-tree", "-r", "-z", "--name-only", "--full-tree", commit)
    folder = stored.FOLDER.rstrip(b"/")
    return git.output(cwd, *args, "--", folder).split(b"\0")[:-1]
