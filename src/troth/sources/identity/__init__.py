"""Who is the same in several systems: by rules, by weights, and above both by what people decided."""

from troth.sources.identity.decisions import Decision, Decisions, Draft, standing
from troth.sources.identity.definition import Identity, Weigh
from troth.sources.identity.lint import IDENTITIES, lint
from troth.sources.identity.making import Matching, make_identities
from troth.sources.identity.matching import links_by_rules
from troth.sources.identity.nouns import Card, Link, Member, Roll, Verdict, Weight, roll_of
from troth.sources.identity.parties import Parties, parties_of
from troth.sources.identity.tables import PARTS
from troth.sources.identity.weighing import FEWEST_CARDS, Weigher

__all__ = [
    "FEWEST_CARDS",
    "IDENTITIES",
    "PARTS",
    "Card",
    "Decision",
    "Decisions",
    "Draft",
    "Identity",
    "Link",
    "Matching",
    "Member",
    "Parties",
    "Roll",
    "Verdict",
    "Weigh",
    "Weigher",
    "Weight",
    "links_by_rules",
    "lint",
    "make_identities",
    "parties_of",
    "roll_of",
    "standing",
]
