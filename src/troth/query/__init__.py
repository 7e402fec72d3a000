"""Expressions and query nodes as values."""

from troth.query.lowering import compile_expression, lower, moved
from troth.query.parse import parse
from troth.query.scope import Kind, Scope, Typed
from troth.query.text import identifier, literal_text
from troth.query.tree import names_in
from troth.query.zone import literal_instant, to_local, to_utc

__all__ = [
    "Kind",
    "Scope",
    "Typed",
    "compile_expression",
    "identifier",
    "literal_instant",
    "literal_text",
    "lower",
    "moved",
    "names_in",
    "parse",
    "to_local",
    "to_utc",
]
