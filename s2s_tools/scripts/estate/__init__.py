"""Fixture estates: a description becomes a real repository with worktrees."""
