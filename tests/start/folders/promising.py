"""Made-up folders that hold promises: 300 to 3,000 rows, open rows, empty cells, late ones. Seeded."""

from __future__ import annotations

import shutil
from datetime import datetime, timedelta
from pathlib import Path
from random import Random

from tests.start.folders.world import Pair, World, moments, shown, write_table

YEAR = datetime(2025, 1, 6)
CORNER_SHOP = Path(__file__).resolve().parents[3] / "examples" / "corner-shop"


def field_service(folder: Path, _data: Path) -> None:
    """Appointments with a two-hour window."""
    rng, rows, end = Random(8), [], YEAR + timedelta(days=180)
    for number, booked in enumerate(moments(rng, 900, YEAR, 176)):
        opens = (booked + timedelta(days=rng.randrange(2, 9))).replace(hour=rng.choice((8, 10, 12, 14, 16)), minute=0)
        closes = opens + timedelta(hours=2)
        cancelled = rng.random() < 0.04
        arrived = opens + timedelta(minutes=rng.gauss(60, 45)) if opens < end and not cancelled else None
        if rng.random() < 0.02:
            arrived = None
        done = arrived + timedelta(minutes=rng.randrange(20, 150)) if arrived else None
        status = "cancelled" if cancelled else "done" if done else "booked"
        rows.append((
            f"A{number + 70001}", f"K{rng.randrange(400) + 1000}", rng.choice(("north", "south", "east")), status,
            shown(booked), shown(opens), shown(closes), shown(arrived), shown(done),
        ))  # fmt: skip
    head = ("appointment_id", "customer_id", "team", "status", "booked_at", "window_start", "window_end", "arrived_at",
            "completed_at")  # fmt: skip
    write_table(folder / "appointments.csv", head, rows)
    towns = ("Leeds", "York", "Hull", "Ripon")
    write_table(folder / "customers.csv", ("customer_id", "town"), ((f"K{i + 1000}", rng.choice(towns)) for i in range(400)))


def tickets(folder: Path, _data: Path) -> None:
    """Helpdesk tickets with two clocks, times in UTC."""
    rng, rows, pattern = Random(9), [], "%Y-%m-%dT%H:%M:%SZ"
    end = YEAR + timedelta(days=120)
    hours = {"urgent": (1, 8), "high": (4, 24), "normal": (8, 72), "low": (24, 168)}
    for number, created in enumerate(moments(rng, 2400, YEAR, 120)):
        priority = rng.choices(list(hours), (1, 3, 8, 4))[0]
        answer, solve = (timedelta(hours=h) for h in hours[priority])
        answered = created + answer * rng.lognormvariate(-0.8, 0.8)
        solved = answered + solve * rng.lognormvariate(-1.1, 0.9)
        rows.append((
            4100 + number, rng.randrange(800), priority, shown(created, pattern), shown(created + answer, pattern),
            shown(answered if answered < end else None, pattern), shown(created + solve, pattern),
            shown(solved if solved < end else None, pattern), rng.choice((None, None, None, 0, 1)),
        ))  # fmt: skip
    head = ("ticket_id", "requester_id", "priority", "created_at", "first_response_due", "first_responded_at",
            "resolution_due", "resolved_at", "reopened")  # fmt: skip
    write_table(folder / "tickets.csv", head, rows)


def purchase_orders(folder: Path, _data: Path) -> None:
    """French order lines: asked, confirmed, delivered."""
    rng, rows, pattern = Random(10), [], "%d/%m/%Y"
    end = YEAR + timedelta(days=240)
    for number, ordered in enumerate(moments(rng, 700, YEAR, 236)):
        asked = ordered + timedelta(days=rng.randrange(7, 30))
        confirmed = asked + timedelta(days=rng.choice((0, 0, 0, 1, 2, 5, 7)))
        delivered: datetime | None = confirmed + timedelta(days=rng.choice((-3, -2, -1, -1, 0, 0, 0, 0, 1, 3, 8)))
        if delivered and (delivered > end or rng.random() < 0.02):
            delivered = None
        unconfirmed = rng.random() < 0.03
        for line in range(1, rng.randrange(2, 4)):
            amount = f"{rng.randrange(5000, 900000) / 100:.2f}".replace(".", ",")
            rows.append((
                f"CF-{number + 20001}", line, f"CL{rng.randrange(60):03d}", shown(ordered, pattern),
                shown(asked, pattern), None if unconfirmed else shown(confirmed, pattern),
                shown(delivered, pattern), amount,
            ))  # fmt: skip
    head = ("numero_commande", "ligne", "code_client", "commandee_le", "livraison_demandee", "livraison_confirmee",
            "livree_le", "montant_ht")  # fmt: skip
    write_table(folder / "commandes.csv", head, rows, ";")


def invoices(folder: Path, _data: Path) -> None:
    """Invoices: here the customer is the one who owes."""
    rng, rows, end = Random(11), [], YEAR + timedelta(days=300)
    for number, issued in enumerate(moments(rng, 1100, YEAR, 298)):
        due = issued + timedelta(days=rng.choice((14, 30, 30, 30, 60)))
        paid = due + timedelta(days=rng.gauss(-3, 9))
        settled = paid if issued < paid < end and rng.random() > 0.03 else None
        rows.append((
            f"INV-{number + 5001}", f"D{rng.randrange(150) + 100}", shown(issued, "%Y-%m-%d"), shown(due, "%Y-%m-%d"),
            shown(settled, "%Y-%m-%d"), f"{rng.randrange(2000, 400000) / 100:.2f}", "GBP",
        ))  # fmt: skip
    head = ("invoice_no", "debtor_no", "issued_on", "due_date", "paid_on", "amount", "currency")
    write_table(folder / "invoices.csv", head, rows)


def work_orders(folder: Path, _data: Path) -> None:
    """A plant's work orders, planned and actual."""
    rng, rows, end = Random(12), [], YEAR + timedelta(days=150)
    for number, released in enumerate(moments(rng, 1300, YEAR, 148)):
        start = released + timedelta(days=rng.randrange(1, 6))
        finish = start + timedelta(hours=rng.randrange(8, 90))
        began = start + timedelta(hours=rng.gauss(1, 6))
        ended = max(began + timedelta(hours=2), finish + (began - start) + timedelta(hours=rng.gauss(1, 9)))
        rows.append((
            880000 + number, f"P-{rng.randrange(90):04d}", rng.randrange(10, 500), shown(released), shown(start),
            shown(finish), shown(began if began < end else None), shown(ended if ended < end else None),
            rng.randrange(0, 12) if ended < end else None,
        ))  # fmt: skip
    head = ("work_order", "part_no", "quantity", "released_at", "planned_start", "planned_finish", "actual_start",
            "actual_finish", "scrap")  # fmt: skip
    write_table(folder / "work_orders.csv", head, rows)


def two_files(folder: Path, _data: Path) -> None:
    """The promise stands in the order, the arrival in its parcels."""
    rng, orders = Random(17), []
    parcels: list[tuple[object, ...]] = []
    end = YEAR + timedelta(days=200)
    for number, placed in enumerate(moments(rng, 1000, YEAR, 196)):
        by = (placed + timedelta(days=rng.randrange(4, 9))).replace(hour=18, minute=0)
        orders.append((number + 1, f"c{rng.randrange(300)}", shown(placed), shown(by), rng.randrange(900, 30000) / 100))
        for _ in range(rng.choice((1, 1, 1, 2))):
            left = placed + timedelta(hours=rng.randrange(10, 60))
            came = by + timedelta(hours=rng.gauss(-30, 30))
            came = max(came, left + timedelta(hours=12))
            parcels.append((
                f"P{len(parcels) + 1}", number + 1, shown(left if left < end else None),
                shown(came if came < end and rng.random() > 0.03 else None), rng.choice(("van", "post")),
            ))  # fmt: skip
    write_table(folder / "orders.csv", ("order_id", "customer", "placed_at", "deliver_by", "total"), orders)
    write_table(folder / "parcels.csv", ("parcel_id", "order_id", "left_at", "delivered_at", "carrier"), parcels)


def corner_shop(folder: Path, _data: Path) -> None:
    """The shipped example."""
    folder.mkdir(parents=True, exist_ok=True)
    for file in CORNER_SHOP.glob("*.csv"):
        shutil.copyfile(file, folder / file.name)


def _pair(file: str, promised: str, actual: str) -> tuple[Pair, ...]:
    return (Pair(file, promised, actual),)


PROMISING_WORLDS = (
    World(
        "field service", field_service, "appointments.csv", (("appointment_id",),),
        (_pair("appointments.csv", "window_end", "arrived_at"),),
        (
            Pair("appointments.csv", "window_start", "arrived_at"),
            Pair("appointments.csv", "window_end", "completed_at"),
            Pair("appointments.csv", "window_start", "completed_at"),
        ),
    ),
    World(
        "tickets", tickets, "tickets.csv", (("ticket_id",),),
        (
            _pair("tickets.csv", "first_response_due", "first_responded_at"),
            _pair("tickets.csv", "resolution_due", "resolved_at"),
        ),
        (
            Pair("tickets.csv", "first_response_due", "resolved_at"),
            Pair("tickets.csv", "resolution_due", "first_responded_at"),
        ),
    ),
    World(
        "purchase orders in French", purchase_orders, "commandes.csv", (("numero_commande", "ligne"),),
        (_pair("commandes.csv", "livraison_confirmee", "livree_le"),),
        (
            Pair("commandes.csv", "livraison_demandee", "livree_le"),
            Pair("commandes.csv", "livraison_demandee", "livraison_confirmee"),
        ),
        note="the confirmed date is the word given; the date asked for is the customer's wish",
    ),
    World(
        "invoices", invoices, "invoices.csv", (("invoice_no",),), (_pair("invoices.csv", "due_date", "paid_on"),),
        note="owed by the customer, to the firm",
    ),
    World(
        "work orders", work_orders, "work_orders.csv", (("work_order",),),
        (
            _pair("work_orders.csv", "planned_finish", "actual_finish"),
            _pair("work_orders.csv", "planned_start", "actual_start"),
        ),
        (
            Pair("work_orders.csv", "planned_start", "actual_finish"),
            Pair("work_orders.csv", "planned_finish", "actual_start"),
        ),
    ),
    World(
        "promise and arrival in two files", two_files, "orders.csv", (("order_id",),),
        ((Pair("orders.csv", "deliver_by", "delivered_at", "parcels.csv"),),),
        (Pair("orders.csv", "deliver_by", "left_at", "parcels.csv"),),
    ),
    World(
        "corner shop", corner_shop, "orders.csv", (("order_id",),),
        (_pair("orders.csv", "promised_for", "delivered_at"), _pair("orders.csv", "dispatch_by", "dispatched_at")),
        (Pair("orders.csv", "promised_for", "dispatched_at"), Pair("orders.csv", "dispatch_by", "delivered_at")),
        note="one row has no order_id and one is there twice",
    ),
)  # fmt: skip
