"""What main's two commits hold, and how a person types them."""

from __future__ import annotations

import shlex
from collections.abc import Iterable
from typing import NamedTuple

from s2s_tools.changes.model import Plan, Write
from s2s_tools.scripts.dedupe.worktrees.model import MAIN
from s2s_tools.scripts.inventory import stored


class Parts(NamedTuple):
    """Main's share of a plan: where bodies come from and lie, what replaces them.

    `moved` are old paths, in the order of `bodies`; `others` are the stand-ins and
    the manifest.
    """

    moved: tuple[bytes, ...]
    bodies: tuple[Write, ...]
    others: tuple[Write, ...]


def parts(plan: Plan) -> Parts:
    """What of a plan main's two commits hold."""
    own = [write for write in plan.writes if write.worktree == MAIN]
    bodies = tuple(write for write in own if stored.holds(write.path))
    others = tuple(write for write in own if not stored.holds(write.path))
    return Parts(tuple(stored.home(write.path) for write in bodies), bodies, others)


def typed(plan: Plan, root: bytes) -> tuple[str, ...]:
    """What a person types for the same two commits; () where main is not touched."""
    found = parts(plan)
    if not found.bodies:
        return ()
    start = f"git -C {_quoted(root)}"
    special = any(set(w.path) & set(b"*?[\\:") for w in found.bodies + found.others)
    exact = f"{start} --literal-pathspecs" if special else start
    bodies = _listed(write.path for write in found.bodies)
    others = _listed(write.path for write in found.others)
    return (
        f"{exact} rm -q --cached -- {_listed(found.moved)}",
        f"{exact} add -- {bodies}",
        f"{start} commit -m {_quoted(_first_line(found).encode())}",
        f"{exact} add -- {others}",
        f"{start} commit -m {_quoted(_second_line(found).encode())}",
    )


def message_of_move(found: Parts) -> str:
    """What the first commit says."""
    return (
        f"{_first_line(found)}\n\nA pure move: each script keeps its bytes, so git "
        "follows it\nwhen a branch with other changes of it is merged.\n"
    )


def message_of_wrappers(found: Parts) -> str:
    """What the second commit says."""
    return (
        f"{_second_line(found)}\n\nTo bring these two commits into another branch: "
        "s2s dedupe adopt.\n"
    )


def _first_line(found: Parts) -> str:
    return f"Move {_count(found)} to .s2s/canonical"


def _second_line(found: Parts) -> str:
    return f"Run {_count(found)} from .s2s/canonical at the old paths"


def _count(found: Parts) -> str:
    number = len(found.bodies)
    return "1 script" if number == 1 else f"{number} scripts"


def _listed(paths: Iterable[bytes]) -> str:
    return " ".join(_quoted(path) for path in paths)


def _quoted(path: bytes) -> str:
    return shlex.quote(path.decode("utf-8", "surrogateescape"))
