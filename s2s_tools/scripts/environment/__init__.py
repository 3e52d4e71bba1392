"""Where a repository is and what kind of machine this is, as named variables."""
