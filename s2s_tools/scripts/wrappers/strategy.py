"""What may stand where a copy of a script stands."""

from __future__ import annotations

import fnmatch
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from s2s_tools.scripts.syntax import usage as uses
from s2s_tools.scripts.syntax.facts import Facts


class Kind(StrEnum):
    """The four things that may stand at a copy's path."""

    EXEC = "exec"  # a wrapper that runs the body
    SYMLINK = "symlink"
    COPY = "copy"  # the bytes themselves, refreshed from the body
    LEAVE = "leave"  # what is there, untouched


@dataclass(frozen=True, slots=True, kw_only=True)
class Strategy:
    """A decision with its reason; `place` is the "path:line" that decided, or ""."""

    kind: Kind
    reason: str
    place: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """What is decided around the script.

    `body_in_tree`: every tree that is to get the strategy holds the body itself.
    `symlinks`: the repository's core.symlinks. `renamed`: the body's file is not
    called as the copy is. `chosen` is what the manifest says, if it does.
    """

    all_worktrees: bool = False
    body_in_tree: bool = True
    symlinks: bool = True
    renamed: bool = False
    keep: tuple[str, ...] = ()
    clash: str = ""  # another id that is the same on a disk that folds case
    chosen: Kind | None = None


def decide(facts: Facts, usage: uses.Usage, policy: Policy, *, path: bytes) -> Strategy:
    """The strategy of one family, whose canonical stands at `path`."""
    if policy.chosen is not None:
        return Strategy(kind=policy.chosen, reason="the manifest says so")
    left = _reason_to_leave(facts, usage, policy, path)
    if left is not None:
        return left
    fixed = _without_wrapper(facts, usage, policy, path)
    if fixed is not None:
        return _linked(policy, fixed.reason, fixed.place, facts, path)
    if policy.all_worktrees:
        return Strategy(kind=Kind.EXEC, reason=_runs_anywhere(facts))
    return _linked(policy, "a duplicate inside its tree", "", facts, path)


def clashes(ids: Iterable[bytes]) -> dict[bytes, bytes]:
    """Each id that cannot have a file of its own on every disk, with the other.

    Equal but for case or composition, or one the folder of the other.
    """
    first: dict[str, bytes] = {}
    found: dict[bytes, bytes] = {}
    for id in sorted(set(ids), key=lambda id: (fold(id).count("/"), id)):
        folded = fold(id)
        parts = folded.split("/")
        heads = ["/".join(parts[:end]) for end in range(1, len(parts) + 1)]
        other = next((first[head] for head in heads if head in first), None)
        if other is None:
            first[folded] = id
        else:
            found[id] = other
            found.setdefault(other, id)
    return found


def fold(id: bytes) -> str:
    """An id as a disk sees it that knows neither case nor composition."""
    text = id.decode("utf-8", "surrogateescape")
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", text).casefold())


def _reason_to_leave(
    facts: Facts, usage: uses.Usage, policy: Policy, path: bytes
) -> Strategy | None:
    """Why nothing else may stand in the script's place, with the line."""
    glob = _kept(policy.keep, path)
    if glob:
        return _leave(f"kept by {glob}")
    own = _own_reason(facts)
    if own is not None:
        reason, line = own
        return _leave(reason, path, line)
    if usage.carried:
        place = usage.carried[0]
        reason = f"its bytes are handed on ({place.what})"
        return Strategy(kind=Kind.LEAVE, reason=reason, place=str(place))
    if policy.clash:
        return _leave(f"its id and {policy.clash} are one file where case is folded")
    return None


def _own_reason(facts: Facts) -> tuple[str, int] | None:
    """What the script itself does that no stand-in survives, and its line."""
    if not facts.shell:
        return f"runs with {facts.interpreter}, not with a shell", 1
    if facts.unread:
        return "cannot be read as shell", facts.unread[0]
    if facts.writes:
        return f"writes other scripts ({facts.writes[0].command})", facts.writes[0].line
    if facts.lists:
        first = facts.lists[0]
        return f"lists the scripts of a tree ({first.what})", first.line
    return None


def _without_wrapper(
    facts: Facts, usage: uses.Usage, policy: Policy, path: bytes
) -> Strategy | None:
    """Why a wrapper that runs the body elsewhere would not be the same."""
    if facts.locates is not None:
        use = facts.locates
        return _linkable(f"{use.how} ({use.name})", path, use.line)
    if usage.sourced:
        place = usage.sourced[0]
        return Strategy(kind=Kind.SYMLINK, reason="it is sourced", place=str(place))
    if facts.named is not None and policy.renamed:
        use = facts.named
        return _linkable(f"{use.how}, and the body has another", path, use.line)
    if not facts.interpreter:
        return _linkable("has no #! line", path, 1)
    return None


def _linked(
    policy: Policy, reason: str, place: str, facts: Facts, path: bytes
) -> Strategy:
    """A symlink, or a managed copy where a link would not do."""
    resolves = facts.resolves
    if resolves is not None:
        at = _place(path, resolves.line)
        why = f"{resolves.how} ({resolves.name})"
        return Strategy(kind=Kind.COPY, reason=why, place=at)
    if not policy.body_in_tree:
        reason = f"{reason}; the body is in another tree"
        return Strategy(kind=Kind.COPY, reason=reason, place=place)
    if not policy.symlinks:
        reason = f"{reason}; core.symlinks is false"
        return Strategy(kind=Kind.COPY, reason=reason, place=place)
    return Strategy(kind=Kind.SYMLINK, reason=reason, place=place)


def _runs_anywhere(facts: Facts) -> str:
    if facts.own:
        return f"does not depend on where it stands: only {facts.own[0].how}"
    return "does not depend on where it stands"


def _kept(globs: Iterable[str], path: bytes) -> str:
    text = path.decode("utf-8", "surrogateescape")
    return next((glob for glob in globs if fnmatch.fnmatchcase(text, glob)), "")


def _leave(reason: str, path: bytes = b"", line: int = 0) -> Strategy:
    place = _place(path, line) if line else ""
    return Strategy(kind=Kind.LEAVE, reason=reason, place=place)


def _linkable(reason: str, path: bytes, line: int) -> Strategy:
    return Strategy(kind=Kind.SYMLINK, reason=reason, place=_place(path, line))


def _place(path: bytes, line: int) -> str:
    return f"{path.decode('utf-8', 'surrogateescape')}:{line}"
