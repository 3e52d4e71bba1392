"""Relations: how a file stands to its canonical."""

from __future__ import annotations

from s2s_tools.scripts.inventory import relations
from s2s_tools.scripts.inventory.model import File, Member, Relation

CANONICAL = File(".", b"a.sh", "c3", 0o755, 9, True, True)
PAST = relations.Past({"c3": 0, "c2": 1, "c1": 4})


def relate(
    *, past: relations.Past = PAST, canonical: File = CANONICAL, **changed: object
) -> Member:
    file = CANONICAL._replace(worktree="w", **changed)
    return relations.relate([canonical, file], canonical, past)[1]


def test_the_same_bytes_are_identical() -> None:
    assert relate().relation is Relation.IDENTICAL


def test_another_mode_is_named_and_still_identical() -> None:
    member = relate(mode=0o644)

    assert (member.relation, member.difference) == (Relation.IDENTICAL, "mode")


def test_what_the_canonical_once_was_is_stale_by_its_commits() -> None:
    member = relate(content="c1")

    assert (member.relation, member.behind) == (Relation.STALE, 4)


def test_what_the_canonical_never_was_has_diverged() -> None:
    member = relate(content="other")

    assert (member.relation, member.behind) == (Relation.DIVERGED, None)


def test_what_is_not_found_in_incomplete_history_is_unknown() -> None:
    past = PAST._replace(complete=False)

    assert relate(past=past, content="other").relation is Relation.UNKNOWN
    assert relate(past=past, content="c2").relation is Relation.STALE


def test_the_committed_version_of_an_edited_canonical_is_stale_by_none() -> None:
    edited = CANONICAL._replace(content="edit", clean=False)

    member = relate(canonical=edited)

    assert (member.relation, member.behind) == (Relation.STALE, 0)


def test_files_that_git_converts_are_compared_as_committed() -> None:
    converted = CANONICAL._replace(content="raw3", blob="c3", clean=False)

    member = relate(canonical=converted, content="raw2", blob="c2", clean=False)

    assert (member.relation, member.behind) == (Relation.STALE, 1)


def test_a_file_that_alone_is_converted_never_was_the_canonical() -> None:
    member = relate(content="raw2", blob="c2", clean=False)

    assert member.relation is Relation.DIVERGED


def test_the_same_commit_in_other_bytes_has_diverged() -> None:
    converted = CANONICAL._replace(content="raw3", blob="c3", clean=False)

    assert relate(canonical=converted).relation is Relation.DIVERGED
