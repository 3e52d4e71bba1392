"""Plans as JSON: whole, strict."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from s2s_tools import errors
from s2s_tools.changes import codec, model, state

PARTS = st.binary(min_size=1, max_size=8).filter(
    lambda part: (
        not {b"/"[0], 0} & set(part)
        and part not in (b".", b"..")
        and part.lower().rstrip(b". ") not in (b".git", b"git~1")
    )
)
PATHS = st.lists(PARTS, min_size=1, max_size=3).map(b"/".join)
FILES = st.tuples(st.binary(max_size=40), st.integers(0o400, 0o777)).filter(
    lambda pair: bool(pair[1] & 0o400)
)
STATES = st.one_of(
    st.just((model.ABSENT, None)),
    FILES.map(lambda pair: (state.file_state(*pair), pair[0])),
    st.binary(min_size=1, max_size=20)
    .filter(lambda target: b"\0" not in target)
    .map(lambda target: (state.link_state(target), target)),
)


@st.composite
def plans(draw: st.DrawFn) -> model.Plan:
    """Consistent plans with hostile names."""
    # A number in front: no path is then above another.
    paths = draw(st.lists(PATHS, max_size=4))
    writes = []
    for number, path in enumerate(paths):
        after, data = draw(STATES)
        writes.append(
            model.Write(
                worktree=draw(st.sampled_from([".", "trees/x", "../out"])),
                path=b"%d" % number + path,
                before=draw(STATES)[0],
                after=after,
                data=data,
                reason=draw(st.text(max_size=5)),
                named=draw(st.booleans()),
            )
        )
    keep = st.builds(model.Keep, worktree=st.just("."), path=PATHS, reason=st.text())
    expect = st.builds(
        model.Expect,
        worktree=st.just("."),
        path=PATHS,
        state=STATES.map(lambda pair: pair[0]),
    )
    return model.Plan(
        repository=b"/r/" + draw(PARTS),
        command=draw(st.text(max_size=9)),
        writes=tuple(writes),
        keeps=tuple(draw(st.lists(keep, max_size=2))),
        notes=tuple(draw(st.lists(st.text(), max_size=2))),
        expects=tuple(draw(st.lists(expect, max_size=2))),
    )


@given(plans())
def test_a_plan_comes_back_from_its_json(plan: model.Plan) -> None:
    text = codec.to_json(plan)

    assert codec.from_json(text) == plan
    assert codec.from_json(text.encode()) == plan
    assert text.isascii()


def document(**changed: Any) -> dict[str, Any]:
    """A good plan's document, with the first write altered."""
    plan = model.Plan(
        repository=b"/r/.git",
        command="c",
        writes=(
            model.Write(
                worktree=".",
                path=b"a",
                before=model.ABSENT,
                after=state.file_state(b"x", 0o755),
                data=b"x",
                reason="",
            ),
        ),
    )
    found: dict[str, Any] = json.loads(codec.to_json(plan))
    found["writes"][0] |= changed
    return found


FILE = {"kind": "file", "mode": 0o755, "sha256": "0" * 64}


@pytest.mark.parametrize(
    "changed",
    [
        {"surprise": 1},
        {"path": 7},
        {"path": "../x"},
        {"path": "/x"},
        {"path": "a/.git/x"},
        {"path": "\ud800"},
        {"data": "not base64!"},
        {"data": "eQ=="},
        {"data": None},
        {"named": 1},
        {"after": FILE | {"mode": True}},
        {"after": FILE | {"mode": 0o4755}},
        {"after": FILE | {"mode": "4755"}},
        {"after": FILE | {"mode": "0x1ed"}},
        {"after": FILE | {"mode": ""}},
        {"after": FILE | {"sha256": "X" * 64}},
        {"after": FILE | {"kind": "other"}},
        {"before": {"kind": "absent", "mode": 1, "sha256": ""}},
        {"before": {"kind": "absent", "mode": 0, "sha256": "0" * 64}},
        {"before": {"kind": "file", "mode": 0o644, "sha256": ""}},
        {"before": {"kind": "link", "mode": 0o644, "sha256": "0" * 64}},
    ],
    ids=str,
)
def test_a_write_that_breaks_the_schema_is_refused(changed: dict[str, Any]) -> None:
    with pytest.raises(errors.InvalidDocument):
        codec.from_json(json.dumps(document(**changed)))


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        "{",
        "NaN",
        "[" * 100_000,
        '{"schema": 1, "schema": 1}',
        "9" * 10_000,
        json.dumps(document() | {"schema": 2}),
        json.dumps(document() | {"schema": True}),
        json.dumps(document() | {"notes": [1]}),
        json.dumps(document() | {"more": 1}),
        json.dumps({k: v for k, v in document().items() if k != "keeps"}),
        json.dumps(document() | {"writes": document()["writes"] * 2}),
    ],
    ids=lambda text: text[:20],
)
def test_a_document_that_breaks_the_schema_is_refused(text: str) -> None:
    with pytest.raises(errors.InvalidDocument, match="make the plan anew"):
        codec.from_json(text)


def test_bytes_that_are_no_text_are_refused() -> None:
    with pytest.raises(errors.InvalidDocument):
        codec.from_json(b"\xff\xfe\x00")


def test_a_path_below_another_written_path_is_refused() -> None:
    found = document()
    found["writes"].append(found["writes"][0] | {"path": "a/b"})

    with pytest.raises(errors.InvalidDocument, match="a folder above it"):
        codec.from_json(json.dumps(found))


def test_a_mode_is_written_in_octal_and_read_as_a_number_too() -> None:
    found = document()
    data = found["writes"][0]["after"]
    older = document(after=data | {"mode": 0o755})

    assert data["mode"] == "0755"
    assert codec.from_json(json.dumps(found)) == codec.from_json(json.dumps(older))
