"""A Data page on which everything occurs that one can show."""

from __future__ import annotations

from typing import Any


def source(name: str, **said: Any) -> dict[str, Any]:
    return {
        "source": name, "files": [f"{name}.csv"], "read": 1200, "stored": 1180, "quarantined": 4, "duplicate": 6, "superseded": 9,
        "filtered": 1, "retracted": 0, "cells": 3, "owner": "sales_ops", "steward": "data_desk", "defined_in": f"sources/{name}.yaml",
        "newest": "Thu 5 Feb 2026 12:00", "fresh_within": "2d", "behind": "10 days behind", "old": True, "mode": "freeze",
        "checks": 11, "kept": 9, "contract": {"full_extract": True, "lateness": "7d"}, **said,
    }  # fmt: skip


def failed(column: str | None, check: str, **said: Any) -> dict[str, Any]:
    return {
        "source": "orders", "column": column, "check": check, "severity": "warn", "held": True, "failed": 2, "of": 1199,
        "first": [{"file": "orders.csv", "row": 17, "value": "-5.00"}, {"file": "orders.csv", "row": 99, "value": None}],
        "steward": "data_desk", "got": "", "since": "Mon 2 Feb 2026 08:00",
        "next_step": "Ask data_desk to mend it: what needs a held cell is unknown until then.", **said,
    }  # fmt: skip


NO_CONTRACT = {"checks": None, "kept": 0, "contract": None, "old": False, "behind": "the newest of all", "mode": "evolve"}
HELD = "held: not between 0 and 100000"

DATA_PAGE: dict[str, Any] = {
    "title": "Data",
    "operation": "Meridian",
    "headline": "The data of orders are not as promised.",
    "lede": "2,400 rows of 2 files were read · 5 entries stand in quarantine",
    "as_of": "Sun 15 Feb 2026 12:05",
    "zone": "Europe/Berlin",
    "sources": [
        source("orders"),
        source("tickets", owner=None, steward=None, **NO_CONTRACT),
    ],
    "failing": [
        failed("amount", "between 0 and 100000"),
        failed(None, "within 2d of the data of all sources", held=False, first=[], got="newest 2026-02-05 11:00 UTC, 10 days behind"),
    ],
    "cases": [
        {"id": "CASE-0002", "says": "orders.amount: not between 0 and 100000 in 2 of 1,199 rows", "steward": "data_desk",
         "opened": "Mon 2 Feb 2026 09:00"},
        {"id": "CASE-0003", "says": "tickets.id is gone", "steward": None, "opened": "Tue 3 Feb 2026 09:00"},
    ],
    "held_back": [
        {"promise": "deliver", "words": "delivered by the day given", "held": 2, "made": 1180},
        {"promise": "answer", "words": "answered in a day", "held": 0, "made": 7},
    ],
    "quarantine": {
        "reasons": [
            {"source": "orders", "column": "amount", "reason": HELD, "whole_row": False, "count": 4},
            {"source": "orders", "column": None, "reason": "key id is empty", "whole_row": True, "count": 1},
        ],
        "rows": [
            {"source": "orders", "file": "orders.csv", "row": row, "column": column, "reason": why, "value": value, "whole_row": whole}
            for row, column, why, value, whole in ((17, "amount", HELD, "-5.00", False), (8, None, "key id is empty", None, True))
        ],
        "total": 5,
    },
    "changes": [{"source": "orders", "column": "note", "says": "is gone", "narrows": True, "as_of": "Sun 15 Feb 2026 12:05"}],
    "joins": [
        {"source": "tickets", "columns": ["order_no"], "type": "order", "given_by": ["orders"], "rows": 800, "matched": 792, "rate": 99.0},
        {"source": "orders", "columns": ["customer"], "type": "customer", "given_by": [], "rows": 1180, "matched": 0, "rate": None},
    ],
    "guesses": [{"what": "`order_no` points to orders.csv", "evidence": "792 of 800 are there", "confirmed": False}],
    "orphans": ["tickets"],
    "back": "monday.html",
    "snapshot": "a13f5cc9d2a8",
    "book_hash": "c159188908fe",
    "version": "0.1.0",
}  # fmt: skip

WELL: dict[str, Any] = {
    **DATA_PAGE,
    "headline": "Every row is accounted for, and all data are as promised.",
    "sources": [source("orders", old=False, behind="the newest of all", kept=11)],
    "failing": [], "cases": [], "held_back": [], "changes": [], "joins": [], "guesses": [], "orphans": [],
    "quarantine": {"reasons": [], "rows": [], "total": 0},
}  # fmt: skip
