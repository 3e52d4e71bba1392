"""Generated scripts that run the canonical."""
