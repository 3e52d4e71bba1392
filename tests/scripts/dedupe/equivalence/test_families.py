"""What belongs together in a plan stands or falls together."""

from __future__ import annotations

import dataclasses
import os
from collections.abc import Callable
from typing import Any

import pytest

from s2s_tools import errors
from s2s_tools.changes.model import Kind, Plan, State
from s2s_tools.scripts.dedupe.equivalence import codec, families, store
from s2s_tools.scripts.dedupe.equivalence.model import Judged, Proof, Verdict


def judged(plan: Plan, verdict: Verdict) -> tuple[Judged, ...]:
    return tuple(
        Judged(f.name, verdict, "because", families.places(f), ("x",), f.digest)
        for f in families.of_plan(plan)
    )


@pytest.mark.parametrize("link", [False, True])
def test_a_body_and_what_runs_it_are_one_family(
    link: bool, swap: Callable[..., Any]
) -> None:
    made = swap("#!/bin/sh\n", link=link)

    (family,) = families.of_plan(made.plan)

    assert family.name == "bin/x.sh"
    assert families.places(family) == ((".", b"bin/x.sh"),)


def test_a_family_that_is_taken_out_leaves_with_its_body(
    swap: Callable[..., Any],
) -> None:
    made = swap("#!/bin/sh\n")

    left = families.without(made.plan, judged(made.plan, Verdict.DIFFERS))

    assert left.writes == ()
    assert [(k.path, k.reason) for k in left.keeps] == [
        (b"bin/x.sh", "differs: because")
    ]


@pytest.mark.parametrize(
    "change",
    [
        {"after": State(Kind.FILE, 0o700, "0" * 64)},
        {"before": State(Kind.FILE, 0o700, "0" * 64)},
        {"worktree": "other"},
    ],
)
def test_a_proof_of_other_bytes_is_no_proof(
    change: dict[str, Any], swap: Callable[..., Any], tmp_path: Any
) -> None:
    plan = swap("#!/bin/sh\n").plan
    file = os.fsencode(tmp_path / "plan")
    found = judged(plan, Verdict.PROVED)
    store.save(
        Proof(repository=b"r", sandbox="bwrap", families=found), store.beside(file)
    )
    other = dataclasses.replace(plan.writes[1], **change)

    assert store.of_plan(plan, file) == {"bin/x.sh": found[0]}
    with pytest.raises(errors.FileChanged, match="prove"):
        store.of_plan(dataclasses.replace(plan, writes=(plan.writes[0], other)), file)


def test_without_a_proof_file_there_is_none(
    swap: Callable[..., Any], tmp_path: Any
) -> None:
    assert (
        store.of_plan(swap("#!/bin/sh\n").plan, os.fsencode(tmp_path / "plan")) is None
    )


def test_a_proof_takes_the_place_of_nothing_else(tmp_path: Any) -> None:
    file = tmp_path / "mine"
    file.write_text("mine")

    with pytest.raises(errors.InvalidDocument):
        store.save(Proof(repository=b"r", sandbox="", families=()), os.fsencode(file))
    assert file.read_text() == "mine"


def test_a_proof_reads_back_as_it_was() -> None:
    proof = Proof(
        repository=b"/r\xff",
        sandbox="bwrap",
        families=(
            Judged(
                "a\udcff",
                Verdict.UNPROVABLE,
                "why",
                ((".", b"a\xff"), ("w", b"b")),
                ("stdout",),
                "0" * 64,
            ),
        ),
        notes=("n",),
    )

    assert codec.from_json(codec.to_json(proof)) == proof


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        "{}",
        '{"schema": 2, "repository": "", "sandbox": "", "families": [], "notes": []}',
        '{"schema": 1, "repository": "", "sandbox": "", "families": [1], "notes": []}',
        '{"schema": 1, "repository": "", "sandbox": "", "families": [], "notes": [1]}',
        '{"schema": 1, "repository": "", "sandbox": "", "families": [{"family": "",'
        ' "verdict": "fine", "reason": "", "places": [], "unstable": [],'
        ' "digest": ""}], "notes": []}',
    ],
)
def test_what_is_no_proof_is_refused(text: str) -> None:
    with pytest.raises(errors.InvalidDocument, match="prove the plan anew"):
        codec.from_json(text)
