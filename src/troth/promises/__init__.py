"""Who owes what to whom by when, and what became of it."""

from troth.promises.definition import PROMISES, Promise
from troth.promises.lint import lint
from troth.promises.naming import Record, instants_of
from troth.promises.outcome import Outcomes, make_outcomes
from troth.promises.state import STATES, Outcome, State, state, state_sql
from troth.promises.terms import Terms, terms_of

__all__ = [
    "PROMISES",
    "STATES",
    "Outcome",
    "Outcomes",
    "Promise",
    "Record",
    "State",
    "Terms",
    "instants_of",
    "lint",
    "make_outcomes",
    "state",
    "state_sql",
    "terms_of",
]
