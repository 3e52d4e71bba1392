"""The command table is strict and survives the way into Python."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from s2s_tools import errors
from s2s_tools.plugins import codec
from s2s_tools.plugins.model import Row

ROW = "- {name: scan, target: 'a.b:c', help: Look., room: Look}"


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        ("- {name: Scan, target: 'a:b', help: h, room: r}", "lower-case"),
        ("- {name: scan, target: 'a b', help: h, room: r}", "package.module:function"),
        ("- {name: scan, target: 'a:b', help: h, room: r, x: 1}", "x: unknown key"),
        (f"{ROW}\n{ROW}", "already a command"),
        (f"{ROW}\n- {{name: s, aliases: [scan], help: h, room: r}}", "already"),
        ("- {name: a b, target: 'a:b', help: h, room: r}", "no row above"),
        ("- {name: scan, help: h}", "room: missing"),
        ("- scan", "expected mappings"),
    ],
    ids=lambda value: str(value)[-24:],
)
def test_a_bad_row_is_refused_with_its_place(rows: str, said: str) -> None:
    with pytest.raises(errors.InvalidDocument, match=r"^m\.yaml:\d+: ") as caught:
        codec.rows(f"commands:\n{rows}\n".encode(), "m.yaml")

    assert said in str(caught.value)


@given(
    st.lists(
        st.builds(
            Row,
            st.text(),
            st.lists(st.text()).map(tuple),
            st.text(),
            st.text(),
            st.text(),
            st.booleans(),
        )
    ).map(tuple)
)
def test_the_module_holds_the_same_rows(table: tuple[Row, ...]) -> None:
    names: dict[str, object] = {}
    exec(codec.module(table), names)

    assert names["COMMANDS"] == table
