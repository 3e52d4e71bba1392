"""One body for each script of all worktrees, and the way there and back."""
