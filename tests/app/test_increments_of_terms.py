"""What came in is judged as if all were judged anew, also where terms are of several, clocks stand, and other promises keep one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest

from tests.app.arriving import DAYS, LATER, Row, Ways, assert_same, split_when_more_than
from tests.app.many_terms import BOOK, ROWS
from troth.app.building import increment

QUICK: Mapping[str, Mapping[str, Sequence[Row]]] = {
    "an order": {"orders-2": [["o99", "c1", "s1", LATER, "", "2026-04-02", "open"]]},
    "an order of a customer with a calendar of its own": {"orders-2": [["o99", "c2", "s1", LATER, "", "2026-04-02", "open"]]},
    "an order moves to another customer": {"orders-2": [["o30", "c1", "s0", DAYS[30], DAYS[34], DAYS[35][:10], "delivered"]]},
    "it was placed before its customer had terms": {"orders-2": [["o31", "c1", "s1", DAYS[2], DAYS[36], DAYS[36][:10], "delivered"]]},
    "what was held is freed": {"scans-2": [["o50", "freed", LATER]]},
    "it is held again": {"scans-2": [["o58", "held", DAYS[60]]]},
    "it comes back within the week": {"scans-2": [["o57", "returned", DAYS[63]]]},
    "a shop's system is up again": {"downs-2": [["s0", "up", LATER]]},
    "a shop's system was down long ago": {"downs-2": [["s1", "down", DAYS[3]], ["s1", "up", DAYS[5]]]},
    "a day passes while clocks stand": {"scans-2": [["o59", "packed", DAYS[64]]]},
    "a line is picked": {"lines-2": [["l500", "o50", "3", DAYS[50], LATER]]},
    "a parcel arrived later than it was said": {"parcels-2": [["x471", "o47", LATER]]},
    "an order of two parcels is delivered": {"orders-2": [["o47", "c2", "s2", DAYS[47], LATER, DAYS[52][:10], "delivered"]]},
    "a line more": {"lines-2": [["l999", "o10", "3", DAYS[10], ""]]},
    "a line moves to another order": {"lines-2": [["l200", "o21", "3", DAYS[20], DAYS[23]]]},
    "a line moves in its file": {"lines": [*ROWS["lines"], ["l160", "o00", "3", DAYS[16], DAYS[18]]]},
    "a line of other units": {"lines-2": [["l331", "o33", "1", DAYS[33], DAYS[34]]]},
    "a line whose units cannot be read": {"lines-2": [["l331", "o33", "some", DAYS[33], DAYS[34]]]},
    "an order with its lines": {
        "orders-2": [["o99", "c1", "s1", LATER, "", "2026-04-02", "open"]],
        "lines-2": [["l990", "o99", "9", LATER, ""], ["l991", "o99", "9", LATER, LATER]],
    },
    "an order of before the calendar changed": {"orders-2": [["o98", "c2", "s1", DAYS[20], "", "2026-04-02", "open"]]},
    "a customer of another kind": {"customers-2": [["c0", "closed"]]},
}
WHOLE: Mapping[str, Mapping[str, Sequence[Row]]] = {
    "terms that bound nobody": {"orders-2": [["o99", "c7", "s1", LATER, LATER, "2026-04-02", "delivered"]]},
    "the last whom terms bound": {"customers-2": [["c4", "usual"]]},
    "a quarter later": {"scans-2": [["o59", "packed", "2026-09-05 10:00"]]},
}


@pytest.fixture(autouse=True)
def _however_many(monkeypatch: pytest.MonkeyPatch) -> None:
    """Few rows are all near each other."""
    monkeypatch.setattr(increment, "FEWER_THAN", 2)


@pytest.mark.parametrize("coming", [*QUICK, *WHOLE])
def test_what_came_is_judged_as_if_all_were(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, coming: str) -> None:
    split_when_more_than(3, monkeypatch)
    ways = Ways(tmp_path, monkeypatch, BOOK)
    ways.begun(ROWS)

    assert_same(*ways.built({**QUICK, **WHOLE}[coming]))
    assert ways.quick == [False, coming in QUICK]
