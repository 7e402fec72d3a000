"""A service catalogue in use: half a year of requests to HR, IT and finance; what became of them, what either side said of the other."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

import numpy as np

from troth.worlds.chance import Chance
from troth.worlds.sheets import NONE, Column, Ints, Sheet, instant, text

START = int(datetime(2026, 1, 5, tzinfo=UTC).timestamp())  # a Monday; seconds on the clock of the files
DAYS, OPENS, OPEN = 130, 9 * 3600, 8 * 3600  # working days of the record, each from nine to five
DAY, HOUR = 86_400, 3_600
FORM = "%Y-%m-%d %H:%M:%S"
UNITS = ("sales", "logistics", "service", "production", "purchasing", "marketing")


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of request. share: of the service's requests. median, sigma: of the working hours that one takes, lognormal."""

    name: str
    share: float
    median: float
    sigma: float


@dataclass(frozen=True, slots=True)
class Service:
    """by: the column that says by when, from `soonest` to `latest` days after it was raised; "" where a term is promised."""

    name: str
    mark: str
    requests: int
    kinds: tuple[Kind, ...]
    by: str = ""
    form: str = FORM
    soonest: int = 0
    latest: int = 0


SERVICES = (
    Service("hr", "HR", 240, (Kind("contract", 0.3, 16, 0.5), Kind("question", 0.7, 4, 0.8))),
    Service("it", "IT", 360, (Kind("account", 0.25, 16, 0.6), Kind("incident", 0.75, 3, 0.9)), "first_day", FORM, 3, 10),
    Service("finance", "FI", 300, (Kind("invoice", 0.7, 90, 0.4), Kind("expenses", 0.3, 24, 0.5)), "due_on", "%Y-%m-%d", 14, 30),
)


def service_catalogue(seed: int) -> list[Sheet]:
    """The files of a seed: the units, a file of requests for each service, and two of ratings. Refuses nothing."""
    made = [_requests(Chance(seed, one.name), one) for one in SERVICES]
    labels = [f"{one.mark}-{n:05d}" for one in SERVICES for n in range(one.requests)]
    raised, done = (np.concatenate([columns[place] for _, columns in made]) for place in (0, 1))
    units = Sheet("units.csv", (text("unit", np.arange(len(UNITS)), UNITS),))
    return [units, *(sheet for sheet, _ in made), *_ratings(Chance(seed, "ratings"), labels, raised, done)]


def _requests(chance: Chance, service: Service) -> tuple[Sheet, tuple[Ints, Ints]]:
    """The requests of a service in the order in which they were raised, with the working time of both instants; NONE where none is."""
    count = service.requests
    raised = np.sort(chance.below(DAYS * OPEN // 60, count) * 60)
    kind = chance.choice([one.share for one in service.kinds], count)
    normal = [chance.lognormal(one.sigma, count) * one.median * HOUR for one in service.kinds]
    taken = np.choose(kind, normal).astype(np.int64) // 60 * 60 + 60
    done = np.where(raised + taken < DAYS * OPEN, raised + taken, NONE)
    columns: list[Column] = [
        text("request", np.arange(count), [f"{service.mark}-{n:05d}" for n in range(count)]),
        text("unit", chance.below(len(UNITS), count), UNITS),
        text("kind", kind, [one.name for one in service.kinds]),
        instant("raised_at", _clock(raised), FORM),
    ]
    if service.by:
        days = _clock(raised) // DAY + service.soonest + chance.below(service.latest - service.soonest + 1, count)
        days += np.choose((days + 3) % 7, [0, 0, 0, 0, 0, 2, 1])  # 1 January 1970 was a Thursday: no first day on a weekend
        columns.append(instant(service.by, np.where(kind == 0, days * DAY + OPENS, NONE), service.form))
    columns.append(instant("done_at", _clock(done), FORM))
    return Sheet(f"{service.name}_requests.csv", tuple(columns)), (raised, done)


def _ratings(chance: Chance, labels: Sequence[str], raised: Ints, done: Ints) -> list[Sheet]:
    """What requesters said of the service when it was done, and what the service said of the request: did it hold what was needed."""
    count = len(labels)
    asked = np.flatnonzero(chance.flags(0.4, count) & (done != NONE) & (done + 2 * HOUR < DAYS * OPEN))
    long = (done - raised)[asked] > 16 * HOUR
    stars = np.where(long, 2, 4) + chance.below(2, len(asked))
    looked = np.flatnonzero(chance.flags(0.6, count) & (raised + HOUR < DAYS * OPEN))
    complete = 1 + chance.choice((0.05, 0.1, 0.15, 0.3, 0.4), len(looked))
    return [
        Sheet(
            "ratings_by_requesters.csv",
            (
                text("request", asked, labels),
                instant("asked_at", _clock(done[asked]), FORM),
                instant("answered_at", _clock(done[asked] + HOUR), FORM),
                text("stars", stars - 1, "12345"),
            ),
        ),
        Sheet(
            "ratings_by_services.csv",
            (
                text("request", looked, labels),
                instant("rated_at", _clock(raised[looked] + HOUR), FORM),
                text("complete", complete - 1, "12345"),
            ),
        ),
    ]


def _clock(working: Ints) -> Ints:
    """Seconds of working time since the beginning as seconds on the clock: five days a week, eight hours a day."""
    day, second = np.divmod(np.where(working == NONE, 0, working), OPEN)
    return np.where(working == NONE, NONE, START + (day // 5 * 7 + day % 5) * DAY + OPENS + second)
