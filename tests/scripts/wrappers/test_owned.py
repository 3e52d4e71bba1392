"""What a manifest owns, and what belongs there."""

from __future__ import annotations

import hashlib

import pytest

from s2s_tools.scripts.inventory.model import Relation
from s2s_tools.scripts.manifest.model import Copy, Entry, Form, Manifest, Strategy
from s2s_tools.scripts.wrappers import owned, render
from s2s_tools.scripts.wrappers.model import Entry as Named
from s2s_tools.scripts.wrappers.owned import Kind, Wanted

BODY = b"#!/bin/sh\necho a\n"
STORE = b".s2s/canonical/t/a.sh"
OLD = "0" * 64
SAME = Relation.IDENTICAL


def entry(*copies: Copy, strategy: Strategy = Strategy.EXEC) -> Entry:
    return Entry(b"t/a.sh", ".", STORE, OLD, 0o755, strategy, copies)


def wanted(*entries: Entry, body: bytes | None = BODY) -> tuple[Wanted, ...]:
    bodies = {} if body is None else {e.id: body for e in entries}
    return owned.wanted(Manifest(entries=entries), bodies, project=b"p")


def test_a_wrapper_is_wanted_that_runs_the_body_from_where_it_stands() -> None:
    (one,) = wanted(entry(Copy("wt", b"t/a.sh", SAME, Form.EXEC)))

    row = render.read_exec(one.data or b"")
    assert row is not None
    assert (row.id, row.path, row.body, row.project) == (
        b"t/a.sh",
        b"t/a.sh",
        STORE,
        b"p",
    )
    assert (one.kind, one.mode) == (Kind.EXEC, 0o755)


def test_a_link_is_wanted_to_the_body_or_to_what_the_manifest_says() -> None:
    ones = wanted(
        entry(
            Copy(".", b"x/y/b.sh", SAME, Form.SYMLINK),
            Copy("wt", b"x/b.sh", SAME, Form.SYMLINK, b"x/c.sh"),
        )
    )

    assert [(one.data, one.body) for one in ones] == [
        (b"../../.s2s/canonical/t/a.sh", STORE),
        (b"c.sh", b"x/c.sh"),
    ]


@pytest.mark.parametrize(
    ("relation", "ours"),
    [(SAME, 1), (Relation.STALE, 1), (Relation.DIVERGED, 0), (Relation.UNKNOWN, 0)],
)
def test_a_managed_copy_is_ours_unless_it_has_bytes_of_its_own(
    relation: Relation, ours: int
) -> None:
    found = wanted(entry(Copy("wt", b"b.sh", relation), strategy=Strategy.COPY))

    assert [one.data for one in found] == [BODY] * ours


@pytest.mark.parametrize(
    "strategy",
    [s for s in Strategy if s is not Strategy.COPY],
)
def test_a_plain_copy_is_not_ours(strategy: Strategy) -> None:
    assert wanted(entry(Copy("wt", b"b.sh", SAME), strategy=strategy)) == ()


def test_recorded_and_present_bytes_of_the_body_are_known() -> None:
    (one,) = wanted(entry(Copy(".", b"b.sh", SAME, Form.SYMLINK)))

    assert one.known == {OLD, hashlib.sha256(BODY).hexdigest()}


def test_a_canonical_is_never_to_be_replaced_by_a_stand_in() -> None:
    other = entry(Copy(".", b"o.sh", SAME, Form.SYMLINK))
    other = other._replace(id=b"o.sh", path=b"o.sh")

    assert wanted(entry(Copy(".", STORE, SAME, Form.SYMLINK))) == ()
    assert wanted(entry(Copy(".", b"o.sh", SAME, Form.EXEC)), other) == ()


def test_a_name_that_cannot_stand_in_a_wrapper_is_told() -> None:
    (one,) = wanted(entry(Copy(".", b"a$(id).sh", SAME, Form.EXEC)))

    assert one.data is None
    assert "may not stand in a wrapper" in one.problem


def test_without_the_canonical_a_managed_copy_cannot_be_made() -> None:
    copy = Copy("wt", b"b.sh", SAME)

    (one,) = wanted(entry(copy, strategy=Strategy.COPY), body=None)

    assert (one.data, one.problem) == (None, "its canonical cannot be read")


def test_an_entry_script_is_ours_where_a_wrapper_of_its_name_stands() -> None:
    named = Named(name="x.sh", paths=("a/x.sh", "b/x.sh"), command=("scan",), help="X.")
    other = Named(name="y.sh", paths=("c/y.sh",), command=("scan",), help="Y.")
    old = b"#!/bin/sh\n# s2s-wrapper:0 entry x.sh\n"
    present = {b"a/x.sh": old, b"b/x.sh": b"#!/bin/sh\n", b"c/y.sh": old}

    found = owned.installed([named, other], present)

    assert [(one.path, one.data) for one in found] == [(b"a/x.sh", render.entry(named))]
