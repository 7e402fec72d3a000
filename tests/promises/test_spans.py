"""Judged part by part, each with its own subjects, outcomes are those of all at once."""

from __future__ import annotations

import pytest

from tests.promises.test_variants import book
from tests.promises.worlds import World, judge, judge_cells
from troth.promises import spans
from troth.stores.lake.engine import DuckEngine

STAGES = """deliver:
  subject: order
  words: delivered in time
  anchor: placed
  fulfil: {event: delivered}
  due: placed + 5d
  void_when: order.status = 'gone'
  stages: {pack: {from: placed, to: packed, budget: 1d}, carry: {from: packed, to: delivered}}
"""
INSTANTS = "made, due, fulfilled, voided, void_flag, unknown_reason, breached"
ALL = f"{INSTANTS}, terms, layer, change, pack_from, carry_to, share_pack, share_carry, share_of"


def many() -> World:
    """Eleven orders of three customers with terms of their own; one was gone, one never packed, one has a due of its own."""
    rows = {
        f"{n:02}": {
            "region": "JP" if n % 3 else "BR", "customer": "acme" if n % 2 else "bee", "status": "gone" if n == 7 else "fine",
            "placed": f"2026-03-{1 + n:02} 10:00", "packed": "-" if n == 4 else f"2026-03-{3 + n:02} 10:00",
            "delivered": "-" if n in (4, 9) else f"2026-03-{3 + n + n % 5:02} 10:00",
        }
        for n in range(11)
    }  # fmt: skip
    files = book(STAGES, region_JP="due: placed + 3d", customer_acme="due: placed + 2d, stages: {pack: {budget: 12h}}")
    return judge_cells(files, rows, {"region": "text", "customer": "text", "status": "text"}, {"placed", "packed", "delivered"})


def test_parts_give_what_all_at_once_gives(monkeypatch: pytest.MonkeyPatch) -> None:
    whole = many().rows(ALL)
    assert len(whole) == 11
    assert len({row[8] for row in whole.values()}) > 2  # layers
    assert any(row[-1] for row in whole.values())

    for at_once in (1, 2, 4, 10):
        monkeypatch.setattr(spans, "AT_ONCE", at_once)
        assert many().rows(ALL) == whole


def test_one_promise_for_all_is_parted_too(monkeypatch: pytest.MonkeyPatch) -> None:
    table = """
        order  placed      packed      delivered
        A      2026-03-01  2026-03-02  2026-03-04
        B      2026-03-01  2026-03-05  2026-03-09
        C      2026-03-01  -           -
    """
    deliver = STAGES.replace("  void_when: order.status = 'gone'\n", "")
    whole = judge(deliver, table).rows("due, fulfilled, share_pack, share_carry, share_of")
    monkeypatch.setattr(spans, "AT_ONCE", 1)

    assert judge(deliver, table).rows("due, fulfilled, share_pack, share_carry, share_of") == whole
    assert [row[4] is not None for row in whole.values()] == [False, True, True]


@pytest.mark.parametrize(("codes", "at_once"), [([0, 1, 2, 3, 4], 2), ([5, 90, 91], 1), ([0], 1), ([7, 8], 5), ([], 3)])
def test_each_subject_lies_in_one_part(codes: list[int], at_once: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(spans, "AT_ONCE", at_once)
    engine = DuckEngine(threads=1)
    engine.run("CREATE TABLE t (object INTEGER)")
    for code in codes:
        engine.run("INSERT INTO t VALUES (?)", (code,))

    found = [row for span in spans.spans(engine, "t") for row in engine.rows(f"SELECT object FROM t WHERE {span.of('object')} ORDER BY 1")]

    assert [code for (code,) in found] == codes
