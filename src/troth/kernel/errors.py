"""Everything that can go wrong, in one tree.

TrothError
├── BookError         a definition is wrong                    (ValueError)   exit 3
│   └── ExpressionError   an expression is wrong, with column
├── SourceError       a source cannot be read                  (ValueError)   exit 4
├── ConservationError rows were lost or invented               (RuntimeError) exit 5
├── Busy              somebody else is building                (RuntimeError) exit 6, transient
├── StoreError        the lake or the journal is damaged       (OSError)      exit 7
├── NotFound          no such promise, order, snapshot, folder (LookupError)  exit 8
└── CannotEstimate    an estimate is refused                   (ValueError)   never leaves `findings`
"""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches


class TrothError(Exception):
    """Message = what · got · allowed or nearest · next step; the same facts as attributes."""

    exit_code = 1
    transient = False

    def __init__(self, what: str, *, got: object = None, allowed: object = None, next_step: str = "") -> None:
        self.what = what
        self.got = got
        self.allowed = allowed
        self.next_step = next_step
        parts = [what]
        if got is not None:
            parts.append(f"got {got}")
        if allowed is not None:
            parts.append(f"allowed: {allowed}")
        message = "; ".join(parts)
        super().__init__(f"{message}. {next_step}".rstrip() if next_step else message)


class BookError(TrothError, ValueError):
    exit_code = 3


class ExpressionError(BookError):
    """column: 1-based position in the expression's text."""

    def __init__(self, what: str, *, column: int, got: object = None, allowed: object = None) -> None:
        super().__init__(f"column {column}: {what}", got=got, allowed=allowed)
        self.column = column


class SourceError(TrothError, ValueError):
    exit_code = 4


class ConservationError(TrothError, RuntimeError):
    exit_code = 5


class Busy(TrothError, RuntimeError):
    exit_code = 6
    transient = True


class StoreError(TrothError, OSError):
    exit_code = 7


class NotFound(TrothError, LookupError):
    exit_code = 8


class CannotEstimate(TrothError, ValueError):
    """need: what would make the estimate possible; settle: which data would bring it."""

    def __init__(self, what: str, *, got: object, need: object, settle: str = "") -> None:
        super().__init__(what, got=got, next_step=f"Needs {need}." + (f" {settle}" if settle else ""))
        self.need = need
        self.settle = settle


def nearest(name: str, known: Iterable[str], *, count: int = 3) -> str:
    """The known names most like `name`, as words for an error message.

    >>> nearest("delivred", ["delivered", "placed"])
    "did you mean 'delivered'?"
    """
    names = sorted(known)
    close = get_close_matches(name, names, n=1, cutoff=0.6)
    if close:
        return f"did you mean '{close[0]}'?"
    return "one of " + ", ".join(f"'{n}'" for n in names[: max(count, 8)]) if names else "none are known here"
