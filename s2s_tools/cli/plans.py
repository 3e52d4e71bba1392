"""How a plan and what came of it are shown, to people and to programs."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any, TypeAlias

from s2s_tools.changes import codec
from s2s_tools.changes.apply import Applied
from s2s_tools.changes.model import Keep, Kind, Plan, Write
from s2s_tools.changes.undo import Undone
from s2s_tools.cli import output

FEW = 8  # paths that are listed under one reason before the rest is counted

Item: TypeAlias = Write | Keep


def document(plan: Plan) -> dict[str, Any]:
    """The plan as `--out` saves it."""
    import json

    saved = json.loads(codec.to_json(plan))
    assert isinstance(saved, dict)
    return saved


def applied(result: Applied) -> dict[str, Any]:
    """What carrying a plan out did."""
    return {
        "txid": result.txid,
        "written": result.written,
        "backup": result.backup,
        "kept": keeps(result.kept),
        "notes": list(result.notes),
        "recovered": {
            "finished": list(result.recovered.finished),
            "rolled_back": list(result.recovered.rolled_back),
            "kept": keeps(result.recovered.kept),
        },
    }


def keeps(items: Iterable[Keep]) -> list[dict[str, Any]]:
    """Kept paths with their reasons."""
    return [codec.keep_out(item) for item in items]


def lines(plan: Plan, here: str, *, whole: bool = False) -> Iterator[str]:
    """The plan for people: what changes, what stays and why.

    Files of the worktree `here` come first. Without `whole` a long list is cut.
    """
    limit = None if whole else FEW
    writes = _grouped(plan.writes, lambda item: _written(item, here))
    yield from _section(_headline(plan), writes, None)
    own = [keep for keep in plan.keeps if keep.worktree == here]
    yield from _section("Stays as it is in this tree:", _grouped(own, _kept), limit)
    others = dict.fromkeys(k.worktree for k in plan.keeps if k.worktree != here)
    for name in others:
        kept = [keep for keep in plan.keeps if keep.worktree == name]
        title = f"Stays as it is in {_tree(name)}:"
        yield from _section(title, _grouped(kept, _kept), limit)
    yield from (output.safe(note) for note in plan.notes)


def outcome(result: Applied) -> Iterator[str]:
    """What carrying a plan out did, for people."""
    recovered = result.recovered
    for txid in recovered.finished:
        yield f"The earlier transaction {txid} was brought to its end."
    for txid in recovered.rolled_back:
        yield f"The half-done transaction {txid} was taken back."
    if result.txid is None:
        yield "Nothing was changed."
        return
    many = output.count(result.written, "file")
    yield f"{many} changed in transaction {result.txid}."
    for keep in (*recovered.kept, *result.kept):
        yield f"{place(keep)}: {output.safe(keep.reason)}"
    yield "Nothing was staged or committed."
    yield f"Take it back: s2s dedupe undo --tx {result.txid}"


def undone(result: Undone, *, dry_run: bool) -> Iterator[str]:
    """What an undo did, or would do, for people."""
    many = output.count(result.restored, "file")
    verb = "would be restored" if dry_run else "restored"
    yield f"Transaction {result.txid}: {many} {verb}."
    for keep in result.kept:
        yield f"  {place(keep)} stays: {output.safe(keep.reason)}"


def place(item: Item) -> str:
    """A path as people read it, with its worktree where it is not the main one."""
    path = output.safe(item.path)
    return path if item.worktree == "." else f"{output.safe(item.worktree)}: {path}"


def _headline(plan: Plan) -> str:
    links = sum(write.after.kind is Kind.LINK for write in plan.writes)
    if links == len(plan.writes):
        return f"Becomes a link ({output.count(links, 'file')}):"
    return f"Changes ({output.count(len(plan.writes), 'file')}):"


_Group: TypeAlias = tuple[str, list[str]]


def _grouped(items: Iterable[Item], show: Callable[[Item], str]) -> list[_Group]:
    groups: dict[str, list[str]] = {}
    for item in items:
        groups.setdefault(item.reason, []).append(show(item))
    # The long lists last: what is special is read first.
    return sorted(groups.items(), key=lambda group: len(group[1]))


def _section(title: str, groups: list[_Group], limit: int | None) -> Iterator[str]:
    if not groups:
        return
    yield title
    for reason, shown in groups:
        yield from _wrapped(f"{output.safe(reason)} ({len(shown)}):")
        few = shown if limit is None or len(shown) <= limit else shown[: limit - 1]
        yield from (f"    {text}" for text in few)
        if len(few) < len(shown):
            yield f"    … {len(shown) - len(few)} more; --all lists them"
    yield ""


def _wrapped(text: str) -> list[str]:
    import textwrap

    return textwrap.wrap(
        text,
        output.terminal_width(),
        initial_indent="  ",
        subsequent_indent="    ",
        break_long_words=False,
        break_on_hyphens=False,
    )


def _written(item: Item, here: str) -> str:
    assert isinstance(item, Write)
    shown = output.safe(item.path) if item.worktree == here else place(item)
    if item.after.kind is Kind.LINK:
        return f"{shown} -> {output.safe(item.data or b'')}"
    return shown


def _tree(name: str) -> str:
    return "the main worktree" if name == "." else output.safe(name)


def _kept(item: Item) -> str:
    return output.safe(item.path)
