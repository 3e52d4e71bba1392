"""Which duplicates become links: the laws, and a reason for each file that stays."""

from __future__ import annotations

import posixpath
from dataclasses import replace

import made_estates
import pytest
from hypothesis import given
from hypothesis import strategies as st
from made_estates import Estate, fact, facts_of, file, scan_of

from s2s_tools.changes.model import Kind, Plan, State
from s2s_tools.scripts.dedupe import plan
from s2s_tools.scripts.dedupe.model import Facts, Policy, Recorded
from s2s_tools.scripts.inventory.model import File, Relation, Scan
from s2s_tools.scripts.inventory.relations import Past
from s2s_tools.scripts.manifest.model import Allow, Decisions, Strategy

HERE = Policy(repository=b"/r/.git", worktree=".")
trees = st.sampled_from(made_estates.TREES)
policies = st.builds(
    Policy,
    repository=st.just(b"/r/.git"),
    worktree=trees,
    symlinks=st.booleans(),
    named=st.none() | st.frozensets(st.sampled_from(made_estates.PATHS)),
)


def after(scan: Scan, made: Plan) -> Scan:
    """What a scan finds when `made` was applied: a link is no script."""
    gone = {(write.worktree, write.path) for write in made.writes}
    return scan_of(f for f in scan.files if f[:2] not in gone)


@given(made_estates.estates(), policies)
def test_a_diverged_file_is_never_written_over(estate: Estate, policy: Policy) -> None:
    made = plan.build(estate.scan, estate.facts, policy)

    never = (Relation.DIVERGED, Relation.UNKNOWN)
    doubtful = {
        m.file[:2]
        for f in estate.scan.families
        for m in f.members
        if m.relation in never
    }
    assert not doubtful & {(w.worktree, w.path) for w in made.writes}


@given(made_estates.estates(), policies)
def test_nothing_outside_the_current_tree_is_written(
    estate: Estate, policy: Policy
) -> None:
    made = plan.build(estate.scan, estate.facts, policy)

    assert all(write.worktree == policy.worktree for write in made.writes)


@given(made_estates.estates(), policies)
def test_a_body_of_each_content_stays_in_the_tree(
    estate: Estate, policy: Policy
) -> None:
    made = plan.build(estate.scan, estate.facts, policy)

    def contents(scan: Scan) -> set[str]:
        return {f.content for f in scan.files if f.worktree == policy.worktree}

    assert contents(after(estate.scan, made)) == contents(estate.scan)


@given(made_estates.estates(), policies)
def test_every_link_leads_to_a_file_with_the_bytes_that_it_replaces(
    estate: Estate, policy: Policy
) -> None:
    made = plan.build(estate.scan, estate.facts, policy)

    left = {f[:2]: f for f in after(estate.scan, made).files}
    expected = {(e.worktree, e.path): e.state for e in made.expects}
    for write in made.writes:
        assert write.data is not None
        folder = b"/" + posixpath.dirname(write.path)
        target = posixpath.normpath(posixpath.join(folder, write.data))[1:]
        assert (policy.worktree, target) in left
        assert expected[policy.worktree, target] == write.before
        assert write.before == estate.facts[write.worktree, write.path].state


@given(made_estates.estates(), policies)
def test_planning_after_apply_gives_no_writes(estate: Estate, policy: Policy) -> None:
    made = plan.build(estate.scan, estate.facts, policy)

    again = plan.build(after(estate.scan, made), estate.facts, policy)

    assert again.writes == ()


@given(made_estates.estates(), policies, st.randoms())
def test_the_order_of_files_does_not_matter(
    estate: Estate, policy: Policy, random: object
) -> None:
    files = list(estate.scan.files)
    random.shuffle(files)  # type: ignore[attr-defined]
    shuffled = scan_of(files)
    straight = scan_of(estate.scan.files)

    assert plan.build(shuffled, estate.facts, policy) == plan.build(
        straight, estate.facts, policy
    )


@given(made_estates.estates(), policies)
def test_each_duplicate_is_written_or_kept_with_a_reason(
    estate: Estate, policy: Policy
) -> None:
    made = plan.build(estate.scan, estate.facts, policy)

    written = [(w.worktree, w.path) for w in made.writes]
    kept = [(k.worktree, k.path) for k in made.keeps]
    assert all(item.reason for item in (*made.writes, *made.keeps))
    assert len({*written, *kept}) == len(written) + len(kept)
    for same in plan.duplicates(estate.scan, policy.worktree):
        assert {member.file[:2] for member in same[1:]} <= {*written, *kept}


@given(
    st.lists(st.sampled_from([b"a", b"b", b"..x", b"\xff"]), min_size=1, max_size=4),
    st.lists(st.sampled_from([b"a", b"b", b"..x", b"\xff"]), min_size=1, max_size=4),
)
def test_a_link_target_leads_from_the_link_to_its_target(
    one: list[bytes], other: list[bytes]
) -> None:
    link, target = b"/".join(one) + b"/l", b"/".join(other) + b"/t"

    text = plan.link_target(link, target)

    there = posixpath.join(b"/", posixpath.dirname(link), text)
    assert posixpath.normpath(there) == b"/" + target


def test_the_canonical_stays_and_the_other_becomes_a_relative_link() -> None:
    scan = scan_of([file("bin/run.sh"), file("tools/x/run.sh")])

    made = plan.build(scan, facts_of(scan), HERE)

    (write,), (expect,) = made.writes, made.expects
    assert (expect.path, expect.state) == (b"bin/run.sh", write.before)
    assert write.path == b"tools/x/run.sh"
    assert write.data == b"../../bin/run.sh"
    assert write.after.kind is Kind.LINK


def test_a_tracked_file_is_kept_before_an_untracked_one() -> None:
    scan = scan_of([file("a.sh", tracked=False), file("b.sh")])
    named = replace(HERE, named=frozenset({b"a.sh"}))

    (write,) = plan.build(scan, facts_of(scan), named).writes

    assert (write.path, write.data, write.named) == (b"a.sh", b"b.sh", True)


def kept_reason(scan: Scan, facts: Facts, policy: Policy = HERE) -> str:
    made = plan.build(scan, facts, policy)
    assert made.writes == ()
    (keep,) = made.keeps
    return keep.reason


PAIR = (file("a.sh"), file("b.sh"))


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ({"use": "uses its own location ($0, line 3)"}, "$0, line 3"),
        ({"copied_by": "docker/Dockerfile line 4"}, "docker/Dockerfile line 4"),
        ({"objection": "has a merge conflict"}, "merge conflict"),
        ({"doubt": "has uncommitted changes"}, "uncommitted"),
    ],
    ids=["location", "copied", "objection", "doubt"],
)
def test_a_fact_against_a_link_keeps_the_file(more: dict[str, str], said: str) -> None:
    scan = scan_of(PAIR)
    facts = facts_of(scan) | {(".", b"b.sh"): fact(PAIR[1], **more)}

    assert said in kept_reason(scan, facts)


def test_another_mode_keeps_the_file_for_a_link_has_none_of_its_own() -> None:
    scan = scan_of([file("a.sh"), file("b.sh", mode=0o644)])

    assert "0644" in kept_reason(scan, facts_of(scan))


def test_a_file_that_changed_since_the_scan_is_kept() -> None:
    scan = scan_of(PAIR)
    changed = fact(PAIR[1])._replace(state=State(Kind.FILE, 0o755, "0" * 64))

    assert "changed" in kept_reason(scan, facts_of(scan) | {(".", b"b.sh"): changed})


def test_no_symlinks_in_the_repository_keeps_the_file() -> None:
    scan = scan_of(PAIR)
    policy = replace(HERE, symlinks=False)

    assert "core.symlinks" in kept_reason(scan, facts_of(scan), policy)


def test_an_untracked_duplicate_waits_to_be_named() -> None:
    scan = scan_of([file("a.sh"), file("b.sh", tracked=False)])

    assert "name it" in kept_reason(scan, facts_of(scan))


def test_a_tracked_file_never_becomes_a_link_to_an_untracked_one() -> None:
    scan = scan_of([file("a.sh", tracked=False), file("b.sh", tracked=False)])
    tracked: tuple[File, ...] = tuple(
        f._replace(tracked=f.path == b"b.sh") for f in scan.files
    )
    chosen = scan_of(tracked)

    made = plan.build(
        chosen, facts_of(chosen), replace(HERE, named=frozenset({b"b.sh"}))
    )

    assert made.writes == ()


def test_a_decision_of_the_manifest_keeps_the_file() -> None:
    scan = scan_of(PAIR)
    sha = facts_of(scan)[".", b"b.sh"].state.sha256
    allow = Allow(sha, (b"a.sh", b"b.sh"), "two entry points")

    for decisions in (Decisions(keep=("b.*",)), Decisions(allow=(allow,))):
        policy = replace(HERE, decisions=decisions)
        assert "the manifest" in kept_reason(scan, facts_of(scan), policy)


def test_an_allowance_covers_neither_another_path_nor_other_bytes() -> None:
    scan = scan_of([*PAIR, file("c.sh")])
    sha = facts_of(scan)[".", b"b.sh"].state.sha256
    known = Allow(sha, (b"a.sh", b"b.sh"), "two entry points")
    other = Allow("0" * 64, (b"a.sh", b"b.sh"), "old bytes")

    made = [
        plan.build(
            scan, facts_of(scan), replace(HERE, decisions=Decisions(allow=(allow,)))
        )
        for allow in (known, other)
    ]

    assert [[w.path for w in p.writes] for p in made] == [[b"c.sh"], [b"b.sh", b"c.sh"]]


def test_two_files_diverged_alike_in_a_worktree_both_stay() -> None:
    one = "worktrees/one"
    scan = scan_of([*PAIR, file("a.sh", "two", one), file("b.sh", "two", one)])

    made = plan.build(scan, facts_of(scan), replace(HERE, worktree=one))

    assert made.writes == ()
    (reason,) = [k.reason for k in made.keeps if k.worktree == one]
    assert "changes made here; never replaced" in reason


def test_checkout_copies_are_listed_with_their_standing() -> None:
    one, two = made_estates.TREES[1:]
    scan = scan_of(
        [file("a.sh"), file("a.sh", "old", one), file("a.sh", "mine", two)],
        {b"a.sh": Past({"old": 2})},
    )

    made = plan.build(scan, facts_of(scan), HERE)

    assert made.writes == ()
    assert [(k.worktree, k.reason) for k in made.keeps] == [
        (two, "checkout copy, changed there; never replaced"),
        (one, "checkout copy, 2 commits behind; `s2s dedupe sync` refreshes it"),
    ]


def test_empty_files_are_named_and_kept() -> None:
    scan = scan_of([file("a.sh", ""), file("b.sh", "")])

    made = plan.build(scan, facts_of(scan), HERE)

    assert made.writes == ()
    assert len(made.keeps) == 2


@pytest.mark.parametrize("chosen", [Strategy.LEAVE, Strategy.COPY, Strategy.KEEP])
def test_a_strategy_of_the_manifest_keeps_the_file(chosen: Strategy) -> None:
    scan = scan_of(PAIR)
    facts = facts_of(scan)
    sha = facts[".", b"b.sh"].state.sha256
    said = replace(HERE, recorded={sha: Recorded(chosen, "it ran differently")})
    other = replace(HERE, recorded={"0" * 64: Recorded(chosen)})

    reason = kept_reason(scan, facts, said)

    assert reason.endswith(f"the manifest says so ({chosen}: it ran differently)")
    assert len(plan.build(scan, facts, other).writes) == 1


def test_what_the_script_does_keeps_it_unless_the_manifest_says_symlink() -> None:
    scan = scan_of(PAIR)
    told = "it writes other scripts (cat), line 2"
    facts = facts_of(scan) | {(".", b"b.sh"): fact(PAIR[1], unlinked=told)}
    sha = facts[".", b"b.sh"].state.sha256
    said = replace(HERE, recorded={sha: Recorded(Strategy.SYMLINK)})

    assert kept_reason(scan, facts).endswith(told)
    assert len(plan.build(scan, facts, said).writes) == 1
