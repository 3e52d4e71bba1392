"""Findings in scripts, and where they are."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple


class Severity(StrEnum):
    """How much a finding matters, the worst first."""

    ERROR = "error"
    WARNING = "warning"
    INFO = "info"
    STYLE = "style"

    @property
    def rank(self) -> int:
        """0 for the worst."""
        return list(Severity).index(self)


class Rule(NamedTuple):
    """What is found, how much it matters, what to write instead."""

    id: str
    severity: Severity
    message: str
    hint: str


class Calls(NamedTuple):
    """A rule for a command by its names, and by an `option` of one word or two."""

    rule: Rule
    names: tuple[str, ...]
    option: str = ""


class Nodes(NamedTuple):
    """A rule for pieces of syntax of some kinds; `text`: that begin like this."""

    rule: Rule
    kinds: tuple[str, ...]
    text: str = ""


class Texts(NamedTuple):
    """A rule for text anywhere but in comments; what `but` matches is left out."""

    rule: Rule
    text: str
    but: str = ""


class Finding(NamedTuple):
    """One place in a script's text; line and column count from 1.

    `text` is the line without the blanks around it; `source` is the checker.
    """

    line: int
    column: int
    rule: str
    severity: Severity
    message: str
    hint: str
    source: str
    text: str


class Located(NamedTuple):
    """A finding in one file; `known`: the baseline has it already.

    `worktree` is "" for a file that is in no repository.
    """

    worktree: str
    path: bytes
    finding: Finding
    known: bool = False


class Skipped(NamedTuple):
    """A file that was not looked at, with the reason."""

    worktree: str
    path: bytes
    reason: str


class Script(NamedTuple):
    """A file to look at; `full` is where it lies, `data` its bytes."""

    worktree: str
    path: bytes
    full: bytes
    data: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """Everything that was found in the scripts at `paths`, by path and line.

    `stale` counts what the baseline has and the scripts have no longer.
    """

    files: int
    paths: frozenset[str]
    findings: tuple[Located, ...]
    skipped: tuple[Skipped, ...]
    checkers: tuple[str, ...]
    stale: int = 0

    @property
    def fresh(self) -> tuple[Located, ...]:
        """What the baseline does not have."""
        return tuple(found for found in self.findings if not found.known)
