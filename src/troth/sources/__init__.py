"""How their data become our record, and what was lost on the way."""

from troth.sources.facts import make_facts
from troth.sources.fate import QUARANTINE, Balance, settle
from troth.sources.mapping import CellType, Identifier, Source
from troth.sources.reading import READABLE, Staged, files_of, stage

__all__ = [
    "QUARANTINE",
    "READABLE",
    "Balance",
    "CellType",
    "Identifier",
    "Source",
    "Staged",
    "files_of",
    "make_facts",
    "settle",
    "stage",
]
