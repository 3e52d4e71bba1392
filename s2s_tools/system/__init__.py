"""The machine: processes, git, files, locks, clocks."""
