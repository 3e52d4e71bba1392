"""Worktrees with ports, database names and an `.env` of their own."""
