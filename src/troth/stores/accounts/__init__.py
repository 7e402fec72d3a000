"""Where accounts, sessions, links and tokens are kept: a file of its own beside the journal."""
