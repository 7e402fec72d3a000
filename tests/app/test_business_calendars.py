"""Public data judged on business calendars: orders in Brazil, permits in the Netherlands, against a plain reading of the raw files.

The second opinion walks from day to day with the standard library's clocks and shares nothing with Troth but the list of holidays.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import duckdb
import pytest
from holidays import country_holidays

from tests.needs import require_data
from troth.app.bootstrap import open_workspace
from troth.app.building.build import build
from troth.app.reading import open_reading
from troth.app.starting.start import Said, start
from troth.promises import Outcome, state

pytestmark = pytest.mark.data
BRAZIL, NETHERLANDS = ZoneInfo("America/Sao_Paulo"), ZoneInfo("Europe/Amsterdam")
WHEN = "o.made, o.due, o.fulfilled, o.voided, o.waived, o.unknown_reason"
OLIST = {
    "calendars/brazil.yaml": "brazil: {hours: 'Mon-Fri 08:00-18:00', holidays: BR-SP}\n",
    "promises/brazil.yaml": (
        "approve: {subject: order, words: paid and approved in a working day, anchor: placed, fulfil: {event: approved},"
        " within: 10wh, calendar: brazil}\n"
        "ship: {subject: order, words: with the carrier three working days after approval, anchor: approved,"
        " fulfil: {event: handed_to_carrier}, due: \"cutoff(approved, '14:00') + 3wd\", calendar: brazil}\n"
    ),
}
RECEIPT = {
    "calendars/dutch.yaml": (
        "town_hall: {zone: Europe/Amsterdam, hours: 'Mon-Wed,Fri 08:30-12:30, 13:00-17:00; Thu 08:30-12:30, 13:00-20:00', holidays: NL}\n"
    ),
    "promises/dutch.yaml": (
        "check: {subject: case, words: checked within eight working hours, anchor: Confirmation of receipt,"
        " fulfil: {event: T02 Check confirmation of receipt}, within: 8wh, calendar: town_hall}\n"
    ),
}


class Days:
    """Days with hours, walked one by one."""

    def __init__(self, zone: ZoneInfo, hours: Mapping[int, tuple[tuple[time, time], ...]], closed: set[date]) -> None:
        self.zone, self.hours, self.closed = zone, hours, closed

    def windows(self, day: date) -> list[tuple[datetime, datetime]]:
        if day in self.closed:
            return []
        return [tuple(datetime.combine(day, at, self.zone).astimezone(UTC) for at in pair) for pair in self.hours.get(day.weekday(), ())]  # type: ignore[misc]

    def after(self, start: datetime, length: timedelta) -> datetime:
        day = start.astimezone(self.zone).date()
        while True:
            for opens, closes in self.windows(day):
                begins = max(opens, start)
                if begins < closes:
                    if length <= closes - begins:
                        return begins + length
                    length -= closes - begins
            day += timedelta(days=1)

    def working_day_after(self, start: datetime, count: int, cutoff: time) -> datetime:
        local = start.astimezone(self.zone)
        day = local.date()
        if local.time() > cutoff or not self.windows(day):
            day += timedelta(days=1)
            while not self.windows(day):
                day += timedelta(days=1)
        while count:
            day += timedelta(days=1)
            count -= bool(self.windows(day))
        return self.windows(day)[-1][1]


def judged(folder: Path, data: Path, files: Mapping[str, str], said: Said) -> Path:
    book = folder / "book"
    start(data, into=book, said=said)
    for name, text in files.items():
        (book / name).parent.mkdir(exist_ok=True)
        (book / name).write_text(text, encoding="utf-8")
    build(open_workspace(book))
    return book


@pytest.fixture(scope="module")
def olist(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return judged(tmp_path_factory.mktemp("olist"), require_data("olist"), OLIST, Said("America/Sao_Paulo", "BRL"))


@pytest.fixture(scope="module")
def receipt(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("receipt")
    (folder / "data").mkdir()
    shutil.copyfile(require_data("logs") / "receipt.csv", folder / "data" / "receipt.csv")
    return judged(folder, folder / "data", RECEIPT, Said("Europe/Amsterdam", None))


def outcomes(book: Path, promise: str, type: str) -> dict[str, Outcome]:
    engine = open_reading(open_workspace(book)).context.engine
    rows = engine.rows(f"SELECT s.id, {WHEN} FROM outcome_{promise} o JOIN object_{type} s ON s.code = o.subject")
    return {str(id): Outcome(*times) for id, *times in rows}


def agreed(found: Mapping[str, Outcome], raw: Iterator[tuple[str, datetime, datetime | None]], due: Callable[[datetime], datetime]) -> int:
    """How many of the raw rows were late; every due and every verdict is compared."""
    late = seen = 0
    for id, made, fulfilled in raw:
        want = due(made)
        outcome = found[id]
        assert outcome.due is not None
        assert outcome.due.replace(tzinfo=UTC) == want, (id, made)
        if fulfilled is not None:
            kept = fulfilled <= want
            assert (state(outcome, datetime(2100, 1, 1)) == "kept") == kept, (id, made, fulfilled)
            late += not kept
        seen += 1
    assert seen == len(found)
    return late


def brazil() -> Days:
    hours = {weekday: ((time(8), time(18)),) for weekday in range(5)}
    return Days(BRAZIL, hours, set(country_holidays("BR", subdiv="SP", years=range(2016, 2020))))


def orders(made: str, fulfilled: str) -> Iterator[tuple[str, datetime, datetime | None]]:
    file = require_data("olist") / "olist_orders_dataset.csv"
    query = f"SELECT order_id, {made}, {fulfilled} FROM read_csv('{file}') WHERE {made} IS NOT NULL"
    rows = duckdb.connect().execute(query).fetchall()
    for id, begin, end in rows:
        yield id, begin.replace(tzinfo=BRAZIL).astimezone(UTC), end and end.replace(tzinfo=BRAZIL).astimezone(UTC)


def test_every_order_of_olist_is_due_when_a_walk_through_the_days_says(olist: Path) -> None:
    days = brazil()
    late = agreed(
        outcomes(olist, "approve", "order"),
        orders("order_purchase_timestamp", "order_approved_at"),
        lambda at: days.after(at, timedelta(hours=10)),
    )

    assert late > 100


def test_working_days_after_a_cut_off_on_olist(olist: Path) -> None:
    days = brazil()
    late = agreed(
        outcomes(olist, "ship", "order"),
        orders("order_approved_at", "order_delivered_carrier_date"),
        lambda at: days.working_day_after(at, 3, time(14)),
    )

    assert late > 100


def test_every_permit_is_due_on_the_hours_of_the_town_hall(receipt: Path) -> None:
    short, long = ((time(8, 30), time(12, 30)), (time(13), time(17))), ((time(8, 30), time(12, 30)), (time(13), time(20)))
    days = Days(NETHERLANDS, {0: short, 1: short, 2: short, 3: long, 4: short}, set(country_holidays("NL", years=range(2010, 2014))))
    read = duckdb.connect()
    read.execute("SET TimeZone = 'UTC'")
    rows = read.execute(
        "SELECT \"case:concept:name\" AS id, min(moment) FILTER (name = 'Confirmation of receipt') AS made,"
        " min(moment) FILTER (name = 'T02 Check confirmation of receipt') AS fulfilled FROM ("
        '   SELECT *, CAST("time:timestamp" AS TIMESTAMPTZ) AS moment, "concept:name" AS name'
        f"   FROM read_csv('{require_data('logs') / 'receipt.csv'}', all_varchar = true)) GROUP BY ALL HAVING made IS NOT NULL"
    ).fetchall()
    raw = ((id, made.astimezone(UTC), fulfilled and fulfilled.astimezone(UTC)) for id, made, fulfilled in rows)
    late = agreed(outcomes(receipt, "check", "case"), raw, lambda at: days.after(at, timedelta(hours=8)))

    assert late > 10
