"""How drift is shown to people."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator

from s2s_tools.cli import output
from s2s_tools.scripts.inventory import versions
from s2s_tools.scripts.inventory.model import Relation
from s2s_tools.scripts.inventory.versions import Drift, Drifted, Merge, Version

_LABEL = 12  # columns of "2 behind", "diverged"
_FEW = 3  # places that are listed for each version
_CLASSES = {
    "eol": "line ends only",
    "whitespace": "white space only",
    "comments": "comments and white space only",
}


def lines(drift: Drift, *, whole: bool) -> Iterator[str]:
    """The readable answer; `whole` lists every place of each version."""
    yield _summary(drift)
    if drift.history != "full":
        yield f"History is {drift.history}: unknown files may be old versions."
    if drift.unread:
        yield f"Branches that could not be read: {_names(drift.unread)}"
    for script in drift.scripts:
        yield ""
        yield from _script(script, whole=whole)


def _summary(drift: Drift) -> str:
    files: Counter[Relation] = Counter()
    for script in drift.scripts:
        for version in script.versions:
            files[version.relation] += len(version.places)
    drifted = sum(map(versions.has_drift, drift.scripts))
    counts = [
        f"{output.count(files[relation], 'copy', 'copies')} {relation.value}"
        for relation in (Relation.STALE, Relation.DIVERGED, Relation.UNKNOWN)
        if files[relation]
    ]
    compared = output.count(drift.compared, "script")
    return ", ".join([f"{compared} compared", f"{drifted} with drift", *counts])


def _script(script: Drifted, *, whole: bool) -> Iterator[str]:
    yield output.safe(script.id)
    home = script.versions[0].places[0]
    for version in script.versions:
        label = _label(version)
        for text in _version(version, home, whole=whole):
            yield f"  {label:<{_LABEL}}{_cut(text, output.terminal_width() - 14)}"
            label = ""


def _version(version: Version, home: versions.Place, *, whole: bool) -> Iterator[str]:
    odd_first = sorted(version.places, key=lambda place: _rank(place, home))
    shown = odd_first if whole else odd_first[:_FEW]
    for place in shown:
        yield _place(place, home)
    if len(shown) < len(version.places):
        yield f"and {len(version.places) - len(shown)} more"
    yield _made(version)
    changed = _changed(version)
    if changed:
        yield changed
    if version.merge is not None:
        yield _merge(version.merge)


def _rank(place: versions.Place, home: versions.Place) -> tuple[bool, bool]:
    """The canonical first, then what differs from it in its mode."""
    return place != home, place.mode == home.mode


def _label(version: Version) -> str:
    if version.relation is Relation.STALE:
        return f"{version.behind} behind" if version.behind else "committed"
    return version.relation.value.replace("_", " ")


def _place(place: versions.Place, home: versions.Place) -> str:
    name = output.safe(place.worktree)
    if not place.worktree:
        name = f"branch {output.safe(place.branch)}, not checked out"
    elif place.branch:
        name += f" ({output.safe(place.branch)})"
    if place.path != home.path:
        name += f": {output.safe(place.path)}"
    if place.mode != home.mode:
        name += f", mode {place.mode:04o}, not {home.mode:04o}"
    return name


def _made(version: Version) -> str:
    commit = version.commit
    if commit is None:
        return "not committed"
    who = f"{output.safe(commit.author)}, {commit.date[:10]}, {commit.id[:8]}"
    return f"{who}: {output.safe(commit.summary)}"


def _changed(version: Version) -> str:
    if version.lines is None:
        return ""
    counts = f"+{version.lines.added} -{version.lines.removed} lines"
    kind = _CLASSES.get(version.difference)
    return f"{counts} against the canonical" + (f", {kind}" if kind else "")


def _merge(merge: Merge) -> str:
    base = f"common version {merge.base.id[:8]}" if merge.base else ""
    if merge.ahead is not None:
        steps = output.count(merge.ahead, "commit") if merge.ahead else "an edit"
        return f"{steps} ahead of the canonical; merges cleanly"
    if merge.conflicts is None:
        return f"{base or 'no common version'}; a merge cannot be tried"
    if merge.conflicts:
        return f"{base}; a merge has {output.count(merge.conflicts, 'conflict')}"
    return f"{base}; merges cleanly"


def _names(names: Iterable[str]) -> str:
    return ", ".join(map(output.safe, names))


def _cut(text: str, width: int) -> str:
    return text if len(text) <= width else text[: width - 1] + "…"
