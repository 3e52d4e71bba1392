"""Each of our paths is judged by what stands there; only what is ours is renewed."""

from __future__ import annotations

import hashlib

import pytest

from s2s_tools.changes import laws, state
from s2s_tools.changes.model import ABSENT, Keep, Kind, Plan, State
from s2s_tools.scripts.inventory.model import Relation
from s2s_tools.scripts.manifest.model import Copy, Entry, Form, Manifest, Strategy
from s2s_tools.scripts.wrappers import audit, render, renew
from s2s_tools.scripts.wrappers.audit import Extra, Finding, Present, Verdict
from s2s_tools.scripts.wrappers.model import ExecWrapper
from s2s_tools.scripts.wrappers.owned import Kind as Ours
from s2s_tools.scripts.wrappers.owned import Wanted

BODY = b"#!/bin/sh\necho a\n"
STORE = b".s2s/canonical/a.sh"
STANDS = state.file_state(BODY, 0o755)
LINK = b".s2s/canonical/a.sh"


def row(
    path: bytes = b"a.sh", id: bytes = b"a.sh", project: bytes = b"p"
) -> ExecWrapper:
    body = b".s2s/canonical/" + id
    return ExecWrapper(id=id, path=path, body=body, project=project)


WRAPPER = render.exec_wrapper(row())
EDITED = WRAPPER.replace(b"umask", b"").replace(b'exec "$@"', b'exec "$@" more')


def want(kind: Ours) -> Wanted:
    data = {Ours.EXEC: WRAPPER, Ours.SYMLINK: LINK, Ours.COPY: BODY}[kind]
    known = frozenset(
        {hashlib.sha256(BODY).hexdigest(), hashlib.sha256(b"old").hexdigest()}
    )
    return Wanted(".", b"a.sh", kind, b"a.sh", STORE, data, 0o755, known)


def a_file(data: bytes, mode: int = 0o755) -> Present:
    return Present(state.file_state(data, mode), data, body=STANDS)


def a_link(text: bytes, body: State = STANDS) -> Present:
    return Present(state.link_state(text), text, body=body)


NOTHING = Present(body=STANDS)
CASES = [
    (Ours.EXEC, NOTHING, Verdict.MISSING),
    (Ours.EXEC, Present(tracked=True), Verdict.MISSING),
    (Ours.EXEC, Present(), Verdict.ELSEWHERE),
    (Ours.EXEC, Present(absent_tree="gone"), Verdict.ELSEWHERE),
    (Ours.EXEC, a_file(WRAPPER), Verdict.OK),
    (Ours.EXEC, a_file(WRAPPER, 0o644), Verdict.OK),
    (Ours.EXEC, a_file(WRAPPER)._replace(broken="no place"), Verdict.UNRESOLVED),
    (Ours.EXEC, a_file(render.exec_wrapper(row(b"b.sh"))), Verdict.OUTDATED),
    (Ours.EXEC, a_file(render.exec_wrapper(row(project=b"q"))), Verdict.OUTDATED),
    (Ours.EXEC, a_file(WRAPPER.replace(b":1 exec", b":0 exec")), Verdict.OUTDATED),
    (Ours.EXEC, a_file(BODY), Verdict.OUTDATED),
    (Ours.EXEC, a_file(b"old"), Verdict.OUTDATED),
    (Ours.EXEC, a_file(BODY)._replace(body=ABSENT), Verdict.ELSEWHERE),
    (Ours.EXEC, a_link(LINK), Verdict.OUTDATED),
    (Ours.EXEC, a_file(EDITED), Verdict.CHANGED),
    (Ours.EXEC, a_file(b"#!/bin/sh\necho mine\n"), Verdict.FOREIGN),
    (Ours.EXEC, a_file(b""), Verdict.FOREIGN),
    (Ours.EXEC, a_link(b"other.sh"), Verdict.FOREIGN),
    (Ours.EXEC, Present(State(Kind.OTHER)), Verdict.FOREIGN),
    (Ours.SYMLINK, NOTHING, Verdict.MISSING),
    (Ours.SYMLINK, Present(), Verdict.ELSEWHERE),
    (Ours.SYMLINK, a_link(LINK), Verdict.OK),
    (Ours.SYMLINK, a_link(b"./" + LINK), Verdict.OK),
    (Ours.SYMLINK, a_link(LINK, ABSENT), Verdict.DANGLING),
    (Ours.SYMLINK, a_link(b"other.sh"), Verdict.CHANGED),
    (Ours.SYMLINK, a_link(b"/abs/" + LINK), Verdict.CHANGED),
    (Ours.SYMLINK, a_file(BODY), Verdict.CHANGED),
    (Ours.SYMLINK, a_file(b"old"), Verdict.CHANGED),
    (Ours.SYMLINK, a_file(BODY)._replace(body=ABSENT), Verdict.ELSEWHERE),
    (Ours.SYMLINK, a_file(WRAPPER), Verdict.CHANGED),
    (Ours.SYMLINK, a_file(EDITED), Verdict.FOREIGN),
    (Ours.SYMLINK, a_file(b"mine"), Verdict.FOREIGN),
    (Ours.SYMLINK, Present(State(Kind.OTHER)), Verdict.FOREIGN),
    (Ours.COPY, NOTHING, Verdict.MISSING),
    (Ours.COPY, a_file(BODY), Verdict.OK),
    (Ours.COPY, a_file(b"old"), Verdict.OUTDATED),
    (Ours.COPY, a_file(b"mine"), Verdict.CHANGED),
    (Ours.COPY, a_file(WRAPPER), Verdict.CHANGED),
    (Ours.COPY, a_link(LINK), Verdict.OUTDATED),
    (Ours.COPY, a_link(b"other.sh"), Verdict.FOREIGN),
]
RENEWED = (Verdict.MISSING, Verdict.OUTDATED)


def found(kind: Ours, seen: Present) -> Finding:
    (finding,) = audit.audit([want(kind)], {(".", b"a.sh"): seen})
    return finding


def built(kind: Ours, seen: Present) -> Plan:
    return renew.build(
        [found(kind, seen)],
        {(".", b"a.sh"): seen},
        repository=b"/r/.git",
        command="s2s wrappers build",
    )


@pytest.mark.parametrize(("kind", "seen", "verdict"), CASES)
def test_what_stands_there_decides(kind: Ours, seen: Present, verdict: Verdict) -> None:
    assert found(kind, seen).verdict is verdict


@pytest.mark.parametrize(("kind", "seen", "verdict"), CASES)
def test_only_what_is_kept_elsewhere_or_made_by_us_is_replaced(
    kind: Ours, seen: Present, verdict: Verdict
) -> None:
    plan = built(kind, seen)

    fixed = verdict in RENEWED or (kind is Ours.SYMLINK and verdict is Verdict.CHANGED)
    fine = verdict in audit.FINE
    assert (len(plan.writes), len(plan.keeps)) == (fixed, not fixed and not fine)
    assert laws.flaw(plan) is None
    for write in plan.writes:
        assert write.before == seen.state
        assert write.data == want(kind).data


@pytest.mark.parametrize(("kind", "seen", "verdict"), CASES)
def test_what_was_renewed_is_fine(kind: Ours, seen: Present, verdict: Verdict) -> None:
    for write in built(kind, seen).writes:
        after = Present(write.after, write.data or b"", body=STANDS)

        assert found(kind, after).verdict is Verdict.OK


@pytest.mark.parametrize("kind", [Ours.EXEC, Ours.SYMLINK, Ours.COPY])
def test_an_objection_keeps_the_path_and_is_its_reason(kind: Ours) -> None:
    plan = built(kind, NOTHING._replace(objection="the worktree is locked"))

    assert plan.writes == ()
    assert plan.keeps == (
        Keep(worktree=".", path=b"a.sh", reason="the worktree is locked"),
    )


def test_a_link_is_not_made_where_it_would_dangle_and_stands_on_its_body() -> None:
    dangling = built(Ours.SYMLINK, Present(tracked=True))
    made = built(Ours.SYMLINK, NOTHING)

    assert "would dangle" in dangling.keeps[0].reason
    assert [(e.path, e.state) for e in made.expects] == [(STORE, STANDS)]


def test_a_renewed_wrapper_keeps_its_files_mode_and_a_new_one_has_the_scripts() -> None:
    old = a_file(render.exec_wrapper(row(b"b.sh")), 0o640)

    assert built(Ours.EXEC, old).writes[0].after.mode == 0o640
    assert built(Ours.EXEC, NOTHING).writes[0].after.mode == 0o755


def test_a_wrapper_that_would_find_no_body_is_not_made() -> None:
    plan = renew.build(
        [found(Ours.EXEC, NOTHING)],
        {(".", b"a.sh"): NOTHING},
        repository=b"/r/.git",
        command="s2s wrappers build",
        unresolved={(".", b"a.sh"): "no place holds a.sh"},
    )

    assert [keep.reason for keep in plan.keeps] == ["no place holds a.sh"]


MANIFEST = Manifest(
    entries=(
        Entry(
            b"a.sh",
            ".",
            STORE,
            "0" * 64,
            0o755,
            Strategy.EXEC,
            (Copy("wt", b"b.sh", Relation.IDENTICAL, Form.EXEC),),
        ),
    )
)


@pytest.mark.parametrize(
    ("extra", "verdict"),
    [
        (Extra("new", b"a.sh", row()), Verdict.UNRECORDED),
        (Extra("new", b"b.sh", row(b"b.sh")), Verdict.UNRECORDED),
        (Extra("new", b"a.sh", row(), "no place"), Verdict.UNRESOLVED),
        (Extra(".", b"c.sh", row(b"c.sh")), Verdict.EXTRA),
        (Extra(".", b"c.sh", row(b"c.sh"), "no place"), Verdict.EXTRA),
        (Extra(".", b"moved.sh", row()), Verdict.UNRECORDED),
        (Extra(".", b"z.sh", row(b"z.sh", b"z.sh")), Verdict.UNRECORDED),
        (Extra(".", b"z.sh", row(b"z.sh", b"z.sh"), "no place"), Verdict.EXTRA),
        (Extra(".", b"c.sh", None), Verdict.CHANGED),
    ],
)
def test_a_wrapper_is_extra_where_no_tree_has_its_path_or_nothing_runs(
    extra: Extra, verdict: Verdict
) -> None:
    (finding,) = audit.extras([extra], MANIFEST)

    assert finding.verdict is verdict


@pytest.mark.parametrize("verdict", list(Verdict))
def test_clean_removes_what_is_extra_and_nothing_else(verdict: Verdict) -> None:
    finding = Finding(".", b"a.sh", Ours.EXEC, verdict, "why")

    plan = renew.clean(
        [finding], {(".", b"a.sh"): a_file(WRAPPER)}, repository=b"/r", command="x"
    )

    assert [w.after for w in plan.writes] == [ABSENT] * (verdict is Verdict.EXTRA)
    assert len(plan.keeps) == (verdict is Verdict.CHANGED)


def test_clean_does_not_remove_where_something_objects() -> None:
    finding = Finding(".", b"a.sh", Ours.EXEC, Verdict.EXTRA, "why")
    seen = a_file(WRAPPER)._replace(objection="a merge is under way")

    plan = renew.clean([finding], {(".", b"a.sh"): seen}, repository=b"/r", command="x")

    assert [keep.reason for keep in plan.keeps] == ["a merge is under way"]
