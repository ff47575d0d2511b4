"""What waits to go out, who sends it, how it ended."""
