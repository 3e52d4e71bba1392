"""Entry points for pre-commit, one for each check."""
