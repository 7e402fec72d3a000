"""Write the four files of examples/corner-shop from plain rules.

    python tools/corner_shop.py            write the files
    python tools/corner_shop.py --check    exit 1 if the committed files differ

Every order has a *day 0*, the day of ordering; the promise is day 10. What happens to an order is looked up in the
tables below by the month in which it falls due and its place in that month, so that examples/corner-shop/README.md can
be checked with pencil and paper. Nothing here is drawn at random. Local time of Europe/Berlin, written without zone.
"""

from __future__ import annotations

import csv
import io
import sys
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from pathlib import Path

FOLDER = Path(__file__).resolve().parent.parent / "examples" / "corner-shop"

PROMISE_DAYS = 10
DISPATCH_DAYS = 3
DUE_DAYS = (2, 3, 5, 6, 8, 9, 11, 12, 13, 15, 16, 18, 19, 20, 22, 23, 25, 26, 27, 28)
CANCELLED_DUE_DAYS = {2: (14,), 3: (14,), 4: (14,), 5: (14,), 6: (14, 21), 7: (14,), 8: (14,), 9: (14,), 10: (14,)}
OPEN_ORDERED = ("10-31", "10-31", "10-31", "11-01", "11-01", "11-01", "11-02", "11-02", "11-03", "11-03")

# Fates by month due and place in DUE_DAYS; every place not named is kept.
#   carrier  late: left on time, arrived on day 13            shop  late: left on day 6, arrived on day 11
#   both     late: left on day 5, arrived on day 14           slow  kept: left on day 4, arrived on day 7
#   stuck    paid, never dispatched                           lost  dispatched on time, then nothing
#   blank    status delivered, no date
ORDINARY = {5: "stuck", 12: "carrier", 16: "blank"}
FATES: dict[int, dict[int, str]] = {
    2: ORDINARY,
    3: {5: "lost", 10: "slow", 12: "shop", 16: "blank"},
    4: {5: "stuck", 12: "both", 16: "blank"},
    5: {5: "lost", 10: "slow", 12: "carrier", 16: "blank"},
    6: {
        1: "lost", 3: "carrier", 5: "carrier", 6: "stuck", 8: "both", 9: "carrier", 11: "carrier",
        12: "carrier", 14: "both", 15: "lost", 16: "bad cell", 17: "carrier",
    },
    7: {5: "stuck", 10: "slow", 12: "both", 16: "blank"},
    8: {5: "lost", 12: "shop", 16: "blank"},
    9: {5: "stuck", 10: "slow", 12: "carrier", 16: "blank"},
    10: {5: "lost", 16: "blank", 19: "carrier"},
}  # fmt: skip
BAD_CELL = "2025-06-31 14:00"  # June has 30 days
LATE = ("carrier", "shop", "both")

KEPT_ARRIVAL_DAYS = (5, 4, 5, 6, 5, 5, 4, 6, 5, 10)  # day 10 is the promised day itself: kept
ORDER_TIMES = ("08:12", "09:40", "10:05", "11:31", "13:20", "14:48", "16:02", "17:26", "19:15", "21:07")
LAST_ORDER_TIME = time(16, 40)  # both orders of 3 November; paid at 16:50, the last thing on record
ARRIVAL_TIMES = ("10:20", "11:45", "13:10", "15:35", "17:50")

# Lines by the order's total in cents: (product, quantity, amount in cents).
BASKETS = {
    3000: ((("Coffee beans 1 kg", 1, 1800), ("Heather honey 500 g", 1, 1200)), (("Assam tea tin", 2, 3000),)),
    4000: ((("Olive oil 1 l", 1, 2500), ("Assam tea tin", 1, 1500)),),
    5000: ((("Mountain cheese 800 g", 2, 4000), ("Plum jam, three jars", 1, 1000)),),
}
TOTAL_CENTS = {"stuck": 4000, "lost": 5000}

FIRST_NAMES = (
    "Ada", "Ben", "Clara", "David", "Ella", "Frieda", "Georg", "Hanna", "Ida",
    "Jonas", "Karla", "Leo", "Mara", "Nils", "Olga", "Paul", "Romy", "Tom",
)  # fmt: skip
LAST_NAMES = ("Ahrens", "Brandt", "Conrad", "Dietz", "Engel", "Falk", "Gerlach", "Hauser", "Ihde")
CITIES = ("Berlin", "Potsdam", "Leipzig", "Dresden", "Hamburg", "Rostock")
KEPT_THAT_RETURN = 36
LATE_THAT_RETURN = 2


@dataclass(frozen=True, slots=True)
class Order:
    """One order before it has an id. `fate` is a word of FATES, or kept, cancelled, open."""

    ordered: datetime
    fate: str
    place: int

    def day(self, number: int, clock: str) -> datetime:
        """The local wall-clock instant `clock` on day `number` of this order."""
        return datetime.combine(self.ordered.date() + timedelta(days=number), time.fromisoformat(clock))


def shop_orders() -> list[Order]:
    """The 200 orders in the order in which they were placed: 180 that fell due, 10 cancelled, 10 open."""
    planned: list[tuple[date, str, int]] = []
    for month, fates in FATES.items():
        days = (*DUE_DAYS[:-1], 31) if month == 10 else DUE_DAYS
        for place, day in enumerate(days):
            planned.append((date(2025, month, day), fates.get(place, "kept"), place))
        planned.extend((date(2025, month, day), "cancelled", 0) for day in CANCELLED_DUE_DAYS[month])
    for month_day in OPEN_ORDERED:
        ordered = date.fromisoformat(f"2025-{month_day}")
        planned.append((ordered + timedelta(days=PROMISE_DAYS), "open", 0))
    planned.sort(key=lambda plan: plan[0])

    orders = []
    for number, (due, fate, place) in enumerate(planned):
        last_day = due == planned[-1][0]
        clock = LAST_ORDER_TIME if last_day else time.fromisoformat(ORDER_TIMES[number % len(ORDER_TIMES)])
        ordered = datetime.combine(due - timedelta(days=PROMISE_DAYS), clock)
        orders.append(Order(ordered, fate, place))
    return sorted(orders, key=lambda order: order.ordered)


def left_and_arrived(order: Order, kept_so_far: int) -> tuple[datetime | None, str]:
    """When the order was dispatched, and its cell `delivered_at` as text."""
    on_time = order.day(2, "15:00")
    arrival = ARRIVAL_TIMES[kept_so_far % len(ARRIVAL_TIMES)]
    match order.fate:
        case "kept":
            return on_time, shown(order.day(KEPT_ARRIVAL_DAYS[kept_so_far % len(KEPT_ARRIVAL_DAYS)], arrival))
        case "slow":
            return order.day(4, "10:00"), shown(order.day(7, arrival))
        case "carrier":
            return on_time, shown(order.day(13, "14:00"))
        case "shop":
            return order.day(6, "15:00"), shown(order.day(11, "15:00"))
        case "both":
            return order.day(5, "15:00"), shown(order.day(14, "14:00"))
        case "lost" | "blank":
            return on_time, ""
        case "bad cell":
            return on_time, BAD_CELL
        case "open" if order.ordered.day == 31:
            return on_time, ""  # on the way; neither its limit nor its promise has passed
        case _:
            return None, ""


STATUS = {"stuck": "paid", "open": "paid", "lost": "dispatched", "cancelled": "cancelled"}


def review_of(order: Order, seen: dict[str, int]) -> tuple[datetime, datetime, int] | None:
    """(asked, answered, stars), or None where the customer did not answer. Asked on day 11, parcel or no parcel."""
    turn = seen.get(order.fate, 0)
    asked = order.day(11, "09:00")
    soon, later = order.day(11, "20:00"), order.day(14, "19:00")
    match order.fate:
        case "kept" if turn % 7 < 4 and turn < 140:
            return asked, soon, 5 if turn % 2 == 0 else 4
        case "shop":
            return asked, later, 4
        case "carrier" if turn in (4, 5):
            return asked, later, 4
        case "carrier" | "both":
            return asked, soon, 1 if turn % 2 == 0 else 2
        case "blank" if turn < 5:
            return asked, soon, 5
        case "lost" if turn < 4:
            return asked, soon, 5 if turn < 2 else 1
        case "stuck" if turn < 3:
            return asked, soon, 1
        case _:
            return None


def customer_numbers(orders: list[Order]) -> list[int]:
    """A customer for every order: the last 38 orders come from customers whose first order was kept or late."""
    returning: list[int] = []
    kept = late = 0
    repeats = KEPT_THAT_RETURN + LATE_THAT_RETURN
    firsts = len(orders) - repeats
    for number, order in enumerate(orders[:firsts]):
        if order.fate in ("kept", "slow") and kept < KEPT_THAT_RETURN:
            kept += 1
            returning.append(number)
        elif order.fate in LATE and late < LATE_THAT_RETURN:
            late += 1
            returning.append(number)
    return [*range(firsts), *returning]


def shown(instant: datetime | None) -> str:
    """The instant as the shop's export writes it; empty when there is none."""
    return instant.strftime("%Y-%m-%d %H:%M") if instant else ""


Table = list[tuple[str, ...]]


def order_tables(orders: list[Order]) -> tuple[Table, Table, Table]:
    """Rows of orders.csv, order_lines.csv and reviews.csv, headers first."""
    head = (
        "order_id", "customer_id", "status", "ordered_at", "paid_at",
        "dispatch_by", "dispatched_at", "promised_for", "delivered_at",
    )  # fmt: skip
    order_rows: Table = [head]
    lines: Table = [("order_id", "line_no", "product", "quantity", "amount_eur")]
    reviews: Table = [("review_id", "order_id", "asked_at", "answered_at", "stars")]
    seen: dict[str, int] = {}
    kept = 0
    for number, (order, customer) in enumerate(zip(orders, customer_numbers(orders), strict=True)):
        order_id = f"CS-{1001 + number}"
        dispatched, delivered = left_and_arrived(order, kept)
        status = "dispatched" if order.fate == "open" and dispatched else STATUS.get(order.fate, "delivered")
        unpaid = order.fate == "cancelled" and order.ordered.month % 2 == 0
        paid = None if unpaid else order.ordered + timedelta(minutes=10)
        limit = order.day(DISPATCH_DAYS, "18:00")
        promised = (order.ordered.date() + timedelta(days=PROMISE_DAYS)).isoformat()
        order_rows.append((
            order_id, f"C-{101 + customer}", status, shown(order.ordered), shown(paid),
            shown(limit), shown(dispatched), promised, delivered,
        ))  # fmt: skip
        baskets = BASKETS[TOTAL_CENTS.get(order.fate, 3000)]
        for line, (product, quantity, cents) in enumerate(baskets[number % len(baskets)], start=1):
            lines.append((order_id, str(line), product, str(quantity), f"{cents // 100}.{cents % 100:02d}"))
        kind = "kept" if order.fate == "slow" else order.fate
        review = review_of(Order(order.ordered, kind, order.place), seen)
        if review:
            asked, answered, stars = review
            reviews.append((f"R-{len(reviews)}", order_id, shown(asked), shown(answered), str(stars)))
        seen[kind] = seen.get(kind, 0) + 1
        kept += order.fate in ("kept", "slow")

    without_key = ("", *order_rows[77][1:])  # what a till writes when the number printer jams
    order_rows.insert(121, without_key)
    order_rows.append(order_rows[40])  # the export's last page repeats one row
    return order_rows, lines, reviews


def customer_table(orders: list[Order]) -> Table:
    """Rows of customers.csv, header first. Names are made up; the addresses are of the reserved domain example.com."""
    rows: Table = [("customer_id", "name", "email", "city", "joined_on")]
    for customer in range(len(orders) - KEPT_THAT_RETURN - LATE_THAT_RETURN):
        first = FIRST_NAMES[customer % len(FIRST_NAMES)]
        last = LAST_NAMES[customer // len(FIRST_NAMES)]
        joined = orders[customer].ordered.date().isoformat()
        email = f"{first}.{last}@example.com".lower()
        rows.append((f"C-{101 + customer}", f"{first} {last}", email, CITIES[customer % len(CITIES)], joined))
    return rows


def files() -> dict[str, str]:
    """File name to content."""
    orders = shop_orders()
    order_rows, lines, reviews = order_tables(orders)
    tables = {
        "customers.csv": customer_table(orders),
        "orders.csv": order_rows,
        "order_lines.csv": lines,
        "reviews.csv": reviews,
    }
    written = {}
    for name, rows in tables.items():
        text = io.StringIO()
        csv.writer(text, lineterminator="\n").writerows(rows)
        written[name] = text.getvalue()
    return written


def main(arguments: list[str]) -> int:
    """Write the files, or with --check compare them."""
    stale = []
    for name, text in files().items():
        path = FOLDER / name
        if "--check" not in arguments:
            FOLDER.mkdir(parents=True, exist_ok=True)
            path.write_bytes(text.encode("utf-8"))
        elif not path.exists() or path.read_bytes() != text.encode("utf-8"):
            stale.append(name)
    for name in stale:
        print(f"examples/corner-shop/{name} differs from tools/corner_shop.py: run it without --check")
    return 1 if stale else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
