"""Shapes that are known: a folder is matched by its columns, never by its file names."""

from troth.sources.templates.matching import Match, match

__all__ = ["Match", "match"]
