"""The canonical manifest of a repository."""
