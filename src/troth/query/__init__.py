"""Expressions and query nodes as values."""

from troth.query.business import CalendarJoins
from troth.query.durations import moved
from troth.query.lowering import compile_expression
from troth.query.parse import parse
from troth.query.printing import show
from troth.query.scope import Kind, Place, Scope, Typed
from troth.query.text import identifier, literal_text
from troth.query.tree import names_in
from troth.query.zone import literal_instant, to_local, to_utc

__all__ = [
    "CalendarJoins",
    "Kind",
    "Place",
    "Scope",
    "Typed",
    "compile_expression",
    "identifier",
    "literal_instant",
    "literal_text",
    "moved",
    "names_in",
    "parse",
    "show",
    "to_local",
    "to_utc",
]
