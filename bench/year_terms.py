"""The made-up shop of a year whose customers have terms and hours of their own: 5,000 of one and 1,000 of the other."""

from __future__ import annotations

from pathlib import Path

import duckdb

from bench.year import YEAR_ENDS

TERMS, HOURS, CHANGES = 5_000, 1_000, 50
CALENDAR = "shop:\n  words: the shop\n  zone: Europe/Berlin\n  hours: Mon-Fri 08:00-12:00, 13:00-17:00\n  holidays: DE-BE\n"
COMPANY = "roles: [sales]\ndimensions: [{id: customer, read: order.customer}]\n"
HAND_OVER = ("  due: attr(ship_limit)\n", "  within: 4wd\n  calendar: shop\n")
CHANGE = "kind: exception\ntitle: Contracts\nowner: sales\nreason: agreed\nsince: 2020-01-01\nexpires: 2030-01-01\noverlays:\n{overlays}\n"


def give_terms(book: Path) -> None:
    """Every order counts by a calendar; customers who ordered in the first year have their own terms, a fifth of them their own hours."""
    _write(book / "company.yaml", COMPANY)
    _write(book / "calendars" / "shop.yaml", CALENDAR)
    promises = book / "promises" / "promises.yaml"
    _write(promises, promises.read_text(encoding="utf-8").replace(*HAND_OVER))
    customers = _customers(book.parent / "data" / "orders_0000.csv")
    for number, customer in enumerate(customers):
        change, layer = f"change: CHG-{number % CHANGES}\n", book / "overlays" / f"customer={customer}"
        _write(layer / "promises" / "own.yaml", f"{change}hand_over: {{within: {16 + number % 40}wh}}\n")
        if number % (TERMS // HOURS) == 0:
            hours = f"{6 + number % 4:02}:{number // 4 % 60:02}-{16 + number % 6}:{number // 7 % 60:02}"
            _write(layer / "calendars" / "own.yaml", f"{change}shop: {{hours: 'Mon-Sat {hours}'}}\n")
    for number in range(CHANGES):
        listed = "\n".join(f"  - overlays/customer={one}" for one in customers[number::CHANGES])
        _write(book / "changes" / f"CHG-{number}.yaml", CHANGE.format(overlays=listed))


def _customers(orders: Path) -> list[str]:
    """Those who ordered in good time before the first year ended, in the order of their first."""
    sql = f"SELECT customer_id FROM read_csv('{orders.as_posix()}') GROUP BY 1 HAVING min(placed_at) < DATE '{YEAR_ENDS}' - 30"
    return [str(id) for (id,) in duckdb.connect().execute(f"{sql} ORDER BY min(placed_at), 1 LIMIT {TERMS}").fetchall()]


def _write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
