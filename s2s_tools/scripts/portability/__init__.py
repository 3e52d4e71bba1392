"""What in a script works on one machine and not on another."""
