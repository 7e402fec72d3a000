"""How what customers answer goes with how reliably they are served."""

from __future__ import annotations

from collections.abc import Sequence

from troth.app.reading import Reading
from troth.findings.reliability import Dose, dose_of
from troth.findings.survey import surveys
from troth.kernel.errors import BadValue, NotFound, nearest
from troth.promises.lanes import lanes_of


def reliability(reading: Reading, promise: str, by: Sequence[str] = (), instrument: str | None = None) -> tuple[Dose, ...]:
    """A promise beside what customers answered about what it is about, for each instrument or for one.

    by: what tells units apart: dimensions of the company, or expressions as attr(carrier). Raises NotFound for a promise or an instrument
    that there is not and where nobody answered, BadValue for a promise that no event keeps when it comes, and for what tells nothing apart.
    """
    context = reading.context
    if promise not in context.promises:
        raise NotFound(f"no promise '{promise}' in the book", allowed=nearest(promise, context.promises))
    if promise not in context.dated:
        raise BadValue(f"'{promise}' has no day on which it came", got="no event that keeps it", allowed=nearest(promise, context.dated))
    asked = {one.instrument: one for one in surveys(context, promise)}
    about = context.promises[promise].subject
    if not asked:
        raise NotFound(f"no answer about a '{about}' is on record", next_step="Map a survey under `feedback:` in sources/.")
    if instrument is not None and instrument not in asked:
        raise NotFound(f"no answers to '{instrument}' about a '{about}'", allowed=nearest(instrument, asked))
    lanes = lanes_of(context.engine, reading.rules.book, about, by) if by else None
    return tuple(dose_of(context, one, by, lanes) for name, one in asked.items() if instrument in (None, name))
