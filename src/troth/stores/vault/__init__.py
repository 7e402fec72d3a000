"""Personal values under keys of their own, in one SQLite file with a key file beside it."""
