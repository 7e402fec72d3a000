"""Why a metric moved: rate and mix of its slices sum to the change, and a whole may fall while all its slices rise."""

from __future__ import annotations

import json
from fractions import Fraction
from pathlib import Path

import duckdb
import pytest

import troth
from tests.app.small_book import write_book
from tests.faces.test_metric_commands import lines, said
from troth.app.operation import Operation
from troth.kernel.errors import BadValue, NotFound
from troth.metrics.periods import period_of

#            February            March
#  near, am  9 of 10 = 90 %      2 of 2 = 100 %
#  near, pm  6 of 10 = 60 %      3 of 4 = 75 %
#  far,  am  1 of 5  = 20 %      9 of 24 = 37.5 %
#  near      15 of 20 = 75 %     5 of 6 = 83.3 %     rose
#  far       1 of 5 = 20 %       9 of 24 = 37.5 %    rose
#  all       16 of 25 = 64 %     14 of 30 = 46.7 %   fell
CELLS = {
    ("2026-02", "near", "am"): (9, 10), ("2026-02", "near", "pm"): (6, 10), ("2026-02", "far", "am"): (1, 5),
    ("2026-03", "near", "am"): (2, 2), ("2026-03", "near", "pm"): (3, 4), ("2026-03", "far", "am"): (9, 24),
}  # fmt: skip
ROWS = [
    (month, lane, half, number < good)
    for (month, lane, half), (good, many) in CELLS.items() for number in range(many)
]  # fmt: skip
ORDERS = "id,placed,lane,half,good\n" + "".join(
    f"o{number},{month}-10 12:00,{lane},{half},{int(good)}\n" for number, (month, lane, half, good) in enumerate(ROWS)
)
BOOK = {
    "troth.yaml": "name: Lanes\nfolder: ../data\nzone: Europe/Berlin\ncurrency: EUR\n",
    "sources/orders.yaml": """orders:
  files: [orders.csv]
  key: [id]
  object:
    type: order
    id: [id]
    attributes: {lane: {column: lane, as: text}, half: {column: half, as: text}, good: {column: good, as: number}}
  events: [{type: placed, at: placed, anchor: true}]
""",
    "metrics/all.yaml": """good: {kind: ratio, words: good ones, of: order, at: placed, numerator: attr(good) = 1, better: higher}
many: {kind: count, words: orders, of: order, at: placed}
middle: {kind: quantile, words: middle, of: order, at: placed, value: attr(good)}
few: {kind: count, words: few, of: order, at: placed, minimum: 3}
""",
}
LANE, HALF = "attr(lane)", "attr(half)"


@pytest.fixture(scope="module")
def operation(tmp_path_factory: pytest.TempPathFactory) -> Operation:
    operation = troth.open(write_book(tmp_path_factory.mktemp("lanes"), files={"orders.csv": ORDERS}, book=BOOK))
    operation.build()
    return operation


def test_the_whole_falls_while_each_slice_rises_and_the_mix_says_why(operation: Operation) -> None:
    found = operation.why_moved("good", "2026-02", "2026-03", by=[LANE])

    assert found.change == Fraction(14, 30) - Fraction(16, 25)
    assert found.against
    assert found.mix is not None
    assert found.rate > 0 > found.mix
    assert found.rate + found.mix == found.change
    near, far = (next(one for one in found.pieces if one.slice == (lane,)) for lane in ("near", "far"))
    # near: from 4/5 to 1/5 of all orders, so a mean weight of 1/2; its 5/6 - 3/4 = 1/12 brings 1/24
    assert near.rate == Fraction(1, 24)
    # the mean of near's ratios is 19/24, of all 83/150: (1/5 - 4/5) (19/24 - 83/150)
    assert near.mix == Fraction(-3, 5) * (Fraction(19, 24) - Fraction(83, 150))
    assert far.rate == Fraction(1, 2) * Fraction(7, 40)
    assert (near.n, far.n) == ((20, 6), (5, 24))


def test_what_it_starts_from_is_what_sql_says(operation: Operation, tmp_path: Path) -> None:
    file = tmp_path / "orders.csv"
    file.write_text(ORDERS, encoding="utf-8")
    found = operation.why_moved("good", "2026-02", "2026-03", by=[LANE])

    sql = f"SELECT lane, strftime(placed, '%m'), avg(good), count(*) FROM '{file}' GROUP BY ALL"
    by_sql = {(lane, month): (value, n) for lane, month, value, n in duckdb.connect().execute(sql).fetchall()}
    for one in found.pieces:
        for month, value, n in (("02", one.before, one.n[0]), ("03", one.after, one.n[1])):
            assert (pytest.approx(float(value or 0)), n) == by_sql[one.slice[0], month]


def test_slices_within_slices_divide_the_rate_of_the_one_they_lie_in(operation: Operation) -> None:
    found = operation.why_moved("good", "2026-02", "2026-03", by=[LANE, HALF])

    outer = [one for one in found.pieces if len(one.slice) == 1]
    assert sum((one.rate + (one.mix or 0) for one in outer), Fraction(0)) == found.change
    for whole in outer:
        inner = [one for one in found.pieces if len(one.slice) == 2 and one.slice[0] == whole.slice[0]]
        assert sum((one.rate + (one.mix or 0) for one in inner), Fraction(0)) == whole.rate
        assert sum(one.n[1] for one in inner) == whole.n[1]


def test_of_a_sum_each_slice_gives_what_it_grew_by(operation: Operation) -> None:
    found = operation.why_moved("many", "2026-02", "2026-03", by=[LANE])

    assert {one.slice: one.rate for one in found.pieces} == {("far",): 19, ("near",): -14}
    assert found.mix is None
    assert found.change == 5


def test_one_slice_alone_may_be_asked(operation: Operation) -> None:
    found = operation.why_moved("good", "2026-02", "2026-03", by=[HALF], only={LANE: "near"})

    assert found.change == Fraction(5, 6) - Fraction(3, 4)


@pytest.mark.parametrize(
    ("text", "since", "until"),
    [
        ("2026-02", "2026-02-01", "2026-03-01"), ("2026-12", "2026-12-01", "2027-01-01"), ("2026-Q4", "2026-10-01", "2027-01-01"),
        ("2026-W01", "2025-12-29", "2026-01-05"), ("2026", "2026-01-01", "2027-01-01"), ("2026-02-28", "2026-02-28", "2026-03-01"),
        ("2026-02-01..2026-02-14", "2026-02-01", "2026-02-15"),
    ],
)  # fmt: skip
def test_periods_are_read_as_people_write_them(text: str, since: str, until: str) -> None:
    cut = period_of(text)

    assert (str(cut.since)[:10], str(cut.until)[:10]) == (since, until)


@pytest.mark.parametrize("text", ["2026-13", "Feb", "2026-W54", "2026-02-30", "2026-03-01..2026-02-01", ""])
def test_what_is_no_period_is_refused(text: str) -> None:
    with pytest.raises(BadValue, match="period"):
        period_of(text)


def test_what_cannot_be_taken_apart_is_refused(operation: Operation) -> None:
    for name, first, by, why in (
        ("middle", "2026-02", [LANE], "is no sum of what its units bring"),
        ("few", "2026-02", [LANE, HALF], "are too small to be shown in 2026-03"),
        ("good", "2025-02", [LANE], "nothing to count in 2025-02"),
        ("good", "2026-02", [], "nothing slices it"),
    ):
        with pytest.raises(BadValue, match=why):
            operation.why_moved(name, first, "2026-03", by=by)
    with pytest.raises(NotFound, match="no metric 'god'"):
        operation.why_moved("god", "2026-02", "2026-03", by=[LANE])


def test_the_command_says_it_in_a_table_in_json_and_in_csv(operation: Operation) -> None:
    asked = ("metric", "good", "--between", "2026-02", "--and", "2026-03", "--by", LANE, "--book", str(operation.workspace.root))
    found = lines(said(*asked))

    assert found[1].startswith("2026-02 64.0 %, 95 % interval")
    assert found[3] == "moved -17.3 points: +12.9 points by what slices did, -30.2 points by their mix"
    assert "Every slice rose and the whole fell: what changed is how much of each there is." in found
    assert json.loads(said(*asked, "--json"))["change"]["exact"] == "-13/75"
    assert said(*asked, "--csv").splitlines()[0].startswith("attr(lane),gives,rate,mix,before,after")
    with pytest.raises(BadValue, match="one period is missing; got only --between"):
        said(*asked[:4], *asked[6:])
    with pytest.raises(BadValue, match="asked by two periods alone; got --grain"):
        said(*asked, "--grain", "month")
