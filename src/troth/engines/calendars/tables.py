"""Calendars as tables of the relational form: rows that are found by equality, so that no engine has to search for a range.

Each table has a column `calendar`, the place of the calendar in the sequence. Instants are UTC microseconds since 1970, days of UTC are
days since 1970. Where `days` are given, ascending, a table has only the rows of these: a record with one date in another century
would make it long for nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence

import numpy as np
import numpy.typing as npt

from troth.engines.calendars.calendar import Calendar
from troth.engines.calendars.days import cutoffs
from troth.engines.calendars.hours import parse_time
from troth.engines.calendars.packed import BUCKET_US
from troth.engines.calendars.windows import Instants
from troth.kernel.instant import DAY_US

Columns = dict[str, npt.NDArray[np.int64]]


def time_rows(calendars: Sequence[Calendar], days: Instants | None = None) -> Columns:
    """business_time: calendar, day, since, until, opens, closes, worked. One row matches an instant t: it has the day of t, and
    since <= t < until.

    W(t) = worked + min(t, closes) - opens.

    >>> from troth.engines.calendars.rules import Hours, calendar_by
    >>> rows = time_rows([calendar_by(Hours("UTC"), 0, 2 * DAY_US)])
    >>> rows["day"].tolist(), rows["worked"].tolist()
    ([0, 1, 2], [0, 0, 0])
    """

    def of(one: Calendar) -> Columns:
        cuts = _among(np.union1d(_edges(one), one.opens), days)
        place = np.searchsorted(one.opens, cuts, side="right") - 1
        before, inside = place < 0, np.maximum(place, 0)
        has = len(one.opens) > 0
        return {
            **_cut(one, cuts),
            "opens": np.where(before, cuts, one.opens[inside]) if has else cuts,
            "closes": np.where(before, cuts, one.closes[inside]) if has else cuts,
            "worked": np.where(before, 0, one.worked[inside]) if has else np.zeros_like(cuts),
        }

    return _together(calendars, of)


def due_rows(calendars: Sequence[Calendar], days: Instants | None = None) -> Columns:
    """business_due: calendar, bucket, opens, worked, finished. The interval in which W reaches y > 0 has bucket (y - 1) div BUCKET_US and
    worked < y <= finished; the one in which W leaves y >= 0 has bucket y div BUCKET_US and worked <= y < finished.

    W⁻¹(y) = opens + y - worked.

    >>> from troth.engines.calendars.rules import Hours, calendar_by
    >>> due_rows([calendar_by(Hours("UTC"), 0, DAY_US)])["bucket"].tolist()
    [0, 1, 2, 3, 4, 5]
    """

    def of(one: Calendar) -> Columns:
        closing = np.ones(len(one.closes), dtype=np.bool_) if days is None else np.isin((one.closes - 1) // DAY_US, days)
        opens, worked, finished = one.opens[closing], one.worked[closing], one.finished[closing]
        low, high = worked // BUCKET_US, (finished - 1) // BUCKET_US
        counts = high - low + 1
        which = np.repeat(np.arange(len(low)), counts)
        bucket = np.arange(len(which)) - np.repeat(np.cumsum(counts) - counts, counts) + low[which]
        return {"bucket": bucket, "opens": opens[which], "worked": worked[which], "finished": finished[which]}

    return _together(calendars, of)


def day_rows(calendars: Sequence[Calendar], days: Instants | None = None) -> Columns:
    """business_day: calendar, day, since, until, begun, over, closing. One row matches an instant, as in business_time.

    begun: the ordinal of the last working day that has begun by then, -1 before the first; over: of the first that is not over;
    closing: of the first that closes then or later.

    >>> from troth.engines.calendars.rules import Hours, calendar_by
    >>> day_rows([calendar_by(Hours("UTC"), 0, DAY_US)])["begun"].tolist()
    [0, 0]
    """

    def of(one: Calendar) -> Columns:
        held = one.days
        changes = np.concatenate([_edges(one), held.begins, held.ends, held.closes + 1])
        cuts = _among(np.unique(changes[(changes >= one.first_us) & (changes <= one.last_us)]), days)
        return {
            **_cut(one, cuts),
            "begun": np.searchsorted(held.begins, cuts, side="right") - 1,
            "over": np.searchsorted(held.ends, cuts, side="right"),
            "closing": np.searchsorted(held.closes, cuts, side="left"),
        }

    return _together(calendars, of)


def working_day_rows(calendars: Sequence[Calendar]) -> Columns:
    """working_day: calendar, ordinal, opens, closes, ends; the working days of each calendar in their order.

    >>> from troth.engines.calendars.rules import Hours, calendar_by
    >>> working_day_rows([calendar_by(Hours("UTC"), DAY_US, 2 * DAY_US)])["ordinal"].tolist()
    [0]
    """

    def of(one: Calendar) -> Columns:
        return {"ordinal": np.arange(len(one.days.days)), "opens": one.days.opens, "closes": one.days.closes, "ends": one.days.ends}

    return _together(calendars, of)


def cutoff_rows(calendars: Sequence[Calendar], times: Iterable[str]) -> Mapping[str, npt.NDArray[np.generic]]:
    """working_cutoff: calendar, ordinal, cutoff, at; when it is a time of day, as written, on each working day.

    >>> from troth.engines.calendars.rules import Hours, calendar_by
    >>> cutoff_rows([calendar_by(Hours("UTC"), DAY_US, 2 * DAY_US)], ["14:00"])["at"].tolist()
    [136800000000]
    """
    named = sorted(set(times))

    def of(one: Calendar) -> Columns:
        days = np.arange(len(one.days.days))
        at = [cutoffs(one, parse_time(time)) for time in named]
        return {
            "ordinal": np.tile(days, len(named)),
            "cutoff": np.repeat(np.arange(len(named)), len(days)),
            "at": np.concatenate(at) if at else days[:0],
        }

    found = _together(calendars, of)
    return {**found, "cutoff": np.array(named, dtype=object)[found["cutoff"]]}


def _edges(one: Calendar) -> Instants:
    days = np.arange(one.first_us // DAY_US + 1, one.last_us // DAY_US + 1, dtype=np.int64) * DAY_US
    return np.concatenate([np.array([one.first_us], dtype=np.int64), days])


def _among(cuts: Instants, days: Instants | None) -> Instants:
    return cuts if days is None else cuts[np.isin(cuts // DAY_US, days)]


def _cut(one: Calendar, cuts: Instants) -> Columns:
    """Rows from one cut to the next, or to the end of their day where the next day has none."""
    following = np.append(cuts[1:], one.last_us + 1)
    return {"day": cuts // DAY_US, "since": cuts, "until": np.minimum(following, (cuts // DAY_US + 1) * DAY_US)}


def _together(calendars: Sequence[Calendar], of: Callable[[Calendar], Columns]) -> Columns:
    parts = [of(one) for one in calendars]
    sizes = [len(next(iter(part.values()))) for part in parts]
    found = {name: np.concatenate([part[name] for part in parts]).astype(np.int64) for name in parts[0]}
    return {"calendar": np.repeat(np.arange(len(parts), dtype=np.int64), sizes), **found}
