"""Sentences of the terms page that promise something which can be kept or broken."""

import re
from pathlib import Path

TERM = re.compile(r"\b(?:within|before|by the (?:date|time)|(?:minute|hour|day|week|month|year)s?)\b")


def recover(data: Path) -> list[str]:
    """Sentences with a term: a limit of time, a date or a span. To be read by somebody, since not every term is a promise."""
    body = (data / "terms.md").read_text(encoding="utf-8").split("\n\n")[2:]
    sentences = [sentence for paragraph in body for sentence in re.split(r"(?<=\.)\s+", paragraph.strip())]
    return [sentence for sentence in sentences if TERM.search(sentence)]
