"""A broken command says so; the others are untouched."""

from __future__ import annotations

import pytest

from s2s_tools import constants, errors
from s2s_tools.plugins import loader
from s2s_tools.plugins.model import Row


@pytest.mark.parametrize(
    "target", ["s2s_tools.no_such:x", "s2s_tools.errors:no_such", "no_such_pkg:x"]
)
def test_code_that_is_not_there_is_exit_14(target: str) -> None:
    row = Row("gone", (), target, "Help.", "Room")

    with pytest.raises(errors.CommandBroken, match="gone") as caught:
        loader.load(row)

    assert caught.value.exit_code == constants.EXIT_PLUGIN


def test_the_target_is_what_the_row_names() -> None:
    row = Row("x", (), "s2s_tools.errors:S2SError", "Help.", "Room")

    assert loader.load(row) is errors.S2SError
