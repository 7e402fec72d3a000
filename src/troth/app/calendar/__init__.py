"""Working time: asked for, shown for a year, brought in from a feed."""
