"""There and back by families: whole or not at all, and no bytes lost."""

from __future__ import annotations

import hashlib

from hypothesis import given
from hypothesis import strategies as st

from s2s_tools.changes import laws
from s2s_tools.changes.model import ABSENT, Kind, State
from s2s_tools.scripts.dedupe.model import Tree
from s2s_tools.scripts.dedupe.worktrees import removal, reversal
from s2s_tools.scripts.dedupe.worktrees.removal import Body, Stand
from s2s_tools.scripts.dedupe.worktrees.reversal import Part
from s2s_tools.scripts.inventory import stored

TREES = (".", "one", "../two")
IDS = (b"a.sh", b"bin/b.sh")
WRAPPER = b"#!/bin/sh\n# s2s-wrapper:1 exec a.sh\n"


def state(data: bytes, mode: int = 0o755) -> State:
    return State(Kind.FILE, mode, hashlib.sha256(data).hexdigest())


def changed(draw: st.DrawFn, part: Part) -> Part:
    """The same path as some user left it: as made, as before, edited or removed."""
    what = draw(st.sampled_from(("made", "made", "made", "before", "edited", "gone")))
    if what == "before":
        return Part(**{**fields(part), "now": part.before, "held": part.old})
    if what == "edited":
        data = draw(st.binary(min_size=1, max_size=4))
        return Part(**{**fields(part), "now": state(data), "held": data})
    if what == "gone":
        return Part(**{**fields(part), "now": ABSENT, "held": None})
    return part


def fields(part: Part) -> dict[str, object]:
    return {name: getattr(part, name) for name in Part.__slots__}


@st.composite
def parts(draw: st.DrawFn) -> list[Part]:
    """What an apply for all worktrees made, and what users did to it since."""
    found = []
    for id in IDS:
        script = b"script " + id
        family = id.decode()
        for tree in draw(st.sets(st.sampled_from(TREES[1:]))) | {MAIN}:
            made = Part(
                worktree=tree,
                path=id,
                before=state(script),
                after=state(WRAPPER),
                now=state(WRAPPER),
                old=script,
                held=WRAPPER,
                family=family,
                objection=draw(st.sampled_from(("", "", "", "in a submodule"))),
                gone=tree != MAIN and draw(st.sampled_from((False, False, True))),
            )
            found.append(changed(draw, made))
        body = Part(
            worktree=MAIN,
            path=stored.place(id),
            before=ABSENT,
            after=state(script),
            now=state(script),
            held=script,
            family=family,
        )
        found.append(changed(draw, body))
    return found


MAIN = "."


def back(given_parts: list[Part]) -> reversal.Reversal:
    return reversal.build(given_parts, repository=b"/r/.git", command="undo x")


@given(parts())
def test_the_way_back_is_a_plan_that_can_be_carried_out(found: list[Part]) -> None:
    plan = back(found).plan

    assert laws.flaw(plan) is None
    now = {(p.worktree, p.path): p.now for p in found}
    assert all(now[w.worktree, w.path] == w.before for w in plan.writes)


@given(parts())
def test_a_family_goes_back_whole_or_stays_whole(found: list[Part]) -> None:
    made = back(found)

    written = {(w.worktree, w.path) for w in made.plan.writes}
    stuck = {one.family for one in made.stuck}
    for part in found:
        if part.family in stuck:
            assert (part.worktree, part.path) not in written
        elif not part.gone and part.now != part.before:
            assert (part.worktree, part.path) in written


@given(parts())
def test_no_bytes_of_a_user_are_lost(found: list[Part]) -> None:
    made = back(found)

    after = {(p.worktree, p.path): p.held for p in found if p.now != ABSENT}
    for write in made.plan.writes:
        after.pop((write.worktree, write.path), None)
        if write.data is not None:
            after[write.worktree, write.path] = write.data
    kept = set(after.values())
    for part in found:
        ours = (part.old, WRAPPER, b"script " + part.family.encode())
        if part.held is not None and part.held not in ours:
            assert part.held in kept


@given(parts())
def test_what_nobody_touched_is_as_it_was_before(found: list[Part]) -> None:
    untouched = [
        p for p in found if p.now == p.after and not p.objection and not p.gone
    ]
    made = back(untouched)

    assert made.stuck == ()
    later = {(w.worktree, w.path): w.after for w in made.plan.writes}
    assert all(later[p.worktree, p.path] == p.before for p in untouched)


@given(parts())
def test_old_paths_come_back_before_their_bodies_go(found: list[Part]) -> None:
    kinds = [write.after == ABSENT for write in back(found).plan.writes]

    assert kinds == sorted(kinds)


# --- uninstall ------------------------------------------------------------------


@st.composite
def installed(draw: st.DrawFn) -> tuple[list[Stand], list[Body]]:
    stands, bodies = [], []
    for tree in TREES:
        for id in IDS:
            if draw(st.booleans()):
                data = draw(st.sampled_from((b"body", b"edited body")))
                home = draw(st.sampled_from((ABSENT, state(data), state(b"other"))))
                bodies.append(Body(tree, id, state(data), data, home))
            for path in draw(st.sets(st.sampled_from((id, b"copy/" + id)))):
                original = draw(st.sampled_from((None, (b"original", 0o644))))
                edited = draw(st.sampled_from((False, False, False, True)))
                stands.append(Stand(tree, path, id, state(WRAPPER), original, edited))
                bodies = [
                    body._replace(home=state(WRAPPER))
                    if (body.worktree, body.id) == (tree, path)
                    else body
                    for body in bodies
                ]
    return stands, bodies


def remove(case: tuple[list[Stand], list[Body]], **more: object) -> removal.Removal:
    trees = {name: Tree() for name in TREES} | dict(more)
    shared = {IDS[0]: (b"shared", 0o755)}
    return removal.build(*case, shared=shared, trees=trees)  # type: ignore[arg-type]


@given(installed())
def test_uninstall_is_a_plan_that_can_be_carried_out(
    case: tuple[list[Stand], list[Body]],
) -> None:
    assert laws.flaw(remove(case).plan) is None


@given(installed())
def test_every_body_that_leaves_a_store_stands_at_a_path_of_its_tree(
    case: tuple[list[Stand], list[Body]],
) -> None:
    made = remove(case)

    held = {(w.worktree, w.data) for w in made.plan.writes if w.data is not None}
    by_place = {(b.worktree, b.id): b for b in case[1]}
    for place in made.gone:
        body = by_place[place]
        assert (body.worktree, body.data) in held or body.home == body.state


@given(installed())
def test_in_each_tree_a_script_goes_back_whole_or_stays_whole(
    case: tuple[list[Stand], list[Body]],
) -> None:
    made = remove(case)

    written = {(w.worktree, w.path) for w in made.plan.writes}
    stays = {(item.worktree, item.id) for item in made.stays}
    for stand in case[0]:
        goes = (stand.worktree, stand.path) in written
        assert goes == ((stand.worktree, stand.id) not in stays)


@given(installed())
def test_a_closed_tree_is_not_written_to(
    case: tuple[list[Stand], list[Body]],
) -> None:
    made = remove(case, one=Tree(doubt="it is locked"))

    assert "one" not in {w.worktree for w in made.plan.writes}


@given(installed())
def test_nothing_but_wrappers_and_bodies_is_written_over(
    case: tuple[list[Stand], list[Body]],
) -> None:
    ours = {(s.worktree, s.path) for s in case[0] if not s.edited}
    ours |= {(b.worktree, stored.place(b.id)) for b in case[1]}

    for write in remove(case).plan.writes:
        assert write.before == ABSENT or (write.worktree, write.path) in ours
