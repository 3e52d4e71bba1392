"""What a commit may hold, decided from what is staged."""
