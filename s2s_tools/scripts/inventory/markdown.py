"""The duplication report in Markdown: what a scan and its drift found."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence

from s2s_tools.scripts.inventory import families, versions
from s2s_tools.scripts.inventory import report as form
from s2s_tools.scripts.inventory.model import Family, Scan
from s2s_tools.scripts.inventory.versions import Drift, Drifted, Merge, Version

_MOST = 10  # rows in the table of the most copied scripts
_SPECIAL = re.compile(r"([\\`*_{}\[\]<>#|~&!])")
_RUNS = re.compile(r"`+")


def report(scan: Scan, drift: Drift) -> Iterator[str]:
    """The report, line by line; names and messages are quoted as what they are."""
    yield "# Script duplication"
    yield ""
    yield f"Repository: {_code(form.text(scan.repository.root))}"
    yield from _section("Totals", ("what", "count"), _totals(scan))
    yield from _section(
        "Worktrees", ("worktree", "branch", "commit", "scripts"), _worktrees(scan)
    )
    yield from _section(
        "Most copied scripts", ("script", "files", "contents"), _copied(scan.families)
    )
    yield from _section(
        "Duplicates inside a worktree",
        ("worktree", "duplicate", "of"),
        _duplicates(scan.families),
    )
    yield from _section(
        "Drift",
        ("script", "where", "state", "lines", "made by", "three-way merge"),
        _drift(drift.scripts),
    )
    yield from _section("Left out", ("what", "count"), _left_out(scan))
    yield from _remarks(drift)


def _section(
    title: str, head: Sequence[str], rows: Iterable[Sequence[object]]
) -> Iterator[str]:
    yield ""
    yield f"## {title}"
    yield ""
    empty = True
    for row in rows:
        if empty:
            yield _row(head)
            yield _row(["---"] * len(head))
            empty = False
        yield _row(row)
    if empty:
        yield "None."


def _row(cells: Iterable[object]) -> str:
    return "| " + " | ".join(str(cell) for cell in cells) + " |"


def _totals(scan: Scan) -> Iterator[tuple[str, object]]:
    for name, value in form.totals(scan).items():
        yield name.replace("_", " "), value


def _worktrees(scan: Scan) -> Iterator[tuple[object, ...]]:
    scripts = Counter(file.worktree for file in scan.files)
    for tree in scan.repository.worktrees:
        branch = _code(tree.branch) if tree.branch else "detached"
        yield _code(tree.name), branch, (tree.head or "")[:8], scripts[tree.name]


def _copied(found: Iterable[Family]) -> Iterator[tuple[object, ...]]:
    ranked = sorted(found, key=lambda family: (-len(family.members), family.id))
    for family in ranked[:_MOST]:
        if len(family.members) > 1:
            contents = len({member.file.content for member in family.members})
            yield _code(family.id), len(family.members), contents


def _duplicates(found: Iterable[Family]) -> Iterator[tuple[object, ...]]:
    for family in found:
        for duplicate, kept in families.duplicates(family):
            file = duplicate.file
            yield _code(file.worktree), _path(file.path), _path(kept.file.path)


def _drift(scripts: Iterable[Drifted]) -> Iterator[tuple[object, ...]]:
    for script in scripts:
        home = script.versions[0].places[0]
        for version in script.versions[1:]:
            yield (
                _code(script.id),
                "<br>".join(_place(place, home) for place in version.places),
                _state(version),
                _lines(version),
                _made(version),
                _merge(version.merge),
            )
        for place in script.versions[0].places:
            if place.mode != home.mode:
                yield _code(script.id), _place(place, home), "mode only", "", "", ""


def _place(place: versions.Place, home: versions.Place) -> str:
    name = _code(place.worktree) if place.worktree else f"branch {_code(place.branch)}"
    name += "" if place.path == home.path else f": {_path(place.path)}"
    return name + ("" if place.mode == home.mode else f", mode {place.mode:04o}")


def _state(version: Version) -> str:
    state = version.relation.value
    if version.behind is not None:
        state += f", {version.behind} behind"
    return state + (f", {version.difference} only" if version.difference else "")


def _lines(version: Version) -> str:
    lines = version.lines
    return f"+{lines.added} -{lines.removed}" if lines else "unknown"


def _made(version: Version) -> str:
    commit = version.commit
    if commit is None:
        return "not committed"
    return f"{_plain(commit.author)}, {commit.date[:10]}, {commit.id[:8]}"


def _merge(merge: Merge | None) -> str:
    if merge is None:
        return ""
    if merge.conflicts is None:
        return "cannot be tried"
    if merge.conflicts:
        return f"{merge.conflicts} in conflict"
    return "clean" if merge.ahead is None else f"clean, {merge.ahead} ahead"


def _left_out(scan: Scan) -> Iterator[tuple[object, ...]]:
    for reason, count in sorted(scan.left_out.items()):
        yield reason.replace("_", " "), count


def _remarks(drift: Drift) -> Iterator[str]:
    if drift.history != "full":
        yield ""
        yield f"History is {drift.history}: unknown files may be old versions."
    if drift.unread:
        yield ""
        names = ", ".join(map(_code, drift.unread))
        yield f"Branches that could not be read: {names}"


def _path(path: bytes) -> str:
    return _code(form.text(path))


def _code(text: str) -> str:
    """A code span that the text cannot end, also inside a table."""
    shown = _printable(text)
    longest = max((len(run) for run in _RUNS.findall(shown)), default=0)
    fence = "`" * (longest + 1)
    pad = " " if shown.startswith("`") or shown.endswith("`") else ""
    return f"{fence}{pad}{shown}{pad}{fence}".replace("|", "\\|")


def _plain(text: str) -> str:
    return _SPECIAL.sub(r"\\\1", _printable(text))


def _printable(text: str) -> str:
    return "".join(c if c.isprintable() else _escape(c) for c in text)


def _escape(character: str) -> str:
    code = ord(character)
    if 0xDC80 <= code <= 0xDCFF:  # a byte that was not UTF-8
        return f"\\x{code - 0xDC00:02x}"
    return ascii(character)[1:-1]
