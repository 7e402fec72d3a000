"""What of a system's customers no other system knows, in rows and in money, as sentences."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from troth.findings.words import number, percent, plural, spoken

PAID = ("payment", "paid", "revenue", "invoice", "amount", "price", "total")


def sentences(name: str, said: Mapping[str, Any]) -> list[str]:
    """One a pair of sources; `said` as the manifest has it.

    >>> pair = {"source": "crm", "without": "erp", "objects": 100, "alone": 12,
    ...         "money": [{"kind": "payment", "currency": "EUR", "alone": "40.00", "all": "1000.00"}]}
    >>> sentences("customer", {"unmatched": [pair]})
    ['12 of 100 crm customers (12.0 %), 4.0 % of their payment in EUR, have no counterpart in erp.']
    """
    return [_sentence(name, one) for one in said["unmatched"]]


def told_of(name: str, said: Mapping[str, Any]) -> dict[str, Any]:
    """An identity as the page tells it."""
    return {
        "identity": name,
        "objects": said["objects"],
        "parties": said["parties"],
        "review": said["review"],
        "sentences": [counted(name, said), *sentences(name, said)],
        "warnings": list(said["warnings"]),
    }


def counted(name: str, said: Mapping[str, Any]) -> str:
    """
    >>> counted("customer", {"objects": 180, "sources": ["crm", "erp"], "parties": 100, "review": 3})
    '180 records of crm and erp are 100 customers; 3 pairs wait for somebody to decide.'
    """
    systems = [spoken(source) for source in said["sources"]]
    listed = " and ".join([", ".join(systems[:-1]), systems[-1]] if len(systems) > 1 else systems)
    review = said["review"]
    waits = f"; {number(review)} {'pair waits' if review == 1 else 'pairs wait'} for somebody to decide" if review else ""
    many = plural(name) if said["parties"] != 1 else spoken(name)
    return f"{number(said['objects'])} records of {listed} are {number(said['parties'])} {many}{waits}."


def _sentence(name: str, one: Mapping[str, Any]) -> str:
    many, total, alone = plural(name), int(one["objects"]), int(one["alone"])
    if not total:
        return f"{spoken(one['source'])} has no {many}."
    if not alone:
        return f"All {number(total)} {spoken(one['source'])} {many} have a counterpart in {spoken(one['without'])}."
    money = paid(one["money"])
    worth = f"{f', {money}' if money else ''} {'has' if alone == 1 else 'have'}"
    share = percent(alone / total)
    return f"{number(alone)} of {number(total)} {spoken(one['source'])} {many} ({share}){worth} no counterpart in {spoken(one['without'])}."


def paid(money: list[Mapping[str, Any]]) -> str:
    """The share of what customers paid, else of the largest kind of money, that belongs to those without a counterpart."""
    sums = [(one["kind"], one["currency"], Decimal(one["alone"]), Decimal(one["all"])) for one in money if Decimal(one["all"]) > 0]
    if not sums:
        return ""
    kinds = [kind for kind in PAID if any(one[0] == kind for one in sums)]
    kind, currency, alone, whole = max((one for one in sums if not kinds or one[0] == kinds[0]), key=lambda one: (one[3], one[0], one[1]))
    return f"{percent(float(alone / whole))} of their {spoken(kind)} in {currency},"
