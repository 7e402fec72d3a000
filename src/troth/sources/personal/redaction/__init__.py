"""Free text without the people in it."""

from troth.sources.personal.redaction.marking import MARKS, redact

__all__ = ["MARKS", "redact"]
