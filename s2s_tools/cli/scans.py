"""How a scan is shown to people."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator

from s2s_tools.cli import output
from s2s_tools.scripts.inventory import report
from s2s_tools.scripts.inventory.model import (
    UNREADABLE_WORKTREE,
    Apart,
    Family,
    Groups,
    Member,
    Relation,
    Scan,
)

_WORST = 10  # families that the short table shows
_REASONS = {
    "deleted": "tracked, but not there",
    "dependency_files": "untracked, in node_modules, deps, _build or .venv",
    "dependency_folders": "folders named node_modules, deps, _build or .venv",
    "excluded": "excluded by the configuration or --exclude",
    "foreign_worktrees": "worktrees whose links name another repository",
    "gitlinks": "submodules and other gitlinks",
    "ignored_files": "ignored files",
    "ignored_folders": "ignored folders",
    "in_conflict": "in conflict: a merge is not finished",
    "lfs_pointers": "git-lfs pointers: the files were not fetched",
    "missing_worktrees": "worktrees whose folder is gone",
    "nested_repositories": "repositories inside a worktree",
    "not_a_file": "neither a file nor a link",
    "not_checked_out": "left out by sparse checkout",
    "symlinks": "symbolic links",
    "unreadable": "unreadable",
    "unreadable_worktrees": "worktrees whose index cannot be read",
    "wrappers": "generated wrappers of scripts",
}
_RELATIONS = tuple(Relation)


def table(scan: Scan, *, whole: bool) -> Iterator[str]:
    """The readable answer: totals by worktree, then the worst families first."""
    yield _summary(scan)
    yield ""
    yield from _worktrees(scan)
    yield from _families(scan.families, whole=whole)
    yield from left_out(scan.left_out)
    if scan.history != "full":
        yield f"History is {scan.history}: unknown files may be old versions."


def groups(found: Groups) -> str:
    """Each group as the paths in it, a line each, an empty line after it."""
    prefixes = {
        tree.name: b""
        if tree.name == "."
        else tree.name.encode("utf-8", "surrogateescape") + b"/"
        for tree in found.repository.worktrees
    }
    parts: list[bytes] = []
    for same in found.groups:
        parts += [prefixes[name] + path for name, path in same.places]
        parts.append(b"")
    text = b"\n".join(parts)
    shown = text.decode("utf-8", "surrogateescape")
    plain = text.count(b"\n") == len(parts) - 1
    if plain and shown.replace("\n", "").isprintable():
        return shown + "\n" * bool(parts)
    return "".join(output.safe(part) + "\n" for part in parts)


def summary(found: Groups) -> str:
    """One line about the groups."""
    many = sum(len(same.places) for same in found.groups)
    return (
        f"{output.count(found.scripts, 'script')}, "
        f"{output.count(found.contents, 'content')}; "
        f"{output.count(many, 'file')} in {output.count(len(found.groups), 'group')}"
    )


def left_out(counts: dict[str, int]) -> Iterator[str]:
    """What was met and left out, by reason."""
    if counts:
        yield ""
        yield "Left out:"
    for reason, count in sorted(counts.items()):
        yield f"  {count:6}  {_REASONS.get(reason, reason)}"


def troubles(apart: Iterable[Apart]) -> Iterator[str]:
    """A line for each worktree or file that cannot be read or is in conflict."""
    for item in apart:
        if item.reason == UNREADABLE_WORKTREE:
            yield f"worktree {item.worktree} is left out: {item.detail}"
        if item.reason in ("unreadable", "in_conflict"):
            path = item.path.decode("utf-8", "surrogateescape")
            why = f": {item.detail}" if item.detail else ""
            what = item.reason.replace("_", " ")
            yield f"{what}: {item.worktree}: {path}{why}"


def _summary(scan: Scan) -> str:
    scripts = output.count(len(scan.files), "script")
    families = output.count(len(scan.families), "family", "families")
    trees = output.count(len(scan.repository.worktrees), "worktree")
    return (
        f"{output.safe(scan.repository.root)}: {scripts} of {families} in {trees}\n"
        f"{output.count(report.bodies(scan), 'body', 'bodies')} that someone may edit, "
        f"where {len(scan.families)} would do"
    )


def _worktrees(scan: Scan) -> list[str]:
    by_tree: dict[str, Counter[Relation]] = {
        tree.name: Counter() for tree in scan.repository.worktrees
    }
    for family in scan.families:
        for member in family.members:
            by_tree[member.file.worktree][member.relation] += 1
    total = Counter[Relation]()
    for counts in by_tree.values():
        total.update(counts)
    shown = [r for r in _RELATIONS if total[r]]
    rows = [
        (name, counts.total(), *(counts[relation] or "-" for relation in shown))
        for name, counts in [*by_tree.items(), ("total", total)]
    ]
    names = [relation.value.replace("_", " ") for relation in shown]
    headers = ("worktree", "scripts", *names)
    return output.table(headers, rows, right=range(1, len(headers)))


def _families(families: Iterable[Family], *, whole: bool) -> Iterator[str]:
    ranked = sorted(families, key=_badness)
    drifted = [f for f in ranked if len({m.file.content for m in f.members}) > 1]
    shown = ranked if whole else drifted[:_WORST]
    if not shown:
        return
    yield ""
    yield from output.table(
        ("family", "files", "contents", "stale", "behind", "diverged"),
        map(_row, shown),
        right=range(1, 6),
    )
    more = len(drifted) - len(shown)
    if more > 0:
        yield f"and {more} more that differ; s2s scan --all lists every family"


def _row(family: Family) -> tuple[object, ...]:
    relations = Counter(member.relation for member in family.members)
    return (
        output.safe(family.id),
        len(family.members),
        len({member.file.content for member in family.members}),
        relations[Relation.STALE] or "-",
        _furthest(family.members) or "-",
        relations[Relation.DIVERGED] or "-",
    )


def _furthest(members: Iterable[Member]) -> int:
    return max((member.behind or 0 for member in members), default=0)


def _badness(family: Family) -> tuple[int, int, int, int, str]:
    relations = Counter(member.relation for member in family.members)
    return (
        -relations[Relation.DIVERGED],
        -relations[Relation.UNKNOWN],
        -sum(member.behind or 0 for member in family.members),
        -len(family.members),
        family.id,
    )
