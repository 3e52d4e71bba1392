"""What a look for hard-coded paths found, for people."""

from __future__ import annotations

from collections.abc import Iterator

from s2s_tools.cli import output
from s2s_tools.scripts.pathfix import report as reports
from s2s_tools.scripts.pathfix.model import Occurrence, Script, Verdict
from s2s_tools.scripts.pathfix.service import Report

_MEANING = {
    Verdict.AUTO: "can be rewritten",
    Verdict.CHECKED: "can be rewritten; the script then checks the root",
    Verdict.MANUAL: "for a person",
    Verdict.SKIPPED: "left alone",
}


def lines(report: Report) -> Iterator[str]:
    """The folders, the table of contexts, what is left to do."""
    yield "Looked for:"
    for place in report.places:
        yield f"  {output.safe(place.path)} (${output.safe(place.variable)})"
    yield ""
    yield from _contexts(report)
    yield from _left(report)
    yield from _others(report)
    yield from _proposals(report)
    for note in report.plan.notes:
        yield from output.wrapped(note[:1].upper() + note[1:] + ".")


def diff(report: Report) -> Iterator[str]:
    """The changes as a unified diff."""
    import difflib

    for script in report.scripts:
        if script.result is None or script.result == script.data:
            continue
        name = output.safe(_name(script))
        old, new = (
            text.decode("utf-8", "surrogateescape").splitlines()
            for text in (script.data, script.result)
        )
        made = difflib.unified_diff(old, new, f"a/{name}", f"b/{name}", lineterm="")
        yield from (_safe_line(line) for line in made)


def _contexts(report: Report) -> Iterator[str]:
    rows = [
        (name.replace("_", " "), verdict.value, many, _MEANING[verdict])
        for (name, verdict), many in reports.contexts(report)
    ]
    if not rows:
        scripts = output.count(report.looked_at, "script")
        yield f"No hard-coded path in {scripts}."
        yield ""
        return
    yield from output.table(("context", "verdict", "count", ""), rows, right=(2,))
    yield ""


def _left(report: Report) -> Iterator[str]:
    """What people have to do: problems of whole scripts, single places."""
    first = True
    for script in report.scripts:
        manual = [o for o in script.occurrences if o.verdict is Verdict.MANUAL]
        if not manual and not script.problem:
            continue
        if first:
            yield "Left for a person:"
            first = False
        if not manual:
            yield from output.wrapped(f"{_name(script)}: {script.problem}", indent="  ")
        for occurrence in manual:
            yield from output.wrapped(_place(script, occurrence), indent="  ")
    if not first:
        yield ""


def _others(report: Report) -> Iterator[str]:
    if not report.mentions:
        return
    files = len({(m.worktree, m.path) for m in report.mentions})
    many = output.count(len(report.mentions), "line")
    yield from output.wrapped(
        f"Other files that name it, reported only; no format has a rule ({many} in "
        f"{output.count(files, 'file')}):"
    )
    lines: dict[tuple[str, bytes, str], list[str]] = {}
    for mention in report.mentions:
        key = (mention.worktree, mention.path, mention.reason)
        lines.setdefault(key, []).append(str(mention.line))
    for (worktree, path, reason), numbers in lines.items():
        tree = "" if worktree == "." else f"{worktree}/"
        yield from output.wrapped(
            f"{tree}{_text(path)}: line {', '.join(numbers)} ({reason})", indent="  "
        )
    yield ""


def _proposals(report: Report) -> Iterator[str]:
    if not report.proposals:
        return
    yield "Also named; give one if it is meant:"
    for proposal in report.proposals:
        value = _text(proposal.path) + ("=HOME" if proposal.home else "")
        yield output.safe(
            f"  --prefix {value}  ({output.count(proposal.scripts, 'script')})"
        )
    yield ""


def _place(script: Script, occurrence: Occurrence) -> str:
    context = occurrence.context.replace("_", " ")
    return f"{_name(script)}:{occurrence.line} ({context}): {occurrence.advice}"


def _name(script: Script) -> str:
    tree = "" if script.worktree == "." else f"{script.worktree}/"
    return tree + _text(script.path)


def _safe_line(line: str) -> str:
    """A line of a script: its tabs stay."""
    return "\t".join(output.safe(part) for part in line.split("\t"))


def _text(raw: bytes) -> str:
    return raw.decode("utf-8", "surrogateescape")
