"""The CRM, the ERP's customers, orders and lines, and the web shop."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from troth.worlds.chance import Chance
from troth.worlds.meridian.customers import CONSUMER, KEY, SEGMENTS, Customers, Entries
from troth.worlds.meridian.exports.flaws import RATES
from troth.worlds.meridian.names import FIRST, KINDS, LAST, STEMS
from troth.worlds.meridian.parcels import Orders
from troth.worlds.meridian.places import CARRIERS, COUNTRIES, REGIONS, WAREHOUSES, Clocks
from troth.worlds.meridian.plan import DAY, Plan
from troth.worlds.meridian.voices import ROLES, Contacts
from troth.worlds.meridian.web import Sessions, Web
from troth.worlds.sheets import NONE, Ints, Sheet, hundredths, instant, key, text, whole

ACCOUNT, CUSTOMER, ORDER = "A%07d", "K%07d", "SO-%08d"
CODES = [one.code for one in COUNTRIES]
SITES = [one.code for one in WAREHOUSES]
ITEMS = 400
DAY_FORM = "%Y-%m-%d"
PLAIN = str.maketrans({"é": "e", "í": "i", "ã": "a", "ë": "e", "ü": "ue", "ä": "ae", "ö": "oe", "ô": "o", " ": "-"})


def sales(
    plan: Plan, people: Customers, crm: Entries, whom: Contacts, orders: Orders, clocks: Clocks, shop: Web, looks: Sessions
) -> Sequence[Sheet]:
    """Everything from the first contact to the order."""
    return [
        _accounts(plan, people, crm),
        _contacts(crm, whom),
        _customers(people),
        _contracts(plan, people),
        *_orders(plan, people, orders, clocks),
        Sheet(
            "web_orders.csv",
            (
                key("order_number", np.arange(len(shop.shopper)) + 1, "W%07d"),
                key("shopper", shop.shopper, "S%06d"),
                instant("ordered_at", shop.bought),
                hundredths("total", shop.cents),
            ),
        ),
        Sheet(
            "web_sessions.csv",
            (
                key("session", np.arange(len(looks.began)) + 1, "V%08d"),
                key("visitor", looks.visitor, "G%07d"),
                instant("began_at", looks.began),
                whole("pages", looks.pages),
                whole("delivery_days_shown", looks.days),
                text("ordered", looks.ordered, ("no", "yes")),
            ),
        ),
    ]


def names(people: Customers) -> list[str]:
    """What each customer is called."""
    columns = (people.segment.tolist(), people.first.tolist(), people.last.tolist(), people.stem.tolist(), people.kind.tolist())
    return [
        f"{FIRST[f]} {LAST[n]}" if segment == CONSUMER else f"{LAST[n]} {STEMS[s]} {KINDS[k]}"
        for segment, f, n, s, k in zip(*columns, strict=True)
    ]


def _mail(name: str, number: int) -> str:
    return f"{name.lower().translate(PLAIN)}{number}@mail.example"


def _accounts(plan: Plan, people: Customers, crm: Entries) -> Sheet:
    called, customer, second = names(people), crm.customer.tolist(), crm.second.tolist()
    count = len(customer)
    other = Chance(plan.seed, "other mails").flags(RATES["second entries without the mail of the first"], count).tolist()
    ways = Chance(plan.seed, "spellings").below(4, count).tolist()
    spelled = [_otherwise(called[who], way) if again else called[who] for who, again, way in zip(customer, second, ways, strict=True)]
    mails = [
        _mail(called[who], who) if not again else ("" if none else _mail(called[who], who).upper())
        for who, again, none in zip(customer, second, other, strict=True)
    ]
    silent = (
        Chance(plan.seed, "other phones").flags(RATES["second entries with the mail of the first that lack its telephone"], count).tolist()
    )
    phones = [
        "" if again and not none and mute else _phone(number, again=again)
        for number, again, none, mute in zip(people.phone[crm.customer].tolist(), second, other, silent, strict=True)
    ]
    places = np.arange(count)
    region = np.array([REGIONS.index(one.region) for one in COUNTRIES])
    sent = people.sent_by[crm.customer]
    referrer = np.where((sent == NONE) | crm.second, NONE, crm.entry_of[np.maximum(sent, 0)])
    return Sheet(
        "crm_accounts.csv",
        (
            key("account", places, ACCOUNT),
            text("name", places, spelled),
            text("email", places, mails),
            text("phone", places, phones),
            text("segment", people.segment[crm.customer], SEGMENTS),
            text("country", people.country[crm.customer], CODES),
            text("region", region[people.country[crm.customer]], REGIONS),
            instant("created_on", people.since[crm.customer], DAY_FORM),
            key("referred_by", referrer, ACCOUNT),
        ),
    )


def _otherwise(name: str, way: int) -> str:
    """Another spelling of a name."""
    words = name.split(" ")
    return (name.upper(), ", ".join([words[-1], " ".join(words[:-1])]), f"{name} Ltd.", name.translate(PLAIN).replace("-", " "))[way]


def _phone(number: int, *, again: bool) -> str:
    digits = f"{number:08d}"
    return f"(0) 555 {digits[:4]} {digits[4:]}" if again else f"0555{digits}"


def _contacts(crm: Entries, whom: Contacts) -> Sheet:
    places = np.arange(len(whom.customer))
    called = [f"{FIRST[f]} {LAST[n]}" for f, n in zip(whom.first.tolist(), whom.last.tolist(), strict=True)]
    return Sheet(
        "crm_contacts.csv",
        (
            key("contact", places, "C%07d"),
            key("account", crm.entry_of[whom.customer], ACCOUNT),
            text("name", places, called),
            text("email", places, [_mail(name, 1_000_000 + place) for place, name in enumerate(called)]),
            text("role", whom.role, ROLES),
        ),
    )


def _customers(people: Customers) -> Sheet:
    places = np.arange(len(people))
    called = names(people)
    return Sheet(
        "erp_customers.csv",
        (
            key("customer_no", places, CUSTOMER),
            text("company", places, [name[:35] for name in called]),
            text("mail", places, [_mail(name, place) for place, name in enumerate(called)]),
            text("telephone", places, [f"+00 555 {number}" for number in people.phone.tolist()]),
            text("country", people.country, CODES),
            text("customer_group", people.segment, SEGMENTS),
        ),
        separator=";",
    )


def _contracts(plan: Plan, people: Customers) -> Sheet:
    """What large customers have in writing: the share of orders that must come in time, and what each broken promise beyond it costs."""
    chance = Chance(plan.seed, "contracts")
    firms = np.flatnonzero(people.segment <= KEY)
    count = len(firms)
    signed = people.since[firms] - chance.below(300, count) * DAY
    return Sheet(
        "contracts.csv",
        (
            key("contract", np.arange(count) + 1, "CT-%05d"),
            key("customer_no", firms, CUSTOMER),
            instant("signed_on", signed, DAY_FORM),
            instant("ends_on", signed + (2 + chance.below(3, count)) * 365 * DAY, DAY_FORM),
            whole("kept_of_hundred", np.array((97, 95, 92))[chance.choice((20, 50, 30), count)]),
            hundredths("penalty_each", 2_500 * (1 + chance.below(8, count))),
        ),
        separator=";",
        comma=True,
    )


def _orders(plan: Plan, people: Customers, orders: Orders, clocks: Clocks) -> Sequence[Sheet]:
    chance, count = Chance(plan.seed, "lines"), len(orders)
    places = np.arange(count)
    european, local = "%d.%m.%Y %H:%M:%S", "%d.%m.%Y"
    promised = clocks.local(orders.country, orders.promised)
    requested = clocks.local(orders.country, orders.requested)
    cancelled = np.where(orders.cancelled < plan.last, orders.cancelled, NONE)
    header = Sheet(
        "erp_orders.csv",
        (
            key("order_no", places, ORDER),
            key("customer_no", orders.customer, CUSTOMER),
            instant("placed_at", _berlin(plan, clocks, orders.placed), european),
            instant("requested_delivery", requested, local),
            instant("promised_date", promised, local),
            instant("cancelled_at", _berlin(plan, clocks, cancelled), european),
            text("ship_country", orders.country, CODES),
            text("warehouse", orders.warehouse, SITES),
            text("carrier", orders.carrier, CARRIERS),
            text("bulky", orders.bulky, ("no", "yes")),
            hundredths("amount", orders.cents),
        ),
        separator=";",
        comma=True,
    )
    order = np.repeat(places, orders.lines)
    number = np.arange(len(order)) - np.repeat(np.cumsum(orders.lines) - orders.lines, orders.lines) + 1
    wanted = np.array([1 + 2_000 // (place + 4) for place in range(ITEMS)]).cumsum()
    item = np.searchsorted(wanted, chance.below(int(wanted[-1]), len(order)), side="right")
    ordered = 1 + chance.poisson(np.where(people.segment[orders.customer[order]] == CONSUMER, 0.3, 6.0))
    short = chance.flags(0.015, len(order)) & (orders.handed[order] != NONE)
    shipped = np.where(orders.handed[order] == NONE, NONE, np.where(short, ordered - 1, ordered))
    lines = Sheet(
        "erp_order_lines.csv",
        (
            key("order_no", order, ORDER),
            whole("line", number),
            key("item", item, "P-%04d"),
            whole("quantity", ordered),
            whole("quantity_shipped", shipped),
            hundredths("line_amount", _split(orders, order, number)),
        ),
        separator=";",
        comma=True,
    )
    return header, lines


def _berlin(plan: Plan, clocks: Clocks, at: Ints) -> Ints:
    """What the clocks at headquarters show."""
    return np.where(at == NONE, NONE, clocks.local(np.zeros(len(at), dtype=np.int64), np.maximum(at, plan.first)))


def _split(orders: Orders, order: Ints, number: Ints) -> Ints:
    """The order's amount over its lines, to the cent."""
    share = orders.cents[order] // orders.lines[order]
    rest = orders.cents[order] - share * orders.lines[order]
    return share + np.where(number == 1, rest, 0)
