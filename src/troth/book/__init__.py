"""Definitions as documents: a folder of YAML with positions, problems and a hash."""

from troth.book.document import Document, Problem, Tree
from troth.book.loading import ROOT, load, raise_if, read
from troth.book.schema import Definition, definitions, single
from troth.book.settings import Settings, Zone

__all__ = [
    "ROOT",
    "Definition",
    "Document",
    "Problem",
    "Settings",
    "Tree",
    "Zone",
    "definitions",
    "load",
    "raise_if",
    "read",
    "single",
]
