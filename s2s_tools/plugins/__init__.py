"""The host of commands: what the manifest names."""
