"""The front door on the terminal."""
