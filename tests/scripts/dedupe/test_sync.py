"""Which stale copies take the canonical's bytes: the laws, and who stays."""

from __future__ import annotations

import hashlib
from dataclasses import replace

import made_estates
import pytest
from hypothesis import given
from hypothesis import strategies as st
from made_estates import Estate, bodies_of, fact, facts_of, file, scan_of

from s2s_tools.changes.model import Plan
from s2s_tools.scripts.dedupe import sync
from s2s_tools.scripts.dedupe.model import Request, Tree
from s2s_tools.scripts.inventory.model import Relation, Scan
from s2s_tools.scripts.inventory.relations import Past
from s2s_tools.scripts.manifest.model import Decisions

ALL = Request(repository=b"/r/.git")
ONE, TWO = made_estates.TREES[1:]
CLEAN = dict.fromkeys(made_estates.TREES, Tree())
requests = st.builds(
    Request,
    repository=st.just(b"/r/.git"),
    worktrees=st.frozensets(st.sampled_from(made_estates.TREES)),
    families=st.frozensets(st.sampled_from(["a.sh", "bin/a.sh"])),
)
tree_states = st.fixed_dictionaries(
    {
        name: st.builds(
            Tree, st.sampled_from(["", "", "prunable"]), st.sampled_from(["", "dirty"])
        )
        for name in made_estates.TREES
    }
)


@given(made_estates.estates(), tree_states, requests)
def test_only_stale_files_are_written_and_never_where_a_barrier_is(
    estate: Estate, trees: dict[str, Tree], request: Request
) -> None:
    made = sync.build(*estate, trees, request)

    relation = {m.file[:2]: m.relation for f in estate.scan.families for m in f.members}
    for write in made.writes:
        place = (write.worktree, write.path)
        assert relation[place] is Relation.STALE
        assert not trees[write.worktree].barrier
        named = write.worktree in request.worktrees
        assert named or not (trees[write.worktree].doubt or estate.facts[place].doubt)
        assert not estate.facts[place].objection


@given(made_estates.estates(), tree_states, requests)
def test_each_write_gives_a_canonicals_bytes_and_names_what_it_expects(
    estate: Estate, trees: dict[str, Tree], request: Request
) -> None:
    made = sync.build(*estate, trees, request)

    for write in made.writes:
        assert write.data is not None
        assert write.before == estate.facts[write.worktree, write.path].state
        assert write.after.sha256 == hashlib.sha256(write.data).hexdigest()
        assert write.after in [expect.state for expect in made.expects]


@given(made_estates.estates(), tree_states)
def test_each_different_copy_is_written_or_kept_with_a_reason(
    estate: Estate, trees: dict[str, Tree]
) -> None:
    made = sync.build(*estate, trees, ALL)

    listed = [(i.worktree, i.path) for i in (*made.writes, *made.keeps)]
    different = {c.member.file[:2] for c in sync.candidates(estate.scan, ALL)}
    assert sorted(listed) == sorted(different)
    assert all(item.reason for item in (*made.writes, *made.keeps))


@given(made_estates.estates(), st.randoms())
def test_the_order_of_files_does_not_matter(estate: Estate, random: object) -> None:
    files = list(estate.scan.files)
    random.shuffle(files)  # type: ignore[attr-defined]
    past = {
        path: Past(dict.fromkeys(made_estates.TEXTS, 1)) for path in made_estates.PATHS
    }

    made = [
        sync.build(scan_of(f, past), estate.facts, estate.bodies, CLEAN, ALL)
        for f in (files, estate.scan.files)
    ]

    assert made[0] == made[1]


def stale() -> Scan:
    """A canonical with an old copy in each of two linked worktrees."""
    files = [file("a.sh", "new"), file("a.sh", "old", ONE), file("a.sh", "old", TWO)]
    return scan_of(files, {b"a.sh": Past({"new": 0, "old": 2})})


def planned(
    scan: Scan,
    request: Request = ALL,
    trees: dict[str, Tree] | None = None,
    more: dict[tuple[str, bytes], object] | None = None,
) -> Plan:
    facts = facts_of(scan) | (more or {})
    return sync.build(scan, facts, bodies_of(scan), CLEAN | (trees or {}), request)


def written(plan: Plan) -> list[str]:
    return sorted(write.worktree for write in plan.writes)


def test_stale_copies_take_the_bytes_and_say_how_far_behind_they_were() -> None:
    made = planned(stale())

    assert written(made) == [TWO, ONE]
    assert {write.data for write in made.writes} == {b"new"}
    assert {write.reason for write in made.writes} == {"2 commits behind a.sh"}


def test_after_a_sync_there_is_nothing_to_do() -> None:
    files = [file("a.sh", "new", tree) for tree in made_estates.TREES]

    made = planned(scan_of(files, {b"a.sh": Past({"new": 0, "old": 2})}))

    assert (made.writes, made.keeps) == ((), ())


@pytest.mark.parametrize("why", ["has uncommitted changes", "is locked"])
def test_a_doubtful_worktree_is_written_only_when_it_is_named(why: str) -> None:
    trees = {ONE: Tree(doubt=why)}

    alone = planned(stale(), trees=trees)
    asked = planned(stale(), replace(ALL, worktrees=frozenset({ONE})), trees)

    assert written(alone) == [TWO]
    assert [k.reason for k in alone.keeps] == [
        f"{why}; name it with --worktree to refresh it"
    ]
    assert written(asked) == [ONE]
    assert asked.writes[0].named


def test_a_copy_with_changes_is_written_only_where_its_tree_is_named() -> None:
    scan = stale()
    doubt = fact(scan.files[1], doubt="has changes")
    more = {(ONE, b"a.sh"): doubt}

    alone = planned(scan, more=more)
    asked = planned(scan, replace(ALL, worktrees=frozenset({ONE})), more=more)

    assert written(alone) == [TWO]
    assert written(asked) == [ONE]


def test_an_objection_holds_even_where_the_worktree_is_named() -> None:
    scan = stale()
    more = {(ONE, b"a.sh"): fact(scan.files[1], objection="it has two names")}

    made = planned(scan, replace(ALL, worktrees=frozenset({ONE})), more=more)

    assert [keep.reason for keep in made.keeps] == ["it has two names"]
    assert made.writes == ()


@pytest.mark.parametrize(
    ("past", "said"),
    [(Past({}), "never replaced"), (Past({}, complete=False), "history")],
    ids=["diverged", "unknown"],
)
def test_only_what_the_canonical_once_was_is_written(past: Past, said: str) -> None:
    scan = scan_of([file("a.sh", "new"), file("a.sh", "mine", ONE)], {b"a.sh": past})

    made = planned(scan)

    assert made.writes == ()
    assert said in made.keeps[0].reason


def test_a_worktree_behind_a_barrier_is_never_written() -> None:
    request = replace(ALL, worktrees=frozenset({ONE}))

    made = planned(stale(), request, {ONE: Tree(barrier="its folder is gone")})

    assert [k.reason for k in made.keeps] == ["its folder is gone"]


def test_a_canonical_that_is_not_committed_is_not_spread() -> None:
    scan = stale()
    more = {(".", b"a.sh"): fact(scan.files[0], doubt="has uncommitted changes")}

    made = planned(scan, more=more)

    assert made.writes == ()
    assert "commit it first" in made.keeps[0].reason


def test_only_the_named_families_are_refreshed() -> None:
    assert written(planned(stale(), replace(ALL, families=frozenset({"b.sh"})))) == []
    assert written(planned(stale(), replace(ALL, families=frozenset({"a.sh"}))))


def test_what_the_manifest_keeps_is_not_refreshed() -> None:
    made = planned(stale(), replace(ALL, decisions=Decisions(keep=("a.sh",))))

    assert made.writes == ()
    assert {keep.reason for keep in made.keeps} == {"the manifest keeps a.sh"}
