"""The wing for the scripts of a repository."""
