"""Every expected failure, each with its exit code."""

from __future__ import annotations

from s2s_tools import constants


class S2SError(Exception):
    """An expected failure: what, where, what to do next, in one line."""

    exit_code: int = constants.EXIT_FAILURE


class UsageFault(S2SError):
    """The request itself makes no sense: a bad option, an unknown name."""

    exit_code = constants.EXIT_USAGE


class InvalidDocument(S2SError):
    """A manifest, plan or configuration file breaks its schema."""

    exit_code = constants.EXIT_USAGE


class NotARepository(S2SError):
    """The path is in no git repository that can be read."""

    exit_code = constants.EXIT_NOT_FOUND


class NotFound(S2SError):
    """A named thing does not exist."""

    exit_code = constants.EXIT_NOT_FOUND


class GitFailed(S2SError):
    """Git refused or failed; the message carries its last line."""


class IndexCorrupt(S2SError):
    """A worktree's index cannot be read."""


class FileUnreadable(S2SError):
    """A file that is needed cannot be read."""


class Refused(S2SError):
    """A guard does not let this change happen; `guard` is its name, if it has one."""

    guard: str = ""


class FileChanged(S2SError):
    """A file is no longer what the plan expects."""

    exit_code = constants.EXIT_CHANGED


class WriteFailed(S2SError):
    """The disk refused a write; what had been done was taken back."""


class OutputFailed(S2SError):
    """What the command has to say cannot be written to stdout."""


class JournalCorrupt(S2SError):
    """A journal cannot be read to its end."""


class CommandBroken(S2SError):
    """A command's code cannot be imported."""

    exit_code = constants.EXIT_PLUGIN


class Locked(S2SError):
    """Another run holds the lock."""

    exit_code = constants.EXIT_LOCKED


class NothingToUndo(NotFound):
    """No transaction is there to be taken back."""
