"""Made-up folders in which nothing is promised, though dates stand beside dates. Seeded."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path
from random import Random

from tests.start.folders.world import Pair, World, moments, shown, write_table

YEAR = datetime(2025, 1, 6)


def web_sessions(folder: Path, _data: Path) -> None:
    """Sessions and page views."""
    rng, sessions, views = Random(13), [], []
    for number, created in enumerate(moments(rng, 900, YEAR, 60)):
        seen = created + timedelta(seconds=rng.randrange(5, 3000))
        updated = seen + timedelta(seconds=rng.randrange(0, 90))
        sessions.append((
            f"s{number:05d}", f"v{rng.randrange(500)}", rng.choice(("de", "fr", "nl", None)), shown(created),
            shown(updated), shown(seen if rng.random() > 0.05 else None),
        ))  # fmt: skip
        for _ in range(rng.randrange(1, 4)):
            at = created + (seen - created) * rng.random()
            views.append((f"s{number:05d}", rng.choice(("/", "/cart", "/help")), shown(at), rng.randrange(80, 4000)))
    head = ("session_id", "visitor_id", "country", "created_at", "updated_at", "last_seen_at")
    write_table(folder / "sessions.csv", head, sessions)
    write_table(folder / "pageviews.csv", ("session_id", "path", "viewed_at", "load_ms"), views)


def roster(folder: Path, _data: Path) -> None:
    """Staff: birth, hire, end of a fixed-term contract."""
    rng, rows, day = Random(14), [], "%Y-%m-%d"
    for number in range(420):
        born = datetime(1960, 1, 1) + timedelta(days=rng.randrange(15500))
        hired = datetime(2008, 1, 1) + timedelta(days=rng.randrange(6200))
        ends = hired + timedelta(days=rng.choice((365, 730))) if rng.random() < 0.2 else None
        rows.append((
            3000 + number, rng.choice(("sales", "stores", "logistics", "office")), shown(born, day), shown(hired, day),
            shown(ends, day), rng.choice((20, 30, 40)),
        ))  # fmt: skip
    head = ("employee_id", "department", "birth_date", "hire_date", "contract_end", "weekly_hours")
    write_table(folder / "employees.csv", head, rows)


def subscriptions(folder: Path, _data: Path) -> None:
    """Subscriptions: a term that ends and is renewed or not."""
    rng, rows, end = Random(15), [], YEAR + timedelta(days=330)
    for number, start in enumerate(moments(rng, 1500, YEAR, 300)):
        stop = start + timedelta(days=rng.choice((30, 30, 90)))
        renewed = stop + timedelta(days=rng.gauss(-4, 5)) if rng.random() < 0.6 else None
        if renewed and not start < renewed < end:
            renewed = None
        rows.append((
            f"SUB{number:05d}", f"u{rng.randrange(1100)}", rng.choice(("basic", "plus")), shown(start, "%Y-%m-%d"),
            shown(stop, "%Y-%m-%d"), shown(renewed), rng.choice(("4.90", "9.90")),
        ))  # fmt: skip
    head = ("subscription_id", "user_id", "plan", "start_date", "end_date", "renewed_at", "price_eur")
    write_table(folder / "subscriptions.csv", head, rows)


def never_filled(folder: Path, _data: Path) -> None:
    """A promised date, and an arrival column that nobody ever filled."""
    rng, rows = Random(16), []
    for number, placed in enumerate(moments(rng, 600, YEAR, 120)):
        promised = placed + timedelta(days=rng.randrange(3, 12))
        shipped = placed + timedelta(hours=rng.randrange(5, 90)) if rng.random() > 0.1 else None
        rows.append((
            number + 100, f"c{rng.randrange(250)}", shown(placed), shown(promised, "%Y-%m-%d"), shown(shipped), None,
            rng.randrange(500, 20000) / 100,
        ))  # fmt: skip
    head = ("order_id", "customer_id", "placed_at", "promised_delivery", "shipped_at", "delivered_at", "total")
    write_table(folder / "orders.csv", head, rows)


PROMISELESS_WORLDS = (
    World("web sessions", web_sessions, "sessions.csv", (("session_id",),), says_none=True),
    World("roster", roster, "employees.csv", (("employee_id",),), says_none=True),
    World(
        "subscriptions",
        subscriptions,
        "subscriptions.csv",
        (("subscription_id",),),
        tolerated=(Pair("subscriptions.csv", "end_date", "renewed_at"),),
        says_none=True,
        note="a renewal is the customer's choice, not a promise",
    ),
    World(
        "arrival never filled",
        never_filled,
        "orders.csv",
        (("order_id",),),
        tolerated=(
            Pair("orders.csv", "promised_delivery", "delivered_at"),
            Pair("orders.csv", "promised_delivery", "shipped_at"),
        ),
        says_none=None,
        note="the promise can be named but not judged: no arrival on record says what the column holds",
    ),
)
