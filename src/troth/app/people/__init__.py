"""Who may come in and as whom, and what is kept of people at all."""
