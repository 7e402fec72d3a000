"""The book of a workspace: opened, asked, changed and undone."""
