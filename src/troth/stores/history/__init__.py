"""The book's history in a git repository, spoken to in process: no git binary is needed."""
