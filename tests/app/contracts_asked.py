"""The book of `arriving` with contracts that ask something of its rows, all of which a few rows can answer."""

from __future__ import annotations

from tests.app.arriving import BOOK

ANSWERS = """  owner: sales
  steward: sales
  contract:
"""
ORDERS = """    columns:
      placed: {type: instant, required: true, severity: warn}
      delivered: {type: instant, severity: warn, after: {column: placed, at_most: 20d}}
      status: {in: [open, delivered, canceled], severity: warn}
      id: {matches: 'o[0-9]+', unique: true, severity: warn}
    rows: {at_least: 10, at_most: 62, severity: warn}
    fresh_within: 10d
"""
PAYMENTS = """    columns:
      amount: {type: money, between: [0, 1000], severity: warn}
      limit: {type: instant, severity: warn}
"""
CUSTOMERS = """    columns:
      tier: {required: true, in: [usual, closed]}
"""
REVIEWS = """    columns:
      score: {type: number, severity: warn}
"""


def book(**contracts: str) -> dict[str, str]:
    asked = {"orders": ORDERS, "payments": PAYMENTS, "customers": CUSTOMERS, "reviews": REVIEWS, **contracts}
    sources = {f"sources/{name}.yaml": BOOK[f"sources/{name}.yaml"] + ANSWERS + text for name, text in asked.items()}
    return {**BOOK, "company.yaml": "roles: [sales]\n", **sources}
