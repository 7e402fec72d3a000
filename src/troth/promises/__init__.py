"""Who owes what to whom by when, and what became of it."""

from troth.promises.compile import Compiled, Record
from troth.promises.definition import PROMISES, Promise
from troth.promises.outcome import make_outcomes
from troth.promises.state import STATES, Outcome, State, state, state_sql

__all__ = ["PROMISES", "STATES", "Compiled", "Outcome", "Promise", "Record", "State", "make_outcomes", "state", "state_sql"]
