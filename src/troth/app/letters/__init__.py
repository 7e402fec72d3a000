"""Pages that are sent: what is in them, to whom, when, and the links by which they open."""
