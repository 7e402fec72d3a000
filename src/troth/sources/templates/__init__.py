"""Exports of systems that are known: tables are recognised by their columns, never by their files' names."""

from troth.sources.templates.matching import Match, match
from troth.sources.templates.together import together

__all__ = ["Match", "match", "together"]
