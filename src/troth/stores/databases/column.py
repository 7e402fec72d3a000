"""A column of a table or query as a database describes it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Column:
    """text: the SQL of its values as exact texts. orders: the database can put its values in order."""

    name: str
    text: str
    orders: bool = True
