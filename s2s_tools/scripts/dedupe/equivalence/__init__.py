"""Proof that what stands in a script's place behaves as the script did."""
