"""Definitions as documents: a folder of YAML with positions, problems, layers, versions and a hash."""

from troth.book.book import Book, Definition, Variant
from troth.book.document import Problem
from troth.book.kinds import Expression, Kind, Part, Role
from troth.book.loading import ROOT, Cache, raise_if
from troth.book.opening import Checks, open_book
from troth.book.settings import Settings, Zone

__all__ = [
    "ROOT",
    "Book",
    "Cache",
    "Checks",
    "Definition",
    "Expression",
    "Kind",
    "Part",
    "Problem",
    "Role",
    "Settings",
    "Variant",
    "Zone",
    "open_book",
    "raise_if",
]
