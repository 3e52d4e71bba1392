"""Which duplicates and stale copies to replace."""
