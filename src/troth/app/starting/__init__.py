"""How an operation comes to be: from a folder, a database or a pull to a book and its first page."""
