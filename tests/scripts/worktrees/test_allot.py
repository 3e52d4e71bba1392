"""No two worktrees share a port or a database."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from s2s_tools import errors
from s2s_tools.scripts.worktrees import allot, codec, dotenv
from s2s_tools.scripts.worktrees.model import MAIN, Allocation, Server

NAMES = st.text("abAB01._-", min_size=1, max_size=90)


@given(st.lists(NAMES, max_size=30), st.sets(st.integers(4000, 4040)))
def test_what_is_given_is_given_once(names: list[str], busy: set[int]) -> None:
    given_out: list[Allocation] = [MAIN]

    for name in names:
        given_out.append(
            allot.allocation(name, given_out[1:], lambda port: port not in busy)
        )

    ports = [port for held in given_out for port in held.ports]
    bases = [(held.database_dev, held.database_test) for held in given_out]
    databases = [name for pair in bases for name in pair]
    assert len(set(ports)) == len(ports)
    assert not busy & set(ports[3:])
    assert len(set(databases)) == len(databases)
    assert max(map(len, databases)) <= 63


@pytest.mark.parametrize(
    ("name", "database"),
    [
        ("xavos-system", "self_sustaining_xavos_system_dev"),
        ("Feature.X", "self_sustaining_feature_x_dev"),
    ],
)
def test_a_database_name_needs_no_quotes(name: str, database: str) -> None:
    assert allot.allocation(name, (), lambda _: True).database_dev == database


def test_where_every_port_is_taken_that_is_said() -> None:
    with pytest.raises(errors.Refused, match="every port is taken"):
        allot.allocation("x", (), lambda _: False)


def test_an_allocation_survives_its_json() -> None:
    held = allot.allocation("x", (), lambda _: True)

    assert codec.from_json(codec.to_json(held), "here") == held


@pytest.mark.parametrize(
    "data", [b"", b"[]", b"{}", b'{"port": "1"}', b"\xff", b"null", b"3"]
)
def test_what_is_no_allocation_is_named(data: bytes) -> None:
    with pytest.raises(errors.InvalidDocument, match="here is no allocation"):
        codec.from_json(data, "here")


def test_the_url_and_the_folder_are_quoted() -> None:
    variables = dotenv.values(MAIN, Server(user="a b@c"), "/my shared $place")

    lines = dotenv.lines(variables)

    assert variables["DATABASE_URL"].startswith("postgres://a%20b%40c@localhost:5432/")
    assert "SHARED_COORDINATION_DIR='/my shared $place'" in lines
