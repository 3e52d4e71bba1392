"""What a hard-coded path in a script is, and what is to become of it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Final, NamedTuple

from s2s_tools.changes.model import State


class Verdict(StrEnum):
    """What may be done about one occurrence."""

    AUTO = "auto"
    CHECKED = "safe-charset"  # rewritten; the script stops where the root is odd
    MANUAL = "manual"
    SKIPPED = "skipped"


class Place(NamedTuple):
    """A folder that scripts name, and the variable that is to stand for it."""

    path: bytes
    variable: bytes


class Edit(NamedTuple):
    """Bytes `start` to `end` of a script become `text`."""

    start: int
    end: int
    text: bytes


class Inner(NamedTuple):
    """Code that a quoted word carries: where it stands, its edits inside.

    The edits count from the start of the script, as all others do.
    """

    start: int
    end: int
    edits: tuple[Edit, ...]


class Proof(NamedTuple):
    """What was shown; `failure` says what was not, and then nothing may be written.

    Edits in `words` were evaluated; those `unevaluated` are in words that would
    run commands, or mean nothing alone: the parsers alone vouch for them.
    """

    words: int = 0
    unevaluated: int = 0
    failure: str = ""


UNTRIED: Final = Proof()


class Decision(NamedTuple):
    """What a rule says: the verdict, the edit where there is one, advice for people.

    `inner` is set where the edits are inside code that a word carries.
    """

    verdict: Verdict
    edit: Edit | None = None
    advice: str = ""
    inner: Inner | None = None
    exports: bool = False


class Occurrence(NamedTuple):
    """One place where a script names a folder.

    `advice` says what a person has to do, "" where nothing is left.
    """

    line: int
    start: int
    end: int
    place: Place
    context: str
    verdict: Verdict
    advice: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fixed:
    """A script with its occurrences and the edits for those that may be rewritten.

    `exports`: code in another shell needs the variable. `barrier` says why nothing
    may be edited at all.
    """

    data: bytes
    occurrences: tuple[Occurrence, ...] = ()
    edits: tuple[Edit, ...] = ()
    inner: tuple[Inner, ...] = ()
    exports: bool = False
    barrier: str = ""

    @property
    def checked(self) -> bool:
        """Whether an edit is only right for a root without special characters."""
        return any(o.verdict is Verdict.CHECKED for o in self.occurrences)


@dataclass(frozen=True, slots=True, kw_only=True)
class Script:
    """A script that was looked at; `result` is its new text, None where it stays.

    `problem` says why it may not be written, "" where nothing stands against it.
    """

    worktree: str
    path: bytes
    state: State
    data: bytes
    named: bool = False
    occurrences: tuple[Occurrence, ...] = ()
    result: bytes | None = None
    proof: Proof = UNTRIED
    problem: str = ""


class Mention(NamedTuple):
    """A line of a file that is only reported: the folder that it names, and why."""

    worktree: str
    path: bytes
    line: int
    place: Place
    reason: str
