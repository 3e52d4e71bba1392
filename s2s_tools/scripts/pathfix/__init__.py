"""Hard-coded paths in shell scripts: found, judged, rewritten, proved."""
