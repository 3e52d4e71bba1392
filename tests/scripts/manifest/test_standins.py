"""Wrappers and links stay recorded as what they are."""

from __future__ import annotations

import pytest

from s2s_tools.changes import state
from s2s_tools.changes.model import ABSENT, Plan, State, Write
from s2s_tools.model import Repository, Worktree
from s2s_tools.scripts.inventory import families
from s2s_tools.scripts.inventory.model import Apart, File, Relation, Scan
from s2s_tools.scripts.manifest import build, check, standins
from s2s_tools.scripts.manifest.model import (
    Body,
    Copy,
    Entry,
    Form,
    Manifest,
    Strategy,
)

STORE = ".s2s/canonical/a.sh"


def file(path: str, tree: str = ".") -> File:
    return File(tree, path.encode(), "1", 0o755, 1, True, True)


def scan(*files: File, apart: tuple[Apart, ...] = ()) -> Scan:
    main = Worktree(name=".", path=b"/r", git_dir=b"/r/.git")
    repository = Repository(root=b"/r", common_dir=b"/r/.git", worktrees=(main,))
    return Scan(
        repository=repository,
        files=files,
        families=families.build(files, worktrees=2),
        groups=(),
        left_out={},
        apart=apart,
    )


def built(
    found: Scan, before: Manifest, links: dict[tuple[str, bytes], bytes]
) -> Manifest:
    bodies = {f[:2]: Body("1" * 64, Strategy.LINK) for f in found.files}
    return build.build(found, bodies, before, standins.stands(found, links))


WRAPPER = Apart(".", b"a.sh", "wrappers", "a.sh")
THIN = Apart("wt", b"a.sh", "wrappers", "a.sh")
LINK = Apart(".", b"b.sh", "symlinks")
TO_STORE = {(".", b"b.sh"): STORE.encode()}


def test_a_wrapper_and_a_link_are_recorded_with_the_body_they_run() -> None:
    found = scan(file(STORE), apart=(WRAPPER, THIN, LINK))

    (entry,) = built(found, Manifest(), TO_STORE).entries

    same = Relation.IDENTICAL
    assert entry.copies == (
        Copy(".", b"a.sh", same, Form.EXEC),
        Copy(".", b"b.sh", same, Form.SYMLINK),
        Copy("wt", b"a.sh", same, Form.EXEC),
    )


def test_a_link_to_another_copy_is_recorded_with_its_target() -> None:
    found = scan(
        file("a.sh"), file("c.sh", "wt"), apart=(Apart("wt", b"b.sh", "symlinks"),)
    )
    found = scan(*found.files, file("c.sh"), apart=found.apart)

    (entry,) = built(found, Manifest(), {("wt", b"b.sh"): b"c.sh"}).entries

    assert (
        Copy("wt", b"b.sh", Relation.IDENTICAL, Form.SYMLINK, b"c.sh") in entry.copies
    )


def test_a_stand_in_that_is_gone_stays_recorded() -> None:
    before = built(scan(file(STORE), apart=(WRAPPER, LINK)), Manifest(), TO_STORE)

    now = built(scan(file(STORE)), before, {})

    assert now == before


def test_what_stood_in_a_worktree_that_is_no_more_falls_out() -> None:
    before = built(scan(file(STORE), apart=(THIN,)), Manifest(), {})

    now = built(scan(file(STORE)), before, {})

    assert [len(m.entries[0].copies) for m in (before, now)] == [1, 0]


def test_a_file_in_its_place_is_a_copy_again() -> None:
    before = built(scan(file(STORE), apart=(WRAPPER,)), Manifest(), {})

    now = built(scan(file(STORE), file("a.sh")), before, {})

    assert [copy.form for copy in now.entries[0].copies] == [None]
    assert [d.message for d in check.compare(before, now)] == [
        "a.sh was a wrapper, is a copy"
    ]


def test_a_decided_strategy_survives_a_rebuild() -> None:
    said = Entry(b"a.sh", ".", b"a.sh", "0" * 64, 0o755, Strategy.COPY, ())

    (entry,) = built(scan(file("a.sh")), Manifest(entries=(said,)), {}).entries

    assert entry.strategy is Strategy.COPY


def test_a_plan_says_what_will_stand_where() -> None:
    wrapper = b"#!/bin/sh\n# s2s-wrapper:1 exec a.sh\n"
    plan = Plan(
        repository=b"/r/.git",
        command="x",
        writes=(
            write(b"a.sh", state.file_state(wrapper, 0o755), wrapper),
            write(b"d/b.sh", state.link_state(b"../a.sh"), b"../a.sh"),
            write(b"c.sh", ABSENT, None),
        ),
    )
    known = {(".", b"c.sh"): standins.Stand(Form.SYMLINK, b"a.sh")}

    assert standins.after(known, plan) == {
        (".", b"a.sh"): standins.Stand(Form.EXEC, STORE.encode()),
        (".", b"d/b.sh"): standins.Stand(Form.SYMLINK, b"a.sh"),
    }


def write(path: bytes, after: State, data: bytes | None) -> Write:
    return Write(
        worktree=".", path=path, before=ABSENT, after=after, data=data, reason=""
    )


@pytest.mark.parametrize(
    ("link", "text", "leads"),
    [
        (b"a/b.sh", b"c.sh", b"a/c.sh"),
        (b"a/b.sh", b"../c.sh", b"c.sh"),
        (b"a/b.sh", b".//./c.sh", b"a/c.sh"),
        (b"b.sh", b"../c.sh", None),
        (b"b.sh", b"/c.sh", None),
        (b"b.sh", b".", None),
    ],
)
def test_a_link_that_leads_out_of_its_tree_stands_for_nothing(
    link: bytes, text: bytes, leads: bytes | None
) -> None:
    assert standins.target(link, text) == leads
