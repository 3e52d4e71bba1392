"""Whether a deduplication still stands: all in its place, and running the same."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final, NamedTuple

from s2s_tools.changes import journal
from s2s_tools.changes import verify as changes
from s2s_tools.changes.model import Keep, Kind, Plan, Write
from s2s_tools.model import Repository
from s2s_tools.scripts.dedupe import reasons, service
from s2s_tools.scripts.dedupe.equivalence import families, standing, store
from s2s_tools.scripts.dedupe.equivalence import service as equivalence
from s2s_tools.scripts.dedupe.equivalence.model import Proof
from s2s_tools.scripts.dedupe.equivalence.model import Verdict as Proved
from s2s_tools.scripts.dedupe.model import Place
from s2s_tools.scripts.inventory import stored
from s2s_tools.scripts.inventory.survey import Progress
from s2s_tools.scripts.manifest import standins, survey
from s2s_tools.scripts.manifest import store as texts
from s2s_tools.scripts.manifest.model import Form

COMMAND = "s2s dedupe"


class Verdict(NamedTuple):
    """What planning again would write, and what is no longer as it was left.

    `txid` is the last deduplication or refresh; None where there was none.
    `unresolved` are wrappers and links that run nothing. `proof` compares what
    stands with the bodies; None where nobody asked. `notes` do not count.
    """

    pending: tuple[Write, ...]
    changed: tuple[Keep, ...]
    txid: str | None
    unresolved: tuple[Keep, ...] = ()
    proof: Proof | None = None
    notes: tuple[str, ...] = ()

    @property
    def stands(self) -> bool:
        """Nothing to do, nothing changed, nothing different; proof or not."""
        done = not (self.pending or self.changed or self.unresolved)
        return done and not self.differs

    @property
    def differs(self) -> tuple[str, ...]:
        """The scripts that what stands for them does not behave like."""
        found = () if self.proof is None else self.proof.families
        return tuple(one.family for one in found if one.verdict is Proved.DIFFERS)


class Question(NamedTuple):
    """What is to be verified: one tree, or what was done in every worktree.

    `proof` says how to run the scripts; None: none is run.
    """

    everywhere: bool = False
    proof: equivalence.Wish | None = None


PLAIN: Final = Question()


def verify(
    path: bytes,
    question: Question = PLAIN,
    *,
    progress: Progress | None = None,
) -> Verdict:
    """The verdict on the tree that `path` is in, or on all worktrees.

    Work that waits counts for one tree alone: in all of them a copy may have been
    left on purpose.
    """
    found = survey.take(path, tolerant=True, progress=progress)
    repository = found.scan.repository
    txid = last(repository)
    changed = () if txid is None else changes.verify(repository, txid=txid)
    lost = () if txid is None else changes.gone(repository, txid=txid)
    pending: tuple[Write, ...] = ()
    if not question.everywhere:
        planned = service.dedupe_of(found, path)
        pending = tuple(_waiting(planned.plan, repository))
    links = tuple(_links(found))
    proof = None
    if question.proof is not None:
        probes = equivalence.probes(found.record.manifest.decisions)
        proof = equivalence.prove_standing(
            found.scan, links, probes, question.proof, progress=progress
        )
    broken = standing.unresolved(standing.stands(found.scan, links))
    notes = [f"worktree {name} is gone, and what was done in it" for name in lost]
    notes += reasons.left_out(found.scan)
    return Verdict(pending, changed, txid, broken, proof, notes=tuple(notes))


def last(repository: Repository) -> str | None:
    """The last transaction of a deduplication that was not taken back."""
    for found in reversed(journal.transactions(repository)):
        done = found.state is journal.Progress.COMMITTED and found.undoes is None
        if done and found.command.startswith(COMMAND):
            return found.txid
    return None


def _waiting(plan: Plan, repository: Repository) -> Iterator[Write]:
    """The writes without what the last proof kept from being applied."""
    proof = store.kept(repository)
    judged = () if proof is None else proof.families
    left = {one.digest for one in judged if one.verdict is not Proved.PROVED}
    for family in families.of_plan(plan):
        if family.digest not in left:
            yield from family.writes


def _links(found: survey.Survey) -> Iterator[Place]:
    """The links that stand in for scripts: recorded, made by us, or to a body."""
    scan = found.scan
    recorded = {
        (copy.worktree, copy.path)
        for entry in found.record.manifest.entries
        for copy in entry.copies
        if copy.form is Form.SYMLINK
    }
    recorded |= {
        (step.worktree, step.path)
        for done in journal.transactions(scan.repository)
        for step in done.steps
        if done.state is journal.Progress.COMMITTED and step.after.kind is Kind.LINK
    }
    unread = {name for name, _ in reasons.unread(scan)}
    recorded = {place for place in recorded if place[0] not in unread}
    links = texts.links(scan)
    for place, stand in sorted(standins.stands(scan, links).items()):
        if place in links and (place in recorded or stored.holds(stand.to)):
            yield place
    for place in sorted(recorded):
        if place not in links:
            yield place
