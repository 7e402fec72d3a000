"""Customers: whom we missed of late, and one of them with promises, money, and all that happened, whatever system knows it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from troth.app.answers.customer import Known, Moment, objects_of, story
from troth.app.pages.order_page import Amount, owed_types, page_of
from troth.app.reading import Reading
from troth.findings import Context
from troth.kernel.instant import to_us
from troth.metrics.valuing import VALUES
from troth.query import identifier, literal_instant, literal_text

LATELY = timedelta(days=28)
MOST = 25


@dataclass(frozen=True, slots=True)
class Missed:
    """A customer of whom promises were missed lately. worth: amounts of what they were about, by kind of the most entries and currency."""

    type: str
    id: str
    missed: int
    due: int
    still: int
    worth: Decimal | None
    currency: str | None


@dataclass(frozen=True, slots=True)
class Standing:
    """One promise to a customer. due: how many fell due by now, neither void nor let off; kept, broken: of these. open: not due yet."""

    promise: str
    words: str
    due: int
    kept: int
    broken: int
    open: int


@dataclass(frozen=True, slots=True)
class CustomersPage:
    """since: the local day from which on what fell due counts. types: of objects that customers are. valued: whether the book
    has a value scorecard.
    """

    since: datetime
    missed: tuple[Missed, ...]
    of: int
    types: tuple[str, ...]
    valued: bool


@dataclass(frozen=True, slots=True)
class CustomerPage:
    """lines: the newest first. pages: by object type, which page shows one."""

    party: str
    members: tuple[Known, ...]
    promises: tuple[Standing, ...]
    amounts: tuple[Amount, ...]
    lines: tuple[Moment, ...]
    pages: Mapping[str, str | None]


def customers_page(reading: Reading) -> CustomersPage:
    """Customers of whom a promise that fell due in the last four weeks was missed, the most missed first."""
    context = reading.context
    since = context.as_of - LATELY
    found: dict[tuple[str, str], list[int]] = {}
    worth: dict[tuple[str, str], tuple[Decimal, str]] = {}
    for name, type in _promised_to(context):
        for id, missed, due, still, amount, currency in context.engine.rows(_missed_sql(context, name, type, since)):
            sums = found.setdefault((type, str(id)), [0, 0, 0])
            found[type, str(id)] = [one + more for one, more in zip(sums, (missed, due, still), strict=True)]
            if amount is not None:
                worth[type, str(id)] = (worth.get((type, str(id)), (Decimal(0), ""))[0] + amount, str(currency))
    ranked = sorted(((key, sums) for key, sums in found.items() if sums[0]), key=lambda one: (-one[1][0], -one[1][2], one[0]))
    listed = tuple(_missed(key, sums, worth.get(key)) for key, sums in ranked[:MOST])
    valued = bool(reading.rules.book.names(VALUES.name))
    return CustomersPage(context.local_time(since), listed, len(ranked), tuple(sorted(owed_types(context))), valued)


def _missed(key: tuple[str, str], sums: Sequence[int], worth: tuple[Decimal, str] | None) -> Missed:
    missed, due, still = sums
    return Missed(*key, missed, due, still, worth[0] if worth else None, worth[1] if worth else None)


def customer_page(reading: Reading, id: str) -> CustomerPage:
    """One customer, by the id of any of its objects or type:id. Raises NotFound with near ids where there is none."""
    context, told = reading.context, story(reading, id)
    objects = objects_of(context, told.members)
    codes: dict[str, list[int]] = {}
    for type, code in objects:
        codes.setdefault(type, []).append(code)
    types = {one.type for one in told.lines} | {one.type for one in told.members}
    return CustomerPage(
        told.party, told.members, tuple(_standing(context, codes)), tuple(_amounts(context, codes)), tuple(reversed(told.lines)),
        {type: page_of(context, type) for type in types},
    )  # fmt: skip


def _promised_to(context: Context) -> Iterator[tuple[str, str]]:
    """Each promise to customers with the object type of whom it is owed to, where that is read from what it is about."""
    owed = owed_types(context)
    for name, promise in context.promises.items():
        about, _, whom = (promise.promisee or "").rpartition(".")
        if promise.kind == "customer" and about == promise.subject and whom in owed:
            yield name, whom


def _missed_sql(context: Context, name: str, type: str, since: datetime) -> str:
    """Of each customer: missed, fell due and still open of these since an instant, and what the missed ones are worth."""
    subject, state = context.promises[name].subject, context.state()
    worth = (
        "SELECT about, sum(amount) AS amount, min(currency) AS currency FROM money"
        f" WHERE about_type = {literal_text(subject)} AND kind = (SELECT kind FROM money WHERE about_type = {literal_text(subject)}"
        " GROUP BY kind ORDER BY count(*) DESC, kind LIMIT 1) GROUP BY about"
    )
    return (
        f"SELECT c.id, count(*) FILTER ({state} = 'broken'), count(*),"
        f" count(*) FILTER ({state} = 'broken' AND o.fulfilled IS NULL),"
        f" sum(m.amount) FILTER ({state} = 'broken'), min(m.currency)"
        f" FROM {identifier(f'outcome_{name}')} o JOIN relation r ON r.from_type = {literal_text(subject)} AND r.from_code = o.subject"
        f" AND r.to_type = {literal_text(type)} JOIN {identifier(f'object_{type}')} c ON c.code = r.to_code"
        f" LEFT JOIN ({worth}) m ON m.about = o.subject"
        f" WHERE o.due > {literal_instant(to_us(since)).sql('duckdb')} AND o.due <= {context.now}"
        f" AND {state} IN ('kept', 'broken', 'unknown') GROUP BY 1"
    )


def _standing(context: Context, codes: Mapping[str, Sequence[int]]) -> Iterator[Standing]:
    for name, promise in context.promises.items():
        if promise.kind == "customer" and (mine := codes.get(promise.subject)):
            state, fell = context.state(), f"o.due <= {context.now}"
            ((made, due, kept, broken, open_),) = context.engine.rows(
                f"SELECT count(*), count(*) FILTER ({fell} AND {state} IN ('kept', 'broken', 'unknown')),"
                f" count(*) FILTER ({fell} AND {state} = 'kept'), count(*) FILTER ({fell} AND {state} = 'broken'),"
                f" count(*) FILTER ({state} = 'open')"
                f" FROM {identifier(f'outcome_{name}')} o WHERE o.subject IN ({', '.join(map(str, mine))})"
            )
            if made:
                yield Standing(name, promise.words, int(due), int(kept), int(broken), int(open_))


def _amounts(context: Context, codes: Mapping[str, Sequence[int]]) -> Iterator[Amount]:
    for type, mine in sorted(codes.items()):
        rows = context.engine.rows(
            f"SELECT kind, sum(amount), currency FROM money WHERE about_type = {literal_text(type)}"
            f" AND about IN ({', '.join(map(str, mine))}) GROUP BY kind, currency ORDER BY ALL"
        )
        for kind, amount, currency in rows:
            yield Amount(str(kind), amount, str(currency))
