"""Plans as JSON text, read strictly: what is not known is refused."""

from __future__ import annotations

import base64
import binascii
import re
from typing import Any, Final

from s2s_tools import errors
from s2s_tools.changes import laws, model

SCHEMA: Final = 1
MAX_SIZE: Final = 256 << 20
_SHA256 = re.compile(r"[0-9a-f]{64}\Z")
_MODE = re.compile(r"[0-7]{4,7}\Z")
_PLAN = {
    "schema": int,
    "repository": str,
    "command": str,
    "writes": list,
    "keeps": list,
    "notes": list,
    "expects": list,
}
_WRITE = {
    "worktree": str,
    "path": str,
    "before": dict,
    "after": dict,
    "data": (str, type(None)),
    "reason": str,
    "named": bool,
}
_KEEP = {"worktree": str, "path": str, "reason": str}
_EXPECT = {"worktree": str, "path": str, "state": dict}
_STATE = {"kind": str, "mode": (str, int), "sha256": str}


def to_json(plan: model.Plan) -> str:
    """A plan as one JSON document, with a final newline."""
    import json

    document = {
        "schema": SCHEMA,
        "repository": text(plan.repository),
        "command": plan.command,
        "writes": [_write_out(write) for write in plan.writes],
        "keeps": [keep_out(keep) for keep in plan.keeps],
        "notes": list(plan.notes),
        "expects": [_expect_out(expect) for expect in plan.expects],
    }
    return json.dumps(document, indent=1) + "\n"


def from_json(source: str | bytes) -> model.Plan:
    """The plan in a JSON document; raises errors.InvalidDocument."""
    document = fields(load(source), "plan", _PLAN)
    if document["schema"] != SCHEMA:
        raise invalid(f"plan: schema {document['schema']} is unknown, not {SCHEMA}")
    plan = model.Plan(
        repository=raw(document["repository"], "plan.repository"),
        command=document["command"],
        writes=tuple(
            _write_in(value, f"plan.writes[{i}]")
            for i, value in enumerate(document["writes"])
        ),
        keeps=tuple(
            keep_in(value, f"plan.keeps[{i}]")
            for i, value in enumerate(document["keeps"])
        ),
        notes=tuple(strings(document["notes"], "plan.notes")),
        expects=tuple(
            _expect_in(value, f"plan.expects[{i}]")
            for i, value in enumerate(document["expects"])
        ),
    )
    if problem := laws.flaw(plan):
        raise invalid(f"plan: {problem}")
    return plan


def _write_out(write: model.Write) -> dict[str, Any]:
    data = None if write.data is None else base64.b64encode(write.data).decode()
    return {
        "worktree": write.worktree,
        "path": text(write.path),
        "before": state_out(write.before),
        "after": state_out(write.after),
        "data": data,
        "reason": write.reason,
        "named": write.named,
    }


def _write_in(value: object, where: str) -> model.Write:
    found = fields(value, where, _WRITE)
    return model.Write(
        worktree=found["worktree"],
        path=raw(found["path"], f"{where}.path"),
        before=state_in(found["before"], f"{where}.before"),
        after=state_in(found["after"], f"{where}.after"),
        data=_bytes_in(found["data"], f"{where}.data"),
        reason=found["reason"],
        named=found["named"],
    )


def _expect_out(expect: model.Expect) -> dict[str, Any]:
    return {
        "worktree": expect.worktree,
        "path": text(expect.path),
        "state": state_out(expect.state),
    }


def _expect_in(value: object, where: str) -> model.Expect:
    found = fields(value, where, _EXPECT)
    return model.Expect(
        worktree=found["worktree"],
        path=raw(found["path"], f"{where}.path"),
        state=state_in(found["state"], f"{where}.state"),
    )


def _bytes_in(value: str | None, where: str) -> bytes | None:
    if value is None:
        return None
    try:
        return base64.b64decode(value, validate=True)
    except (binascii.Error, ValueError) as exc:
        raise invalid(f"{where} is not base64") from exc


def keep_out(keep: model.Keep) -> dict[str, Any]:
    """A keep as JSON."""
    return {
        "worktree": keep.worktree,
        "path": text(keep.path),
        "reason": keep.reason,
    }


def keep_in(value: object, where: str) -> model.Keep:
    """A keep from JSON."""
    found = fields(value, where, _KEEP)
    return model.Keep(
        worktree=found["worktree"],
        path=raw(found["path"], f"{where}.path"),
        reason=found["reason"],
    )


def state_out(state: model.State) -> dict[str, Any]:
    """A state as JSON; its mode in octal, as people write it."""
    mode = f"{state.mode:04o}"
    return {"kind": state.kind.value, "mode": mode, "sha256": state.sha256}


def state_in(value: object, where: str) -> model.State:
    """A state from JSON."""
    found = fields(value, where, _STATE)
    if found["kind"] not in ("absent", "file", "link"):
        raise invalid(f"{where}.kind is not absent, file or link")
    if found["sha256"] and not _SHA256.match(found["sha256"]):
        raise invalid(f"{where}.sha256 is not 64 lower-case hex digits")
    mode = _mode_in(found["mode"], f"{where}.mode")
    return model.State(model.Kind(found["kind"]), mode, found["sha256"])


def _mode_in(value: str | int, where: str) -> int:
    """A mode; the first plans and journals have it as a number."""
    if isinstance(value, bool):
        raise invalid(f"{where} has the wrong type")
    if isinstance(value, int):
        return value
    if not _MODE.match(value):
        raise invalid(f'{where} is no octal mode such as "0755"')
    return int(value, 8)


def load(source: str | bytes) -> object:
    """The value of a JSON text without doubled keys; errors.InvalidDocument."""
    import json

    if len(source) > MAX_SIZE:
        raise invalid(f"the document is larger than {MAX_SIZE >> 20} MiB")
    try:
        return json.loads(
            source, object_pairs_hook=_no_doubles, parse_constant=_no_constant
        )
    except errors.InvalidDocument:
        raise
    except (ValueError, RecursionError) as exc:
        raise invalid(f"the document is not JSON: {exc}") from exc


def _no_doubles(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise invalid("the document has a key twice in one object")
    return found


def _no_constant(name: str) -> object:
    raise invalid(f"the document holds {name}, which is not JSON")


def fields(value: object, where: str, known: dict[str, Any]) -> dict[str, Any]:
    """An object with exactly the known keys and types; errors.InvalidDocument."""
    if not isinstance(value, dict):
        raise invalid(f"{where} is not an object")
    for name in value:
        if name not in known:
            raise invalid(f"{where} has the unknown key {name!r}")
    for name, kind in known.items():
        if name not in value:
            raise invalid(f"{where} lacks the key {name!r}")
        found = value[name]
        if not isinstance(found, kind) or (kind is int and isinstance(found, bool)):
            raise invalid(f"{where}.{name} has the wrong type")
    return value


def strings(values: list[Any], where: str) -> list[str]:
    """A list of strings; errors.InvalidDocument."""
    if not all(isinstance(value, str) for value in values):
        raise invalid(f"{where} holds something that is no string")
    return values


def text(path: bytes) -> str:
    """Bytes as a string that gives the same bytes back."""
    return path.decode("utf-8", "surrogateescape")


def raw(value: str, where: str) -> bytes:
    """The bytes of such a string; errors.InvalidDocument."""
    try:
        return value.encode("utf-8", "surrogateescape")
    except UnicodeEncodeError as exc:
        raise invalid(f"{where} is no path") from exc


def invalid(message: str) -> errors.InvalidDocument:
    """The error of a document that breaks its schema."""
    return errors.InvalidDocument(f"{message}; make the plan anew")
