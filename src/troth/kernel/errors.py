"""Everything that can go wrong, in one tree.

TrothError
├── BadValue          a command was given what it cannot take  (ValueError)   exit 2
├── BookError         a definition is wrong                    (ValueError)   exit 3
│   ├── ExpressionError   an expression is wrong, with column
│   └── Conflict          two edits of the same lines exclude each other
├── SourceError       a source cannot be read                  (ValueError)   exit 4
├── ConservationError rows were lost or invented               (RuntimeError) exit 5
├── Busy              somebody else is building or saving      (RuntimeError) exit 6, transient
├── StoreError        lake, journal or repository is damaged   (OSError)      exit 7
├── NotFound          no such promise, order, snapshot, folder (LookupError)  exit 8
├── Held              what is on legal hold is not erased      (PermissionError) exit 9
└── CannotEstimate    an estimate is refused                   (ValueError)   never leaves `findings`
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from difflib import get_close_matches

SHOWN_LINES = 20
MOST_SHOWN = 600
OPEN_BLANKS = frozenset("\u00a0\u202f\u2009\u3000")


class TrothError(Exception):
    """Message = what · got · allowed or nearest · next step; the same facts as attributes.

    one_line: what the message quotes, such as the name of a file, is written as `shown` writes it.
    """

    exit_code = 1
    transient = False
    one_line = False

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
        parts = [shown(part) for part in parts] if self.one_line else parts
        message = "; ".join(parts)
        end = "" if message.endswith((".", "?")) else "."
        super().__init__(f"{message}{end} {next_step}" if next_step else message)


class BadValue(TrothError, ValueError):
    exit_code = 2


class BookError(TrothError, ValueError):
    exit_code = 3


class ExpressionError(BookError):
    """column: 1-based position in the expression's text."""

    def __init__(self, what: str, *, column: int, got: object = None, allowed: object = None) -> None:
        super().__init__(f"column {column}: {what}", got=got, allowed=allowed)
        self.column = column


@dataclass(frozen=True, slots=True)
class Clash:
    """One place that two edits changed differently.

    line: 1-based, where the place begins in the text that both began from; 0 where the whole file is meant.
    base, theirs, ours: lines without their ends; None where there is no such file.
    who, at: whose the other side is and since when, UTC; at is None while the other side is not saved.
    """

    file: str
    line: int
    base: tuple[str, ...] | None
    theirs: tuple[str, ...] | None
    ours: tuple[str, ...] | None
    who: str
    at: datetime | None

    def __str__(self) -> str:
        place = f"{self.file}:{self.line}" if self.line else self.file
        since = "not saved yet" if self.at is None else f"{self.at:%Y-%m-%d %H:%M} UTC"
        sides = (("it was", self.base), (f"{self.who}, {since}", self.theirs), ("you wrote", self.ours))
        return "\n".join([place, *(f"  {name}:\n{_indented(lines)}" for name, lines in sides)])


class Conflict(BookError):
    """Both sides of each place; nothing was saved and no file was touched."""

    def __init__(self, clashes: Sequence[Clash], *, next_step: str = "") -> None:
        count = len(clashes)
        what = "an edit excludes yours in one place" if count == 1 else f"edits exclude yours in {count} places"
        super().__init__(
            "\n".join([what, *map(str, clashes)]),
            next_step=next_step or "Nothing was saved. Put into your text what you want to keep of theirs, then save again.",
        )
        self.clashes = tuple(clashes)
        self.args = (f"{self.what}\n{self.next_step}",)


class SourceError(TrothError, ValueError):
    one_line = True
    exit_code = 4


class ConservationError(TrothError, RuntimeError):
    """source: whose rows are not all accounted for, where it is one of the book."""

    one_line = True
    exit_code = 5

    def __init__(self, what: str, *, got: object = None, next_step: str = "", source: str | None = None) -> None:
        super().__init__(what, got=got, next_step=next_step)
        self.source = source


class Busy(TrothError, RuntimeError):
    exit_code = 6
    transient = True


class StoreError(TrothError, OSError):
    one_line = True
    exit_code = 7


class NotFound(TrothError, LookupError):
    one_line = True
    exit_code = 8


class Held(TrothError, PermissionError):
    exit_code = 9


class CannotEstimate(TrothError, ValueError):
    """need: what would make the estimate possible; settle: which data would bring it."""

    def __init__(self, what: str, *, got: object, need: object, settle: str = "") -> None:
        super().__init__(what, got=got, next_step=f"Needs {need}." + (f" {settle}" if settle else ""))
        self.need = need
        self.settle = settle


def shown(text: str) -> str:
    """A text as one line that a terminal prints as it stands: signs that move, turn or hide others are escaped, the middle of a long
    one is left out.

    >>> shown("a\\nb"), shown("\\u202egnp.csv"), shown("caf\u00e9")
    ('a\\\\nb', '\\\\u202egnp.csv', 'caf\u00e9')
    >>> len(shown("x" * 10_000)) < 650
    True
    """
    if len(text) > MOST_SHOWN:
        text = f"{text[: MOST_SHOWN - 100]} \u2026 {text[-100:]}"
    if text.isprintable():
        return text
    return "".join(sign if sign.isprintable() or sign in OPEN_BLANKS else sign.encode("unicode_escape").decode() for sign in text)


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


def _indented(lines: tuple[str, ...] | None) -> str:
    if lines is None:
        return "    (no such file)"
    shown = [f"    {line}" for line in lines[:SHOWN_LINES]] or ["    (nothing)"]
    if len(lines) > SHOWN_LINES:
        shown.append(f"    … and {len(lines) - SHOWN_LINES} lines more")
    return "\n".join(shown)
