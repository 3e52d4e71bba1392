"""Which duplicates inside one tree become links, and why each other file stays."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator

from s2s_tools.changes.model import Expect, Keep, Kind, Plan, State, Write
from s2s_tools.scripts.dedupe import reasons
from s2s_tools.scripts.dedupe.model import Fact, Facts, Place, Policy
from s2s_tools.scripts.inventory import families
from s2s_tools.scripts.inventory.model import Family, Member, Relation, Scan
from s2s_tools.scripts.manifest import standins
from s2s_tools.scripts.manifest.model import Strategy

Same = tuple[Member, ...]  # files of one tree with the same bytes, kept one first


def build(scan: Scan, facts: Facts, policy: Policy) -> Plan:
    """The plan for `policy.worktree`; a file without a fact is never written."""
    writes: list[Write] = []
    keeps: list[Keep] = list(_empty(scan, policy))
    expects: dict[Place, Expect] = {}
    for same in duplicates(scan, policy.worktree):
        kept = same[0]
        for member in same[1:]:
            reason = _reason(member, kept, facts, policy)
            if reason:
                same_as = reasons.shown(kept.file.path)
                text = f"the same bytes as {same_as}, but {reason}"
                keeps.append(_keep(member, text))
                continue
            writes.append(_link(member, kept, facts, policy))
            expects[kept.file[:2]] = _expect(kept, facts)
    for family in scan.families:
        keeps += _elsewhere(family, policy.worktree)
    assert not expects.keys() & {(w.worktree, w.path) for w in writes}
    return Plan(
        repository=policy.repository,
        command=policy.command,
        writes=tuple(sorted(writes, key=_order)),
        keeps=tuple(sorted(keeps, key=_order)),
        notes=(*reasons.left_out(scan), *(_notes(policy) if writes else ())),
        expects=tuple(expects[place] for place in sorted(expects)),
    )


def duplicates(scan: Scan, worktree: str) -> tuple[Same, ...]:
    """The files of `worktree` that have equal bytes, the one to keep first.

    Kept is a tracked file before others, then the canonical's path, then the first.
    """
    found: list[Same] = []
    for family in scan.families:
        own: dict[str, list[Member]] = {}
        for member in family.members:
            if member.file.worktree == worktree and member.file.size:
                own.setdefault(member.file.content, []).append(member)
        found += (_kept_first(family, same) for same in own.values() if len(same) > 1)
    return tuple(sorted(found, key=lambda same: same[0].file.path))


def link_target(link: bytes, target: bytes) -> bytes:
    """The relative text of a link at `link` that leads to `target`."""
    return standins.text(link, target)


def _kept_first(family: Family, same: Iterable[Member]) -> Same:
    path = family.canonical.path if family.canonical is not None else b""

    def rank(member: Member) -> tuple[bool, bool, bytes]:
        file = member.file
        return not file.tracked, file.path != path, file.path

    return tuple(sorted(same, key=rank))


def _reason(member: Member, kept: Member, facts: Facts, policy: Policy) -> str:
    """Why this duplicate stays; "" where it may become a link."""
    fact, target = facts.get(member.file[:2]), facts.get(kept.file[:2])
    if fact is None or target is None:
        return "it or its canonical cannot be read"
    return (
        _by_relation(member)
        or _by_request(member, kept, policy)
        or reasons.decided(policy.decisions, member.file.path, fact.state.sha256)
        or _by_bytes(fact, target)
        or fact.use
        or _by_strategy(fact, policy)
        or _by_surroundings(fact, policy)
    )


def _by_relation(member: Member) -> str:
    if member.relation is Relation.DIVERGED:
        return "both differ from the canonical by changes made here; never replaced"
    if member.relation is Relation.UNKNOWN:
        return "its history is not here, so it may hold changes"
    return ""


def _by_request(member: Member, kept: Member, policy: Policy) -> str:
    if policy.named is not None and member.file.path not in policy.named:
        return "it is not named on the command line"
    if not member.file.tracked and policy.named is None:
        return "git does not track it; name it on the command line to replace it"
    if member.file.tracked and not kept.file.tracked:
        return "only this one is tracked by git"
    return ""


def _by_bytes(fact: Fact, target: Fact) -> str:
    if (fact.state.kind, target.state.kind) != (Kind.FILE, Kind.FILE):
        return "it is not a regular file"
    if fact.state.sha256 != target.state.sha256:
        return "it changed while it was compared"
    if fact.state.mode != target.state.mode:
        own, other = fact.state.mode, target.state.mode
        return f"its mode is {own:04o}, a link would have {other:04o}"
    return ""


def _by_strategy(fact: Fact, policy: Policy) -> str:
    """What the manifest says of these bytes goes before what the script does."""
    recorded = policy.recorded.get(fact.state.sha256)
    if recorded is not None and recorded.strategy is Strategy.SYMLINK:
        return ""
    return reasons.recorded(recorded) or fact.unlinked


def _by_surroundings(fact: Fact, policy: Policy) -> str:
    if fact.copied_by:
        return f"{fact.copied_by} copies it, and might copy a dangling link"
    if not policy.symlinks:
        return "core.symlinks is false here: git would write a link as a text file"
    return fact.objection or ("" if policy.named is not None else fact.doubt)


def _link(member: Member, kept: Member, facts: Facts, policy: Policy) -> Write:
    target = link_target(member.file.path, kept.file.path)
    return Write(
        worktree=member.file.worktree,
        path=member.file.path,
        before=facts[member.file[:2]].state,
        after=State(Kind.LINK, 0, hashlib.sha256(target).hexdigest()),
        data=target,
        reason=f"the same bytes as {reasons.shown(kept.file.path)}",
        named=policy.named is not None,
    )


def _expect(kept: Member, facts: Facts) -> Expect:
    worktree, path = kept.file[:2]
    return Expect(worktree=worktree, path=path, state=facts[worktree, path].state)


def _elsewhere(family: Family, worktree: str) -> Iterator[Keep]:
    """The copies in other trees; what is no copy of anything is not listed."""
    at_same_path = frozenset(families.checkout_copies(family))
    for member in family.members:
        if member.file.worktree == worktree:
            continue
        if member.relation in (Relation.CANONICAL, Relation.ONLY_HERE):
            continue
        same_path = member in at_same_path
        yield _keep(member, reasons.elsewhere(member, checkout_copy=same_path))


def _empty(scan: Scan, policy: Policy) -> Iterator[Keep]:
    empty = [f for f in scan.files if f.worktree == policy.worktree and not f.size]
    if len(empty) < 2:
        return
    for file in empty:
        reason = "empty files are alike by chance"
        yield Keep(worktree=file.worktree, path=file.path, reason=reason)


def _keep(member: Member, reason: str) -> Keep:
    return Keep(worktree=member.file.worktree, path=member.file.path, reason=reason)


def _notes(policy: Policy) -> tuple[str, ...]:
    if not policy.refusal:
        return ()
    return (f"apply would refuse now: {policy.refusal}",)


def _order(item: Write | Keep) -> Place:
    return item.worktree, item.path
