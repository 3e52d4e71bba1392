"""Commands about scripts."""
