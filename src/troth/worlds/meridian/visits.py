"""Field service: visits in windows, technicians whose day runs late, what was not fixed, and the counters of the branches."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from troth.engines.calendars import worked_until_each
from troth.worlds.chance import Chance, falling
from troth.worlds.meridian.changes import BAD_MONTHS, Rollouts, worst
from troth.worlds.meridian.customers import Customers
from troth.worlds.meridian.places import BRANCHES, COUNTRIES, REGIONS, SECOND_US, Branches, Clocks, desk
from troth.worlds.meridian.plan import DAY, HOUR, MINUTE, Plan, day
from troth.worlds.meridian.queues import Queue
from troth.worlds.meridian.staff import Staff
from troth.worlds.sheets import NONE, Flags, Ints

VISITS_A_MONTH = 0.75
SEASON = (1.25, 1.15, 1.0, 0.9, 0.85, 0.9, 1.0, 0.95, 0.9, 1.0, 1.05, 1.2)
FALLING = 9
GAMING = 25
NO_SHOW = 0.09
FIXED, CALL_BACK = 0.76, 0.9  # of visits are fixed at once; of those that are not, so many call back
STYLE_REGION, STYLE_AT = REGIONS.index("APAC"), 0.7
HALF_LIFE_DAYS = 120
LUCK = 0.6  # points of 10 that a branch gains or loses in the quarter in which the worst are chosen, and in no other
COUNTER_MONTHS, COUNTER_SERVERS, COUNTER_LOAD, COUNTER_MINUTES = 2, 2, 0.8, 12
ANSWER_DAYS = 15


@dataclass(frozen=True, slots=True)
class Visits:
    """By visit, in the order of booking. true_arrival: what a mystery visitor sees; arrived: what is recorded. rating: 0 to 10."""

    customer: Ints
    branch: Ints
    technician: Ints
    booked: Ints
    window_from: Ints
    window_to: Ints
    dispatched: Ints
    true_arrival: Ints
    arrived: Ints
    done: Ints
    no_show: Flags
    fixed: Flags
    called_back: Ints
    asked: Ints
    rated: Ints
    rating: Ints
    complained: Ints
    acknowledged: Ints
    answered: Ints

    def __len__(self) -> int:
        return len(self.customer)


def visits(
    plan: Plan, people: Customers, units: Branches, clocks: Clocks, team: Staff, changes: Rollouts
) -> tuple[Visits, list[int]]:  # fmt: skip
    """All visits of the record, and the branches that were coached. What is later than its end has not happened."""
    chance = Chance(plan.seed, "visits")
    customer, month = _wanted(plan, people, chance)
    branch, count = people.branch[customer], len(customer)
    country = units.country[branch]
    on = desk(country)
    day = plan.starts[month] + chance.below(28, count) * DAY
    slot = chance.choice((26, 27, 25, 22), count)
    day = _working(plan, clocks, country, day)
    morning = clocks.utc(country, day)
    window_from = clocks.due(on, morning, slot * 2 * HOUR + 1) - 1
    window_to = clocks.due(on, morning, (slot + 1) * 2 * HOUR)
    booked = window_from - (1 + (5 * chance.exponential(count)).astype(np.int64)) * DAY - chance.below(6 * HOUR, count)
    later = booked + 4 * HOUR < window_from
    booked = np.where(later, booked, window_from - 4 * HOUR)
    technician = (chance.uniform(count) * units.technicians[branch]).astype(np.int64)
    speed = units.speed[branch] * np.where((branch == FALLING) & (plan.size("efficient_but_falling") > 0), 0.8, 1.0)
    hurried = changes.harmful[branch] & (window_from >= changes.harmful_at) & (plan.size("change_harmful") > 0)
    speed = np.where(hurried, speed * 0.875, speed)
    work = ((5 + 50 * chance.lognormal(0.4, count)) * MINUTE * speed).astype(np.int64)
    treated = people.treated[customer] & (window_from >= changes.text_at)
    no_show = chance.flags(np.where(treated, NO_SHOW * (1 - plan.size("change_randomised")), NO_SHOW), count)
    work = np.where(no_show, 10 * MINUTE, work)
    dispatched, arrival = _driven(chance, branch, technician, clocks.local(country, window_from) // DAY, window_from, work)
    waves = changes.wave_at[branch]
    fixes = FIXED + 0.03 * Chance(plan.seed, "fixing").normal(BRANCHES)[branch] + plan.size("change_stepped") * (window_from >= waves)
    fixed = ~no_show & chance.flags(fixes, count)
    done = np.where(no_show, NONE, arrival + work)
    calls = ~no_show & ~fixed & chance.flags(CALL_BACK, count)
    back = arrival + work + 4 * HOUR + (1.5 * DAY * np.minimum(chance.exponential(count), 4.0)).astype(np.int64)
    gamed = arrival - np.where(branch == GAMING, int(plan.size("gamed_timestamps") * MINUTE), 0)
    late = arrival > window_to
    ends = arrival + work
    asked = ends + 3 * HOUR + chance.below(20 * HOUR, count)
    answers = ~no_show & chance.flags(0.6, count)
    rating, coached = _rating(plan, units, team, changes, _Felt(branch, ends, late, fixed, answers), chance)
    rated = np.where(answers, asked + (0.7 * DAY * chance.exponential(count)).astype(np.int64), NONE)
    objects = ~no_show & chance.flags(0.01 + 0.04 * ~fixed + 0.04 * late, count)
    received = clocks.due(on, ends, (10 * HOUR * chance.exponential(count)).astype(np.int64) + 60)
    ack = clocks.due(on, received, (3 * HOUR * chance.exponential(count)).astype(np.int64) + 60)
    answered = clocks.due(on, received, (HOUR * (8 + 52 * chance.lognormal(0.5, count))).astype(np.int64))
    order = np.argsort(booked, kind="stable")
    known = {
        "booked": booked,
        "window_from": window_from,
        "window_to": window_to,
        "dispatched": dispatched,
        "true_arrival": arrival,
        "arrived": gamed,
        "done": done,
        "called_back": np.where(calls, back, NONE),
        "asked": np.where(no_show, NONE, asked),
        "rated": rated,
        "complained": np.where(objects, received, NONE),
        "acknowledged": np.where(objects, ack, NONE),
        "answered": np.where(objects, answered, NONE),
    }
    made = Visits(customer=customer, branch=branch, technician=technician, no_show=no_show, fixed=fixed, rating=rating, **known)
    return _seen(plan, made, order[booked[order] < plan.last]), coached


def _wanted(plan: Plan, people: Customers, chance: Chance) -> tuple[Ints, Ints]:
    """Customer and month of each visit that is wanted."""
    season = np.array([SEASON[month % 12] for month in range(plan.months)])
    starts = plan.starts
    who = np.flatnonzero(people.serviced)
    means = VISITS_A_MONTH * season[None, :] * (people.since[who][:, None] < starts[None, :])
    counts = chance.poisson(means.reshape(-1))
    pairs = np.repeat(np.arange(len(counts)), counts)
    return who[pairs // plan.months], pairs % plan.months


def _working(plan: Plan, clocks: Clocks, country: Ints, day: Ints) -> Ints:
    """Those days; where nobody works, one of the next by lot, so that Mondays are no fuller than other days."""
    chance, day = Chance(plan.seed, "working days"), day.copy()
    off = np.arange(len(day))
    for _ in range(6):
        opens = clocks.due(desk(country[off]), clocks.utc(country[off], day[off]), np.ones(len(off), dtype=np.int64)) - 1
        off = off[clocks.local(country[off], opens) // DAY != day[off] // DAY]
        day[off] += (1 + chance.below(5, len(off))) * DAY
    return day


def _driven(chance: Chance, branch: Ints, technician: Ints, day: Ints, window_from: Ints, work: Ints) -> tuple[Ints, Ints]:
    """When each technician sets out and arrives: at the next visit of the day as the window begins, or when the last one is done."""
    count = len(branch)
    drive = ((12 + 20 * chance.uniform(count)) * MINUTE).astype(np.int64)
    wish = window_from + (chance.uniform(count) * 70 * MINUTE).astype(np.int64)
    wish = wish + np.where(chance.flags(0.04, count), (40 * MINUTE + 90 * MINUTE * chance.uniform(count)).astype(np.int64), 0)
    order = np.lexsort((wish, window_from, day, technician, branch))
    group = np.stack([branch, technician, day])[:, order]
    new = np.ones(count, dtype=np.bool_)
    new[1:] = (group[:, 1:] != group[:, :-1]).any(axis=0)
    begins = np.maximum.accumulate(np.where(new, np.arange(count), 0))
    place = np.arange(count) - begins
    wish, drive, work = wish[order], drive[order], work[order]
    arrival = wish.copy()
    for turn in range(1, int(place.max(initial=0)) + 1):
        here = np.flatnonzero(place == turn)
        arrival[here] = np.maximum(wish[here], arrival[here - 1] + work[here - 1] + drive[here])
    back = np.empty(count, dtype=np.int64)
    back[order] = arrival
    driven = np.empty(count, dtype=np.int64)
    driven[order] = arrival - drive
    return driven, back


@dataclass(frozen=True, slots=True)
class _Felt:
    """By visit: where and when, whether late and fixed, and whether the customer answers."""

    branch: Ints
    at: Ints
    late: Flags
    fixed: Flags
    answers: Flags


def _rating(plan: Plan, units: Branches, team: Staff, changes: Rollouts, felt: _Felt, chance: Chance) -> tuple[Ints, list[int]]:
    """What a customer says from 0 to 10, or would say: of the branch, of this visit, of what was changed there, and of the day.

    And the branches that were coached, which were chosen by what had been said before.
    """
    branch, at = felt.branch, felt.at
    value = 7.2 + 2 * units.liked[branch] - 0.8 * felt.late - 1.2 * ~felt.fixed
    part = (at - plan.first) / (plan.last - plan.first)
    value = value - plan.size("efficient_but_falling") * part * (branch == FALLING)
    value = value - plan.size("change_harmful") * (changes.harmful[branch] & (at >= changes.harmful_at))
    age = np.maximum(at - changes.fading_at, 0) / (HALF_LIFE_DAYS * DAY)
    value = value + plan.size("change_fading") * falling(0.693147180560 * age) * (changes.fading[branch] & (at >= changes.fading_at))
    value = value + plan.size("change_nothing") * (at >= changes.nothing_at)
    starts = plan.starts
    month = np.clip(np.searchsorted(starts, at, side="right") - 1, 0, plan.months - 1)
    value = value + LUCK * Chance(plan.seed, "luck").normal(BRANCHES)[branch] * np.isin(month, BAD_MONTHS)
    value = value - plan.size("wrong_incentive") * team.push[branch, month] * team.by_volume[branch]
    region = np.array([REGIONS.index(one.region) for one in COUNTRIES])[units.country[branch]]
    value = value - plan.size("response_style") * ((region == STYLE_REGION) & (at >= plan.share(STYLE_AT)))
    value = value + 1.4 * chance.normal(len(branch))
    coached = worst(value, felt.answers, branch, month)
    value = value + plan.size("change_chosen_because_bad") * (np.isin(branch, coached) & (at >= changes.coached_at))
    rating: Ints = np.clip(np.rint(value), 0, 10).astype(np.int64)
    return rating, coached


def _seen(plan: Plan, made: Visits, rows: Ints) -> Visits:
    """Those rows, and of them what happened before the record's end."""
    instants = ("dispatched", "true_arrival", "arrived", "done", "called_back", "asked", "rated", "complained", "acknowledged", "answered")
    columns = {name: getattr(made, name)[rows] for name in Visits.__dataclass_fields__}
    for name in instants:
        columns[name] = np.where(columns[name] < plan.last, columns[name], NONE)
    return Visits(**columns)


@dataclass(frozen=True, slots=True)
class Counter:
    """Tickets drawn at the counters in the last two months. All three are seconds since 1970."""

    branch: Ints
    drawn: Ints
    called: Ints
    served: Ints


def counter(plan: Plan, units: Branches, clocks: Clocks) -> Counter:
    """Queues with two clerks each. Who has drawn a ticket before the doors close is served that day."""
    chance = Chance(plan.seed, "counter")
    start = plan.month(plan.months - COUNTER_MONTHS)
    edges = np.array([start, plan.last]) * SECOND_US
    between = COUNTER_MINUTES * MINUTE / (COUNTER_SERVERS * COUNTER_LOAD)
    columns: list[tuple[Ints, Ints, Ints, Ints]] = []
    for branch in range(BRANCHES):
        country = units.country[branch : branch + 1]
        begin, end = (worked_until_each(clocks.packed, np.repeat(desk(country), 2).astype(np.int32), edges) // SECOND_US).tolist()
        at = np.cumsum((between * chance.exponential(int((end - begin) / between))).astype(np.int64) + 1)
        at = at[at < end - begin]
        here = np.repeat(country, len(at))
        drawn = clocks.due(desk(here), np.full(len(at), start), at)
        night = clocks.local(here, drawn) // DAY * 10 * DAY  # a gap in which the queue is gone before the next day
        served = (COUNTER_MINUTES * MINUTE * chance.exponential(len(at))).astype(np.int64) + 20
        waits = Queue(np.zeros(COUNTER_SERVERS, dtype=np.int64)).serve(at + night, served) - at - night
        columns.append((np.full(len(at), branch, dtype=np.int64), drawn, drawn + waits, drawn + waits + served))
    branch_, drawn_, called_, served_ = (np.concatenate([part[place] for part in columns]) for place in range(4))
    inside = served_ < plan.last
    return Counter(branch_[inside], drawn_[inside], called_[inside], served_[inside])


def truth(plan: Plan, units: Branches, changes: Rollouts, coached: Sequence[int]) -> Mapping[str, Any]:
    """What is planted here, by truth."""
    return {
        "efficient_but_falling": {"branch": units.names[FALLING]},
        "gamed_timestamps": {"branch": units.names[GAMING]},
        "response_style": {"region": REGIONS[STYLE_REGION], "from": day(plan.share(STYLE_AT))},
        **changes.truth(units, HALF_LIFE_DAYS, CALL_BACK, coached),
    }
