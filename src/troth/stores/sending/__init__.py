"""Where schedules, letters that wait and the digests of links are kept: a file of its own beside the journal."""
