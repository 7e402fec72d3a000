"""From source files to a published snapshot, or to nothing at all."""
