"""What repairs: a case is open as long as a check of the data fails, and waits for the steward who is to mend it."""

from troth.cases.case import Case, Closing, Failing, Moved, told
from troth.cases.moves import moves
from troth.cases.ports import Cases

__all__ = ["Case", "Cases", "Closing", "Failing", "Moved", "moves", "told"]
