"""Checks what is about to be committed."""

from __future__ import annotations

import os
from collections.abc import Iterable

from s2s_tools import document, errors
from s2s_tools.scripts.guard import copies, managed, staged, wrapped
from s2s_tools.scripts.guard.index import Index
from s2s_tools.scripts.guard.model import Check, Finding
from s2s_tools.scripts.manifest import codec

_RULES = (
    (Check.NO_DUPLICATES, copies.find),
    (Check.WRAPPERS_FRESH, wrapped.find_stale),
    (Check.NO_WRAPPER_OVER_CANONICAL, wrapped.find_over),
    (Check.CANONICAL_ONLY, managed.find),
)


def check(path: bytes, checks: Iterable[Check]) -> tuple[Finding, ...]:
    """What these checks find in the commit that is being made at `path`.

    A staged manifest that breaks its schema is the only finding there is: the
    others need it. Raises errors.InvalidDocument where one of them meets it.
    """
    wanted = frozenset(checks)
    index = Index(path)
    if not index.changes:
        return ()
    found = staged.record(index)
    if Check.MANIFEST_VALID in wanted and found.staged and found.data is not None:
        try:
            codec.decode(document.manifest(found.data, found.name))
        except errors.InvalidDocument as exc:
            return (Finding(Check.MANIFEST_VALID, os.fsencode(found.name), str(exc)),)
    rules = [rule for name, rule in _RULES if name in wanted]
    if not rules:
        return ()
    commit = staged.commit(index)
    around = staged.around(index, commit, found)
    return tuple(finding for rule in rules for finding in rule(commit, around))
