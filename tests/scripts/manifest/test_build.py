"""Which file is an entry's canonical, and what stays from before."""

from __future__ import annotations

from s2s_tools.model import Repository
from s2s_tools.scripts.inventory import families
from s2s_tools.scripts.inventory.model import File, Relation, Scan
from s2s_tools.scripts.manifest import build, check
from s2s_tools.scripts.manifest.model import (
    Body,
    Copy,
    Decisions,
    Entry,
    Manifest,
    Strategy,
)

NOTHING = Manifest()


def file(path: str, content: str, tree: str = ".") -> File:
    return File(tree, path.encode(), content, 0o755, len(content), True, True)


def scan(*files: File) -> Scan:
    repository = Repository(root=b"/r", common_dir=b"/r/.git", worktrees=())
    found = families.build(files, worktrees=2)
    return Scan(
        repository=repository, files=files, families=found, groups=(), left_out={}
    )


def built(found: Scan, before: Manifest = NOTHING) -> Manifest:
    bodies = {f[:2]: Body(f.content * 64, Strategy.LINK) for f in found.files}
    return build.build(found, bodies, before)


def test_the_main_worktrees_file_is_the_canonical() -> None:
    (entry,) = built(scan(file("a.sh", "1", "wt"), file("a.sh", "1"))).entries

    assert (entry.worktree, entry.path, entry.id) == (".", b"a.sh", b"a.sh")
    assert entry.copies == (Copy("wt", b"a.sh", Relation.IDENTICAL),)


def test_the_recorded_canonical_wins_over_the_main_worktrees() -> None:
    found = scan(file("a.sh", "1"), file("a.sh", "2", "wt"))
    said = Entry(b"mine", "wt", b"a.sh", "0" * 64, 0o644, Strategy.KEEP, ())

    (entry,) = built(found, Manifest(entries=(said,))).entries

    assert (entry.id, entry.worktree, entry.sha256) == (b"mine", "wt", "2" * 64)
    assert entry.copies == (Copy(".", b"a.sh", Relation.UNKNOWN),)


def test_a_recorded_canonical_that_is_gone_does_not_hold_its_family() -> None:
    said = Entry(b"a.sh", "gone", b"a.sh", "0" * 64, 0o644, Strategy.KEEP, ())

    (entry,) = built(scan(file("a.sh", "1")), Manifest(entries=(said,))).entries

    assert entry.worktree == "."


def test_decisions_survive_a_rebuild() -> None:
    before = Manifest(decisions=Decisions(keep=("vendor/",)))

    assert built(scan(file("a.sh", "1")), before).decisions == before.decisions


def test_an_unreadable_canonical_falls_out() -> None:
    found = scan(file("a.sh", "1"), file("b.sh", "2"))

    made = build.build(found, {(".", b"a.sh"): Body("0" * 64, Strategy.LINK)}, NOTHING)

    assert [entry.id for entry in made.entries] == [b"a.sh"]


def test_building_again_from_what_was_built_changes_nothing() -> None:
    found = scan(file("a.sh", "1"), file("a.sh", "2", "wt"), file("b.sh", "1"))

    once = built(found)

    assert built(found, once) == once
    assert check.compare(once, built(found, once)) == ()


def test_two_recorded_canonicals_of_one_family_leave_one_entry() -> None:
    found = scan(file("a.sh", "1"), file("b.sh", "1"))
    said = tuple(
        Entry(p, ".", p, "1" * 64, 0o755, Strategy.LINK, ()) for p in (b"a.sh", b"b.sh")
    )

    (entry,) = built(found, Manifest(entries=said)).entries

    assert entry.id == b"a.sh"


def test_an_id_that_two_families_claim_stays_with_the_path_of_that_name() -> None:
    found = scan(file("a.sh", "1"), file("b.sh", "2"))
    said = Entry(b"a.sh", ".", b"b.sh", "1" * 64, 0o755, Strategy.LINK, ())

    made = built(found, Manifest(entries=(said,)))

    assert [(e.id, e.path) for e in made.entries] == [
        (b"a.sh", b"a.sh"),
        (b"b.sh", b"b.sh"),
    ]


ENTRY = Entry(
    b"a.sh",
    ".",
    b"a.sh",
    "a" * 64,
    0o755,
    Strategy.LINK,
    (Copy("one", b"a.sh", Relation.IDENTICAL), Copy("two", b"a.sh", Relation.STALE)),
)


def kinds(before: Entry, now: Entry) -> list[str]:
    one, other = Manifest(entries=(before,)), Manifest(entries=(now,))
    return [difference.kind for difference in check.compare(one, other)]


def test_every_kind_of_difference_is_named() -> None:
    copies = (
        Copy("one", b"a.sh", Relation.DIVERGED),
        Copy("three", b"a.sh", Relation.STALE),
    )

    assert kinds(ENTRY, ENTRY) == []
    assert kinds(ENTRY, ENTRY._replace(sha256="b" * 64)) == ["sha256"]
    assert kinds(ENTRY, ENTRY._replace(mode=0o644)) == ["mode"]
    assert kinds(ENTRY, ENTRY._replace(strategy=Strategy.KEEP)) == ["strategy"]
    assert kinds(ENTRY, ENTRY._replace(path=b"b.sh")) == ["canonical"]
    assert kinds(ENTRY, ENTRY._replace(copies=copies)) == ["copies"] * 3
    assert kinds(ENTRY, ENTRY._replace(id=b"z.sh")) == ["missing", "extra"]
