"""Write the data of examples/parts-wholesaler from plain rules.

    python tools/parts_wholesaler.py            write the files
    python tools/parts_wholesaler.py --check    exit 1 if the committed files differ

Ten customers order at 9:00 UTC on days 1, 8, 15 and 22 of January to April 2026: 160 orders. Each leaves after one day and
arrives after a number of days that is looked up by its customer below, so that every verdict of
examples/parts-wholesaler/README.md can be checked with pencil and paper. Nothing here is drawn at random.
"""

from __future__ import annotations

import csv
import io
import sys
from datetime import datetime, timedelta
from pathlib import Path

FOLDER = Path(__file__).resolve().parent.parent / "examples" / "parts-wholesaler" / "data"
#  customer: region, segment, days until an order arrives (a whole number of days and one hour less)
CUSTOMERS = {
    "acme": ("north", "key", 3),
    "borealis": ("north", "key", 3),
    "cobalt": ("south", "standard", 7),
    "delta": ("south", "key", 2),
    "ember": ("islands", "key", 6),
    "fjord": ("north", "standard", 5),
    "garnet": ("south", "standard", 4),
    "harbour": ("islands", "standard", 8),
    "iris": ("islands", "standard", 12),
    "juniper": ("islands", "key", 6),
}
REQUESTED = {"cobalt": 7}  # days after the order that a customer asks for; others name no day


def files() -> dict[str, str]:
    customers = [[id, region, segment] for id, (region, segment, _) in CUSTOMERS.items()]
    orders: list[list[str]] = []
    for month in (1, 2, 3, 4):
        for day in (1, 8, 15, 22):
            for id, (_, _, days) in CUSTOMERS.items():
                placed = datetime(2026, month, day, 9)
                asked = f"{placed + timedelta(days=REQUESTED[id]):%Y-%m-%d}" if id in REQUESTED else ""
                arrived = placed + timedelta(days=days, hours=-1)
                number = f"PW-{1001 + len(orders)}"
                orders.append([number, id, _text(placed), _text(placed + timedelta(days=1)), asked, _text(arrived)])
    return {
        "customers.csv": _csv(["customer", "region", "segment"], customers),
        "orders.csv": _csv(["order", "customer", "placed", "shipped", "requested_for", "delivered"], orders),
    }


def _text(moment: datetime) -> str:
    return f"{moment:%Y-%m-%d %H:%M}"


def _csv(header: list[str], rows: list[list[str]]) -> str:
    stream = io.StringIO()
    csv.writer(stream, lineterminator="\n").writerows([header, *rows])
    return stream.getvalue()


def main(arguments: list[str]) -> int:
    differing = [name for name, text in files().items() if not (FOLDER / name).is_file() or (FOLDER / name).read_text() != text]
    if arguments == ["--check"]:
        print("\n".join(differing))
        return 1 if differing else 0
    FOLDER.mkdir(parents=True, exist_ok=True)
    for name, text in files().items():
        (FOLDER / name).write_text(text, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
