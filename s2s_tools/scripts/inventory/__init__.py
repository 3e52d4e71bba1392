"""What exists: worktrees, scripts, contents, families, relations."""
