"""How their data become our record, and what was lost on the way."""

from troth.sources.facts import make_facts
from troth.sources.fate import QUARANTINE, Balance, settle
from troth.sources.mapping import CellType, Identifier, Source
from troth.sources.reading import READABLE, Staged, files_of, stage
from troth.sources.vocabulary import SOURCES, Vocabulary, lint, vocabulary

__all__ = [
    "QUARANTINE",
    "READABLE",
    "SOURCES",
    "Balance",
    "CellType",
    "Identifier",
    "Source",
    "Staged",
    "Vocabulary",
    "files_of",
    "lint",
    "make_facts",
    "settle",
    "stage",
    "vocabulary",
]
