"""One body for each script of all worktrees: the laws, and why a family stays."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import replace

import made_estates
import pytest
from hypothesis import given
from hypothesis import strategies as st
from made_estates import Estate, bodies_of, fact, facts_of, file, scan_of

from s2s_tools.changes.model import ABSENT, Kind, Plan
from s2s_tools.scripts.dedupe.model import Fact, Place, Tree
from s2s_tools.scripts.dedupe.worktrees import plan
from s2s_tools.scripts.dedupe.worktrees.model import (
    MAIN,
    Decided,
    Holder,
    Question,
    Room,
)
from s2s_tools.scripts.inventory import stored
from s2s_tools.scripts.inventory.model import File, Relation, Scan
from s2s_tools.scripts.inventory.relations import Past
from s2s_tools.scripts.manifest.model import Decisions
from s2s_tools.scripts.wrappers import strategy

EXEC = strategy.Strategy(kind=strategy.Kind.EXEC, reason="runs anywhere")
ONE, TWO = "worktrees/one", "../two"


def question(
    scan: Scan,
    facts: Mapping[Place, Fact] | None = None,
    *,
    kinds: Mapping[str, strategy.Kind] | None = None,
    **more: object,
) -> Question:
    """What a plan for this scan is decided from, with nothing in the way."""
    chosen = kinds or {}
    asked = Question(
        repository=b"/r/.git",
        families=scan.families,
        facts=facts_of(scan) if facts is None else facts,
        bodies=bodies_of(scan),
        trees={name: Tree() for name in made_estates.TREES},
        strategies={
            f.id: strategy.Strategy(kind=chosen[f.id], reason="so it is")
            if f.id in chosen
            else EXEC
            for f in scan.families
        },
        wrappers={
            (family.id.encode("utf-8", "surrogateescape"), m.file.path): b"wrapper"
            for family in scan.families
            for m in family.members
        },
    )
    return replace(asked, **more)  # type: ignore[arg-type]


def after(scan: Scan, made: Plan, pasts: Mapping[bytes, Past]) -> Scan:
    """What a scan finds when `made` was applied: bodies, and what was kept."""
    gone = {(w.worktree, w.path) for w in made.writes}
    bodies = [
        File(".", w.path, (w.data or b"").decode(), w.after.mode, 1, True, True)
        for w in made.writes
        if w.before == ABSENT
    ]
    later = {stored.place(path): past for path, past in pasts.items()}
    return scan_of([*(f for f in scan.files if f[:2] not in gone), *bodies], later)


def decide(*files: File, **more: object) -> Decided:
    """The plan for these files."""
    return plan.build(question(scan_of(files), **more))  # type: ignore[arg-type]


def reasons(decided: Decided) -> set[str]:
    return {keep.reason for keep in decided.plan.keeps}


@st.composite
def questions(draw: st.DrawFn) -> tuple[Estate, Question]:
    """Any estate with any strategies, trees, branches and wishes."""
    estate = draw(made_estates.estates())
    ids = [family.id for family in estate.scan.families]
    calm = draw(st.booleans())
    kinds = st.just(strategy.Kind.EXEC) if calm else st.sampled_from(strategy.Kind)
    whys = st.just("") if calm else st.sampled_from(made_estates.WHYS)
    holder = st.builds(Holder, st.just("b"), st.just(b"p"), st.booleans())
    holders = st.just(()) if calm else st.lists(holder, max_size=1).map(tuple)
    asked = question(
        estate.scan,
        estate.facts,
        kinds={id: draw(kinds) for id in ids},
        trees={n: Tree(draw(whys), draw(whys)) for n in made_estates.TREES},
        holders={id: draw(holders) for id in ids},
        rooms={id: Room(draw(whys)) for id in ids},
        named=draw(st.frozensets(st.sampled_from(made_estates.TREES))),
        update_stale=draw(st.booleans()),
    )
    return estate, asked


@given(questions())
def test_bytes_that_the_canonical_never_had_are_never_written_over(
    case: tuple[Estate, Question],
) -> None:
    estate, asked = case

    made = plan.build(asked).plan

    never = (Relation.DIVERGED, Relation.UNKNOWN)
    foreign = {
        m.file[:2]
        for f in estate.scan.families
        for m in f.members
        if m.relation in never
    }
    assert not foreign & {(w.worktree, w.path) for w in made.writes}


@given(questions())
def test_all_that_is_replaced_is_in_the_store_or_in_the_canonicals_past(
    case: tuple[Estate, Question],
) -> None:
    estate, asked = case

    made = plan.build(asked).plan

    bodies = {w.path: w.after.sha256 for w in made.writes if w.before == ABSENT}
    of_file = {
        m.file[:2]: (family, m)
        for family in estate.scan.families
        for m in family.members
    }
    for write in made.writes:
        if write.before == ABSENT:
            continue
        family, member = of_file[write.worktree, write.path]
        body = bodies[stored.place(family.id.encode("utf-8", "surrogateescape"))]
        assert write.before.sha256 == body or member.relation is Relation.STALE


@given(questions())
def test_a_tree_is_written_to_only_if_it_is_open_and_clean_or_named(
    case: tuple[Estate, Question],
) -> None:
    _, asked = case

    for write in plan.build(asked).plan.writes:
        tree = asked.trees[write.worktree]
        assert not tree.barrier
        assert not tree.doubt or write.worktree in asked.named | {MAIN}


@given(questions())
def test_a_family_gets_one_kind_of_stand_in_everywhere_and_one_body(
    case: tuple[Estate, Question],
) -> None:
    estate, asked = case

    made = plan.build(asked).plan

    by_place = {(w.worktree, w.path): w for w in made.writes}
    for family in estate.scan.families:
        own = [by_place[m.file[:2]] for m in family.members if m.file[:2] in by_place]
        id = family.id.encode("utf-8", "surrogateescape")
        assert len({w.after.kind for w in own}) <= 1
        assert ((MAIN, stored.place(id)) in by_place) == bool(own)
        assert not own or any(w.worktree != MAIN for w in own)
        assert not own or (MAIN, id) in by_place


@given(questions())
def test_twice_is_once(case: tuple[Estate, Question]) -> None:
    estate, asked = case
    made = plan.build(asked).plan
    pasts = {
        family.canonical.path: Past(
            {
                m.file.content: m.behind or 0
                for m in family.members
                if m.relation is Relation.STALE
            }
        )
        for family in estate.scan.families
        if family.canonical is not None
    }
    later = after(estate.scan, made, pasts)
    facts = {
        **asked.facts,
        **{
            f[:2]: fact(f)
            for f in later.files
            if f[:2] not in asked.facts and stored.holds(f.path)
        },
    }

    again = plan.build(
        replace(asked, families=later.families, facts=facts, bodies=bodies_of(later))
    )

    assert again.plan.writes == ()


@given(questions())
def test_a_branch_with_its_own_bytes_keeps_the_whole_family(
    case: tuple[Estate, Question],
) -> None:
    estate, asked = case

    written = {(w.worktree, w.path) for w in plan.build(asked).plan.writes}

    for family in estate.scan.families:
        if any(not h.remote for h in asked.holders.get(family.id, ())):
            assert not written & {m.file[:2] for m in family.members}


def test_the_body_moves_and_every_old_path_becomes_a_wrapper() -> None:
    made = decide(file("a.sh"), file("a.sh", tree=ONE), file("a.sh", tree=TWO)).plan

    assert [(w.worktree, w.path) for w in made.writes] == [
        (".", b".s2s/canonical/a.sh"),
        (".", b"a.sh"),
        (TWO, b"a.sh"),
        (ONE, b"a.sh"),
    ]
    assert made.writes[0].data == b"one"
    assert {w.data for w in made.writes[1:]} == {b"wrapper"}


def test_each_stand_in_keeps_the_mode_of_what_it_replaces() -> None:
    files = file("a.sh", mode=0o644), file("a.sh", tree=ONE, mode=0o755)

    made = decide(*files).plan

    assert {(w.worktree, w.path): w.after.mode for w in made.writes} == {
        (".", b".s2s/canonical/a.sh"): 0o644,
        (".", b"a.sh"): 0o644,
        (ONE, b"a.sh"): 0o755,
    }


def test_a_second_path_of_the_same_bytes_gets_a_wrapper_for_the_same_body() -> None:
    files = file("a.sh"), file("bin/a.sh"), file("a.sh", tree=ONE)

    made = decide(*files).plan

    assert (".", b"bin/a.sh") in {(w.worktree, w.path) for w in made.writes}
    assert sum(stored.holds(w.path) for w in made.writes) == 1


def test_a_symlink_leads_to_the_store_of_its_own_tree() -> None:
    files = file("bin/a.sh"), file("bin/a.sh", tree=ONE)

    made = decide(*files, kinds={"bin/a.sh": strategy.Kind.SYMLINK}).plan

    links = {w.data for w in made.writes if w.after.kind is Kind.LINK}
    assert links == {b"../.s2s/canonical/bin/a.sh"}


@pytest.mark.parametrize(
    ("files", "more", "why"),
    [
        pytest.param(
            [file("a.sh"), file("a.sh", "two", ONE)],
            {},
            "a worktree has bytes that main never had: a.sh in worktrees/one; commit",
            id="diverged",
        ),
        pytest.param(
            [file("a.sh"), file("a.sh", tree=ONE)],
            {"holders": {"a.sh": (Holder("topic", b"a.sh"),)}},
            "topic has its own a.sh; merge it into main (git merge topic) or delete it",
            id="branch",
        ),
        pytest.param(
            [file("a.sh"), file("a.sh", tree=ONE)],
            {"holders": {"a.sh": (Holder("topic", b"a.sh", sure=False),)}},
            "the history that could tell what topic has, is not here: a.sh",
            id="branch without history",
        ),
        pytest.param(
            [file("a.sh"), file("a.sh", tree=ONE)],
            {"unfit": {"a.sh": "its name may not stand in a wrapper"}},
            "its name does not fit: its name may not stand in a wrapper",
            id="hostile name",
        ),
        pytest.param(
            [file("a.sh"), file("a.sh", tree=ONE)],
            {"rooms": {"a.sh": Room("something else stands there")}},
            "something else stands there",
            id="no room",
        ),
        pytest.param(
            [file("a.sh"), file("a.sh", tree=ONE)],
            {"decisions": Decisions(keep=("a.*",))},
            "its canonical stays: the manifest keeps a.*",
            id="kept",
        ),
        pytest.param(
            [file("a.sh"), file("a.sh", tree=ONE)],
            {"unresolved": {(ONE, b"a.sh"): "a wrapper there finds nothing"}},
            "none of its copies would be replaced: a wrapper there finds nothing",
            id="unresolved",
        ),
        pytest.param(
            [file("a.sh"), file("a.sh", tree=ONE)],
            {"unresolved": {(".", b"a.sh"): "a wrapper there finds nothing"}},
            "its canonical stays: a wrapper there finds nothing",
            id="unresolved in main",
        ),
        pytest.param(
            [file("a.sh"), file("a.sh", tree=ONE)],
            {"trees": {".": Tree(), ONE: Tree(doubt="the worktree is locked")}},
            "none of its copies would be replaced: the worktree is locked; name it",
            id="locked",
        ),
        pytest.param(
            [file("a.sh"), file("a.sh", tree=ONE)],
            {"kinds": {"a.sh": strategy.Kind.COPY}},
            "so it is",
            id="managed copy",
        ),
        pytest.param(
            [file("a.sh", tracked=False), file("a.sh", tree=ONE)],
            {},
            "its canonical stays: git does not track it there",
            id="untracked canonical",
        ),
        pytest.param(
            [file("a.sh", tree=TWO), file("a.sh", tree=ONE)],
            {},
            "it is not in the main worktree; merge it into main first",
            id="not in main",
        ),
    ],
)
def test_a_family_stays_whole_and_says_why(
    files: Iterable[File], more: dict[str, object], why: str
) -> None:
    decided = decide(*files, **more)

    assert decided.plan.writes == ()
    assert any(why in reason for reason in reasons(decided)), reasons(decided)


def test_a_remote_tracking_branch_is_reported_and_hinders_nothing() -> None:
    holders = {"a.sh": (Holder("origin/topic", b"a.sh", remote=True),)}

    made = decide(file("a.sh"), file("a.sh", tree=ONE), holders=holders).plan

    assert made.writes
    assert "origin/topic has its own bytes of a.sh" in made.notes[0]


def test_a_locked_or_changed_worktree_is_included_when_named() -> None:
    trees = {".": Tree(), ONE: Tree(doubt="the worktree is locked")}

    made = decide(
        file("a.sh"), file("a.sh", tree=ONE), trees=trees, named=frozenset({ONE})
    ).plan

    assert (ONE, b"a.sh") in {(w.worktree, w.path) for w in made.writes}


def test_a_stale_copy_stays_unless_an_update_is_asked_for() -> None:
    files = [file("a.sh"), file("a.sh", "two", ONE), file("a.sh", tree=TWO)]
    scan = scan_of(files, {b"a.sh": Past({"two": 2})})

    kept = plan.build(question(scan)).plan
    updated = plan.build(question(scan, update_stale=True)).plan

    assert (ONE, b"a.sh") not in {(w.worktree, w.path) for w in kept.writes}
    assert "stale, 2 commits behind" in kept.keeps[0].reason
    assert (ONE, b"a.sh") in {(w.worktree, w.path) for w in updated.writes}


def test_a_copy_that_turns_up_later_follows_the_body_in_the_store() -> None:
    body = file(".s2s/canonical/a.sh")
    late = file("a.sh", tree=ONE)

    made = decide(body, late).plan

    assert [(w.worktree, w.path) for w in made.writes] == [(ONE, b"a.sh")]
    assert [(e.worktree, e.path) for e in made.expects] == [(".", body.path)]


def test_the_body_of_a_branch_that_was_adopted_is_left_alone() -> None:
    bodies = file(".s2s/canonical/a.sh"), file(".s2s/canonical/a.sh", "two", ONE)

    decided = decide(*bodies)

    assert decided.plan.writes == ()
    assert decided.plan.keeps == ()


def test_the_bytes_of_a_body_are_those_that_the_plan_promises() -> None:
    made = decide(file("a.sh"), file("a.sh", tree=ONE)).plan

    assert all(
        hashlib.sha256(w.data or b"").hexdigest() == w.after.sha256 for w in made.writes
    )
