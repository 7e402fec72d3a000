"""What the pages of the server show, each cut to who reads it."""
