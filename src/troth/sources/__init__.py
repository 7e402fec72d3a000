"""How their data become our record, and what was lost on the way."""

from troth.sources.address import Print, print_of
from troth.sources.facts import make_facts
from troth.sources.fate import Balance, make_shared, settle
from troth.sources.mapping import Identifier, Source
from troth.sources.readers import READABLE
from troth.sources.reading import Staged, files_of, stage
from troth.sources.vocabulary import SOURCES, lint, vocabulary

__all__ = [
    "READABLE",
    "SOURCES",
    "Balance",
    "Identifier",
    "Print",
    "Source",
    "Staged",
    "files_of",
    "lint",
    "make_facts",
    "make_shared",
    "print_of",
    "settle",
    "stage",
    "vocabulary",
]
