"""Entry scripts never take a stranger's place unasked."""

from __future__ import annotations

import hashlib

import pytest

from s2s_tools import errors
from s2s_tools.changes.model import Kind, State
from s2s_tools.scripts.wrappers import codec, plan, render
from s2s_tools.scripts.wrappers.model import Entry

ENTRY = Entry(
    name="tool.sh", paths=("bin/tool.sh",), command=("scan",), help="Scan it."
)


def held(data: bytes, mode: int = 0o755) -> tuple[State, bytes]:
    return State(Kind.FILE, mode, hashlib.sha256(data).hexdigest()), data


def test_an_absent_path_gets_the_wrapper() -> None:
    made = plan.install([ENTRY], {}, repository=b"/r/.git")

    (write,) = made.writes
    assert (write.path, write.before.kind) == (b"bin/tool.sh", Kind.ABSENT)
    assert write.data == render.entry(ENTRY)
    assert write.after.mode == 0o755


def test_a_second_install_writes_nothing() -> None:
    present = {"bin/tool.sh": held(render.entry(ENTRY))}

    made = plan.install([ENTRY], present, repository=b"/r/.git")

    assert made.writes == ()
    assert [keep.reason for keep in made.keeps] == ["up to date"]


def test_an_older_wrapper_is_renewed() -> None:
    old = b"#!/bin/sh\n# s2s-wrapper:0 entry tool.sh\nexit 1\n"

    made = plan.install([ENTRY], {"bin/tool.sh": held(old)}, repository=b"/r/.git")

    assert len(made.writes) == 1


@pytest.mark.parametrize("data", [b"#!/bin/sh\necho mine\n", b"", b"\x7fELF"])
def test_a_stranger_is_kept_and_named(data: bytes) -> None:
    present = {"bin/tool.sh": held(data)}

    kept = plan.install([ENTRY], present, repository=b"/r/.git")
    taken = plan.install(
        [ENTRY], present, repository=b"/r/.git", replace=frozenset({"tool.sh"})
    )

    assert kept.writes == ()
    assert "--replace" in kept.keeps[0].reason
    assert taken.writes[0].before == present["bin/tool.sh"][0]


def test_a_symlink_is_kept_even_when_asked() -> None:
    present = {"bin/tool.sh": (State(Kind.LINK, 0, "0"), b"")}

    made = plan.install(
        [ENTRY], present, repository=b"/r/.git", replace=frozenset({"tool.sh"})
    )

    assert made.writes == ()


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("name", "a$(id).sh"),
        ("name", "../up.sh"),
        ("paths", "[/etc/x.sh]"),
        ("paths", "[a/../../x.sh]"),
        ("paths", "['a b.sh']"),
        ("command", "[scan, '; id']"),
        ("command", "[]"),
        ("help", "'x\\n id'"),
        ("help", "'`id`\"'"),
        ("help", "'$HOME'"),
    ],
)
def test_what_could_not_stand_in_a_script_is_refused(key: str, value: str) -> None:
    parts = {"name": "x.sh", "paths": "[x.sh]", "command": "[scan]", "help": "X."}
    body = "".join(f"    {k}: {v}\n" for k, v in (parts | {key: value}).items())
    text = f"entries:\n  -\n{body}"

    with pytest.raises(errors.InvalidDocument, match=key):
        codec.entries(text.encode(), "entries.yaml")
