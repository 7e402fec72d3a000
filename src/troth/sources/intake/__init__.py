"""What is taken in of each table, and what stands of all that was."""
