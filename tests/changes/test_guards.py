"""Guards are decisions over facts: which come first, and what they say."""

from __future__ import annotations

from dataclasses import replace

import pytest

from s2s_tools.changes import facts, guards, model, state

STATE = state.file_state(b"old\n", 0o755)
WRITE = model.Write(
    worktree="trees/x",
    path=b"lib/a.sh",
    before=STATE,
    after=state.file_state(b"new\n", 0o755),
    data=b"new\n",
    reason="",
)
ENTRY = facts.IndexEntry(mode=0o100755, blob="1" * 40)
TREE = facts.TreeFacts(name="trees/x", head="2" * 40, index={b"lib/a.sh": ENTRY})
PATH = facts.PathFacts(state=STATE, data=b"old\n", blob="1" * 40)
CASE = guards.Case(write=WRITE, path=PATH, tree=TREE)


def test_a_clean_case_is_let_through() -> None:
    assert guards.tree_refusal(TREE) is None
    assert guards.reach_refusal(CASE) is None
    assert guards.refusal(CASE) is None


@pytest.mark.parametrize(
    ("change", "guard"),
    [
        ({"links": 2}, "hard-link"),
        ({"own": False}, "owner"),
        ({"group": False}, "owner"),
        ({"attributes": ("user.x",)}, "attributes"),
        ({"writable": False}, "writable"),
        ({"eol": "crlf"}, "conversion"),
        ({"encoding": "UTF-16"}, "conversion"),
        ({"filter": "lfs"}, "conversion"),
        ({"blob": "3" * 40}, "uncommitted"),
        ({"state": state.link_state(b"old\n")}, "uncommitted"),
        ({"state": state.file_state(b"old\n", 0o644)}, "uncommitted"),
    ],
    ids=str,
)
def test_each_fact_about_a_path_has_its_guard(
    change: dict[str, object], guard: str
) -> None:
    case = replace(CASE, path=replace(PATH, **change))  # type: ignore[arg-type]

    found = guards.refusal(case)

    assert found is not None
    assert found.guard == guard
    assert str(found).startswith("trees/x: lib/a.sh: ")
    assert "; " in str(found)
    assert "guard" not in str(found)
    assert "plan" not in str(found)
    assert found.error().guard == guard


@pytest.mark.parametrize(
    ("entry", "guard"),
    [
        (replace(ENTRY, skip=True), "sparse"),
        (replace(ENTRY, conflicted=True), "conflict"),
        (replace(ENTRY, mode=0o160000), "submodule"),
        (replace(ENTRY, mode=0o100644), "uncommitted"),
        (replace(ENTRY, mode=0o120000), "uncommitted"),
    ],
    ids=str,
)
def test_each_kind_of_index_entry_has_its_guard(
    entry: facts.IndexEntry, guard: str
) -> None:
    tree = replace(TREE, index={b"lib/a.sh": entry})

    found = guards.refusal(replace(CASE, tree=tree))

    assert found is not None
    assert found.guard == guard


def test_lenience_lifts_only_what_is_about_commits() -> None:
    dirty = replace(CASE, path=replace(PATH, blob="3" * 40), lenient=True)
    conflicted = replace(ENTRY, conflicted=True)
    tree = replace(TREE, index={b"lib/a.sh": conflicted})

    assert guards.refusal(dirty) is None
    assert guards.refusal(replace(dirty, tree=tree)) is not None
    linked = replace(dirty, path=replace(PATH, links=2))
    assert guards.refusal(linked) is not None


def test_restoring_asks_for_no_commit_and_no_attribute() -> None:
    path = replace(PATH, blob="3" * 40, eol="crlf")

    assert guards.refusal(replace(CASE, path=path), restoring=True) is None
    linked = replace(CASE, path=replace(path, links=2))
    assert guards.refusal(linked, restoring=True) is not None


def test_a_worktree_that_is_only_read_need_not_be_idle() -> None:
    busy = replace(TREE, operations=("merge",), index_lock=True)

    assert guards.tree_refusal(busy) is not None
    assert guards.tree_refusal(busy, idle=False) is None
    crossed = replace(busy, wiring="it belongs to another repository")
    assert guards.tree_refusal(crossed, idle=False) is not None
