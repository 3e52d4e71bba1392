"""Look at worktrees, decide as data, change files in one place."""

__version__ = "0.1.0"
