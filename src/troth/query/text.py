"""Names and texts as SQL writes them."""

from __future__ import annotations


def identifier(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def literal_text(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"
