"""The plans that make what is missing or outdated, and remove what is extra."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping

from s2s_tools.changes import model
from s2s_tools.changes.model import ABSENT, Expect, Keep, Plan, State, Write
from s2s_tools.scripts.wrappers.audit import FINE, Finding, Present, Verdict
from s2s_tools.scripts.wrappers.owned import Kind, Place

Files = Mapping[Place, Present]


def build(
    findings: Iterable[Finding],
    present: Files,
    *,
    repository: bytes,
    command: str,
    unresolved: Mapping[Place, str] | None = None,
) -> Plan:
    """Make what is missing or outdated; nobody's bytes are lost by it.

    `unresolved` says why a wrapper at a place would not find its body.
    """
    writes: list[Write] = []
    keeps: list[Keep] = []
    expects: dict[Place, Expect] = {}
    for finding in findings:
        if finding.verdict in FINE:
            continue
        seen = present[finding[:2]]
        reason = _reason(finding, seen) or (unresolved or {}).get(finding[:2], "")
        if reason:
            keeps.append(_keep(finding, reason))
            continue
        writes.append(_made(finding, seen))
        if finding.kind is Kind.SYMLINK and finding.wanted is not None:
            body = (finding.worktree, finding.wanted.body)
            expects[body] = Expect(worktree=body[0], path=body[1], state=seen.body)
    written = {(write.worktree, write.path) for write in writes}
    return Plan(
        repository=repository,
        command=command,
        writes=tuple(writes),
        keeps=tuple(keeps),
        expects=tuple(expects[at] for at in sorted(expects.keys() - written)),
    )


def clean(
    findings: Iterable[Finding], present: Files, *, repository: bytes, command: str
) -> Plan:
    """Remove the wrappers that no entry names; edited ones are kept and named."""
    writes, keeps = [], []
    for finding in findings:
        seen = present.get(finding[:2])
        if finding.verdict is Verdict.CHANGED:
            keeps.append(_keep(finding, finding.reason))
        elif finding.verdict is not Verdict.EXTRA or seen is None:
            continue
        elif seen.objection:
            keeps.append(_keep(finding, seen.objection))
        else:
            writes.append(_write(finding, seen, ABSENT, None))
    return Plan(
        repository=repository,
        command=command,
        writes=tuple(writes),
        keeps=tuple(keeps),
    )


def _reason(finding: Finding, seen: Present) -> str:
    """Why a path stays as it is; "" where it is to be written."""
    wanted = finding.wanted
    link = finding.kind is Kind.SYMLINK
    renewed = (Verdict.MISSING, Verdict.OUTDATED) + ((Verdict.CHANGED,) * link)
    if finding.verdict not in renewed or wanted is None:
        return f"{finding.verdict.value}: {finding.reason}"
    if wanted.data is None:
        return wanted.problem
    if link and seen.body.kind is not model.Kind.FILE:
        body = wanted.body.decode("utf-8", "surrogateescape")
        return f"a link there would dangle: {body} is no file in that tree"
    return seen.objection


def _made(finding: Finding, seen: Present) -> Write:
    wanted = finding.wanted
    assert wanted is not None and wanted.data is not None
    sha256 = hashlib.sha256(wanted.data).hexdigest()
    if wanted.kind is Kind.SYMLINK:
        return _write(finding, seen, State(model.Kind.LINK, 0, sha256), wanted.data)
    mode = seen.state.mode or wanted.mode
    return _write(finding, seen, State(model.Kind.FILE, mode, sha256), wanted.data)


def _write(finding: Finding, seen: Present, after: State, data: bytes | None) -> Write:
    return Write(
        worktree=finding.worktree,
        path=finding.path,
        before=seen.state,
        after=after,
        data=data,
        reason=f"{finding.verdict.value}: {finding.reason}",
        named=True,
    )


def _keep(finding: Finding, reason: str) -> Keep:
    return Keep(worktree=finding.worktree, path=finding.path, reason=reason)
