"""What a folder of files seems to say: keys, events, the customer, and above all what was promised beside what happened."""

from troth.sources.guess.across import joined
from troth.sources.guess.folder import guess, guess_tables
from troth.sources.guess.groups import MOST_FILES, Group, groups_of
from troth.sources.guess.proposal import Guess, Pair, Proposal

__all__ = ["MOST_FILES", "Group", "Guess", "Pair", "Proposal", "groups_of", "guess", "guess_tables", "joined"]
