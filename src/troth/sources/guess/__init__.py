"""What a folder of files seems to say: keys, events, the customer, and above all what was promised beside what happened."""

from troth.sources.guess.folder import MOST_FILES, guess, guess_tables
from troth.sources.guess.proposal import Guess, Pair, Proposal

__all__ = ["MOST_FILES", "Guess", "Pair", "Proposal", "guess", "guess_tables"]
