"""What was known at an instant, and what changed since."""
