"""Lines of a journal: chained checksums tell a torn end from a damaged middle."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from typing import Any, Final

from s2s_tools import errors
from s2s_tools.changes import codec, model

SCHEMA: Final = 1
_SUM = 16
_BEGIN = {
    "type": str,
    "schema": int,
    "txid": str,
    "undoes": (str, type(None)),
    "when": int,
    "command": str,
    "backup": str,
    "steps": list,
    "folders": list,
}
_STEP = {"worktree": str, "path": str, "before": dict, "after": dict}
_FOLDER = {"worktree": str, "path": str}
_MARK = {"type": str}
_ENDED = {"type": str, "kept": list}


class Damaged(ValueError):
    """A journal's text is not what a journal's writer writes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Begin:
    """The first record: all that a rollback or an undo must know.

    `undoes` is the transaction that this one takes back, `backup` the commit
    that holds the bytes before and after, `folders` those that had to be made.
    """

    txid: str
    undoes: str | None
    when: int
    command: str
    backup: str
    steps: tuple[model.Step, ...]
    folders: tuple[tuple[str, bytes], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Journal:
    """What the whole lines of a journal say; `size` is where they end."""

    begin: Begin
    marks: frozenset[str] = field(default=frozenset())
    kept: tuple[model.Keep, ...] = ()
    size: int = 0
    checksum: str = ""


def line(previous: str, record: dict[str, Any]) -> tuple[bytes, str]:
    """One line of a journal and its checksum, which the next line continues."""
    import json

    body = json.dumps(record, separators=(",", ":"), sort_keys=True)
    checksum = _checksum(previous, body.encode())
    return f"{checksum} {body}\n".encode(), checksum


def _checksum(previous: str, body: bytes) -> str:
    return hashlib.sha256(previous.encode() + body).hexdigest()[:_SUM]


def begin_record(begin: Begin) -> dict[str, Any]:
    """The first record of a journal."""
    return {
        "type": "begin",
        "schema": SCHEMA,
        "txid": begin.txid,
        "undoes": begin.undoes,
        "when": begin.when,
        "command": begin.command,
        "backup": begin.backup,
        "steps": [_step_out(step) for step in begin.steps],
        "folders": [
            {"worktree": name, "path": codec.text(path)} for name, path in begin.folders
        ],
    }


def mark_record(name: str) -> dict[str, Any]:
    """A record that says how far the transaction has come."""
    return {"type": name}


def ended_record(name: str, kept: tuple[model.Keep, ...]) -> dict[str, Any]:
    """The last record, with the paths that were left to the user."""
    return {"type": name, "kept": [codec.keep_out(keep) for keep in kept]}


def read(source: bytes) -> Journal | None:
    """The journal in a file's bytes, without a torn last line.

    None where not even the first line is whole; raises Damaged.
    """
    *whole, _torn = source.split(b"\n")
    if not whole:
        return None
    checksum, records = "", []
    for number, text in enumerate(whole, 1):
        record, checksum = _record(text, checksum, number)
        records.append(record)
    try:
        begin = _begin_in(records[0])
        marks, kept = _marks_in(records[1:])
    except errors.InvalidDocument as exc:
        raise Damaged(str(exc).partition(";")[0]) from exc
    return Journal(
        begin=begin,
        marks=marks,
        kept=kept,
        size=sum(len(text) + 1 for text in whole),
        checksum=checksum,
    )


def _record(text: bytes, previous: str, number: int) -> tuple[object, str]:
    body = text[_SUM + 1 :]
    checksum = _checksum(previous, body)
    if text[: _SUM + 1] != f"{checksum} ".encode():
        raise Damaged(f"line {number} does not match its checksum")
    try:
        return codec.load(body), checksum
    except errors.InvalidDocument as exc:
        raise Damaged(f"line {number} is not JSON") from exc


def _begin_in(record: object) -> Begin:
    if isinstance(record, dict) and record.get("schema") not in (SCHEMA, None):
        raise Damaged(f"schema {record['schema']} is newer than this s2s")
    found = codec.fields(record, "begin", _BEGIN)
    if found["type"] != "begin":
        raise Damaged("line 1 is not the begin record")
    return Begin(
        txid=found["txid"],
        undoes=found["undoes"],
        when=found["when"],
        command=found["command"],
        backup=found["backup"],
        steps=tuple(_step_in(step, i) for i, step in enumerate(found["steps"])),
        folders=tuple(_folder_in(folder) for folder in found["folders"]),
    )


def _step_out(step: model.Step) -> dict[str, Any]:
    return {
        "worktree": step.worktree,
        "path": codec.text(step.path),
        "before": codec.state_out(step.before),
        "after": codec.state_out(step.after),
    }


def _step_in(value: object, number: int) -> model.Step:
    where = f"steps[{number}]"
    found = codec.fields(value, where, _STEP)
    return model.Step(
        number=number,
        worktree=found["worktree"],
        path=codec.raw(found["path"], where),
        before=codec.state_in(found["before"], where),
        after=codec.state_in(found["after"], where),
    )


def _folder_in(value: object) -> tuple[str, bytes]:
    found = codec.fields(value, "folders", _FOLDER)
    return found["worktree"], codec.raw(found["path"], "folders")


def _marks_in(records: list[object]) -> tuple[frozenset[str], tuple[model.Keep, ...]]:
    marks: set[str] = set()
    kept: tuple[model.Keep, ...] = ()
    for record in records:
        known = _ENDED if isinstance(record, dict) and "kept" in record else _MARK
        found = codec.fields(record, "record", known)
        marks.add(found["type"])
        if known is _ENDED:
            kept = tuple(codec.keep_in(keep, "kept") for keep in found["kept"])
    return frozenset(marks), kept
