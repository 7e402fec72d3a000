"""What a source promises of its data, and what becomes of what does not hold."""
