"""Families: which files belong together, and which of them is the canonical."""

from __future__ import annotations

import hashlib
from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from s2s_tools.scripts.inventory import families
from s2s_tools.scripts.inventory.model import Family, File, Relation


def a_file(path: str, text: str = "x", worktree: str = ".", mode: int = 0o755) -> File:
    content = hashlib.sha1(text.encode()).hexdigest()
    return File(worktree, path.encode(), content, mode, len(text), True, True)


def build(*files: File, worktrees: int = 3, **how: object) -> tuple[Family, ...]:
    return families.build(files, worktrees=worktrees, **how)  # type: ignore[arg-type]


def places(family: Family) -> list[tuple[str, str]]:
    return [(m.file.worktree, m.file.path.decode()) for m in family.members]


def test_the_same_path_in_several_worktrees_is_one_family() -> None:
    found = build(a_file("a.sh", "1"), a_file("a.sh", "2", "w"))

    assert [places(family) for family in found] == [[(".", "a.sh"), ("w", "a.sh")]]


def test_the_same_content_at_two_paths_of_a_tree_is_one_family() -> None:
    found = build(a_file("b.sh"), a_file("a.sh"))

    assert [family.id for family in found] == ["a.sh"]
    assert places(found[0]) == [(".", "a.sh"), (".", "b.sh")]


def test_a_duplicate_in_a_linked_tree_joins_what_main_lacks() -> None:
    found = build(
        a_file("a.sh", "1"), a_file("a.sh", "1", "w"), a_file("b.sh", "1", "w")
    )

    assert len(found) == 1


def test_what_differs_in_the_main_worktree_is_two_scripts_everywhere() -> None:
    found = build(
        a_file("a.sh", "1"),
        a_file("b.sh", "2"),
        a_file("a.sh", "1", "w"),
        a_file("b.sh", "1", "w"),
    )

    assert [places(family) for family in found] == [
        [(".", "a.sh"), ("w", "a.sh")],
        [(".", "b.sh"), ("w", "b.sh")],
    ]


def test_a_third_path_does_not_join_what_main_keeps_apart() -> None:
    found = build(
        a_file("a.sh", "1"),
        a_file("c.sh", "2"),
        a_file("a.sh", "3", "v"),
        a_file("b.sh", "3", "v"),
        a_file("b.sh", "4", "w"),
        a_file("c.sh", "4", "w"),
    )

    assert [family.id for family in found] == ["a.sh", "c.sh"]


def test_an_unrelated_script_of_the_same_name_is_another_family() -> None:
    found = build(a_file("one/run.sh", "1"), a_file("two/run.sh", "2"))

    assert [family.id for family in found] == ["one/run.sh", "two/run.sh"]


def test_the_same_content_at_another_path_of_another_tree_is_another_family() -> None:
    found = build(a_file("a.sh"), a_file("b.sh", worktree="w"))

    assert [family.id for family in found] == ["a.sh", "b.sh"]


def test_empty_files_at_different_paths_are_different_families() -> None:
    found = build(a_file("a.sh", ""), a_file("b.sh", ""), a_file("b.sh", "", "w"))

    assert [places(f) for f in found] == [
        [(".", "a.sh")],
        [(".", "b.sh"), ("w", "b.sh")],
    ]


def test_the_main_worktree_has_the_canonical() -> None:
    (family,) = build(a_file("a.sh", "1", "aa"), a_file("a.sh", "2"))

    assert family.canonical == a_file("a.sh", "2")
    assert family.members[0].relation is Relation.CANONICAL


def test_the_main_worktree_comes_before_the_newest() -> None:
    (family,) = build(
        a_file("a.sh", "1", "+w"), a_file("a.sh", "2"), ranks={("+w", b"a.sh"): 0}
    )

    assert family.canonical == a_file("a.sh", "2")


def test_what_the_manifest_chose_is_the_canonical() -> None:
    (family,) = build(
        a_file("a.sh", "1"),
        a_file("a.sh", "2", "w"),
        chosen=frozenset({("w", b"a.sh")}),
    )

    assert family.canonical == a_file("a.sh", "2", "w")


def test_without_a_main_worktree_the_newest_is_the_canonical() -> None:
    (family,) = build(
        a_file("a.sh", "1", "v"),
        a_file("a.sh", "2", "w"),
        ranks={("v", b"a.sh"): 4, ("w", b"a.sh"): 0},
    )

    assert family.canonical == a_file("a.sh", "2", "w")


def test_equals_are_decided_by_path() -> None:
    (family,) = build(a_file("z.sh"), a_file("lib/a.sh"), a_file("m.sh"))

    assert family.id == "lib/a.sh"


def test_a_script_of_one_linked_worktree_is_only_here() -> None:
    (family,) = build(a_file("a.sh", worktree="w"), a_file("b.sh", worktree="w"))

    assert [member.relation for member in family.members] == [
        Relation.ONLY_HERE,
        Relation.IDENTICAL,
    ]


def test_a_script_of_the_main_worktree_alone_is_a_canonical() -> None:
    (family,) = build(a_file("a.sh"))

    assert family.members[0].relation is Relation.CANONICAL


def test_the_only_worktree_of_a_bare_repository_has_canonicals() -> None:
    (family,) = build(a_file("a.sh", worktree="w"), worktrees=1)

    assert family.members[0].relation is Relation.CANONICAL


def test_a_path_that_is_not_utf8_gives_an_id() -> None:
    file = a_file("a.sh")._replace(path=b"bad\xff\n.sh")

    (family,) = build(file)

    assert family.id == "bad\udcff\n.sh"


def test_the_same_path_elsewhere_is_a_checkout_copy() -> None:
    (family,) = build(
        a_file("a.sh", "1"),
        a_file("b.sh", "1"),
        a_file("a.sh", "2", "w"),
        a_file("b.sh", "1", "w"),
    )

    copies = families.checkout_copies(family)

    assert [(m.file.worktree, m.file.path) for m in copies] == [
        ("w", b"a.sh"),
        ("w", b"b.sh"),
    ]


def test_the_same_content_in_the_same_tree_is_a_duplicate() -> None:
    (family,) = build(
        a_file("b.sh"), a_file("a.sh"), a_file("a.sh", worktree="w"), a_file("c.sh")
    )

    pairs = families.duplicates(family)

    assert [(one.file.path, kept.file.path) for one, kept in pairs] == [
        (b"b.sh", b"a.sh"),
        (b"c.sh", b"a.sh"),
    ]


def test_the_kept_one_of_duplicates_is_at_the_canonicals_path() -> None:
    (family,) = build(
        a_file("a.sh"), a_file("b.sh"), chosen=frozenset({(".", b"b.sh")})
    )

    ((duplicate, kept),) = families.duplicates(family)

    assert (duplicate.file.path, kept.file.path) == (b"a.sh", b"b.sh")


@pytest.mark.parametrize("path", ["a.sh", "b.sh"])
def test_empty_files_are_never_duplicates(path: str) -> None:
    (family,) = build(a_file(path, ""), a_file(path, "", "w"))

    assert families.duplicates(family) == ()


FILES = st.lists(
    st.builds(
        a_file,
        path=st.sampled_from(["a.sh", "b.sh", "lib/a.sh", "lib/c.sh", "d"]),
        text=st.sampled_from(["", "1", "2", "3"]),
        worktree=st.sampled_from([".", "v", "w", "../out"]),
        mode=st.sampled_from([0o644, 0o755]),
    ),
    unique_by=lambda file: file[:2],
    max_size=18,
)


@given(FILES)
def test_every_file_is_in_exactly_one_family(files: list[File]) -> None:
    found = build(*files)

    assert Counter(m.file for f in found for m in f.members) == Counter(files)


@given(FILES, st.randoms())
def test_the_order_of_files_does_not_matter(files: list[File], chance: object) -> None:
    shuffled = list(files)
    chance.shuffle(shuffled)  # type: ignore[attr-defined]

    assert build(*files) == build(*shuffled)


@given(FILES)
def test_a_family_has_its_canonical_once_and_first(files: list[File]) -> None:
    for family in build(*files):
        heads = [m for m in family.members if m.file == family.canonical]
        others = family.members[1:]

        assert heads == [family.members[0]]
        assert {m.relation for m in others}.isdisjoint(
            {Relation.CANONICAL, Relation.ONLY_HERE}
        )


@given(FILES)
def test_identical_means_the_same_bytes_as_the_canonical(files: list[File]) -> None:
    for family in build(*files):
        assert family.canonical is not None
        for member in family.members[1:]:
            same = member.file.content == family.canonical.content
            assert (member.relation is Relation.IDENTICAL) == same


@given(FILES)
def test_the_main_worktree_has_one_content_in_a_family(files: list[File]) -> None:
    for family in build(*files):
        mine = {m.file.content for m in family.members if m.file.worktree == "."}

        assert len(mine) <= 1


@given(FILES)
def test_duplicates_are_in_one_family_where_main_agrees(files: list[File]) -> None:
    family_of = {m.file[:2]: f.id for f in build(*files) for m in f.members}
    for one in files:
        for other in files:
            same = one.worktree == other.worktree == "."
            if same and one.content == other.content and one.size:
                assert family_of[one[:2]] == family_of[other[:2]]
