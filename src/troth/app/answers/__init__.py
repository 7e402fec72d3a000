"""What is asked of a snapshot: one question a file, as data that every face renders."""
