"""What is told of open promises, against a walk through every order, and what keeps it the same."""

from __future__ import annotations

import json
from collections import Counter
from datetime import datetime, timedelta
from pathlib import Path

import numpy as np
import pytest
from statsmodels.duration.survfunc import SurvfuncRight
from typer.testing import CliRunner

import troth
from tests.app.risky import BOOK, START, Order, csv, orders
from tests.app.small_book import write_book
from troth.app.answers.at_risk import alike, at_risk, came_true, in_ten
from troth.app.answers.counted import COUNTED, count, tracks_in
from troth.app.bootstrap import open_workspace
from troth.app.building.build import build
from troth.app.reading import open_reading
from troth.app.rulebook.rulebook import lint
from troth.app.workspace import Workspace
from troth.faces.cli.commands import app
from troth.kernel.errors import NotFound, StoreError
from troth.promises.risk.model import fit
from troth.promises.risk.tracks import AGES, LANDMARKS

ORDERS = list(orders(400))
UNTIL = START + timedelta(days=31)


def _made(under: Path, until: datetime = UNTIL, book: dict[str, str] | None = None) -> Workspace:
    workspace = open_workspace(write_book(under, files={"orders.csv": csv(ORDERS, until)}, book={**BOOK, **(book or {})}))
    build(workspace)
    return workspace


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    return _made(tmp_path_factory.mktemp("risky"))


def _past(as_of: datetime) -> list[Order]:
    return [order for order in ORDERS if order.due <= as_of]


def test_the_counts_are_those_of_a_walk_through_every_order(workspace: Workspace) -> None:
    reading = open_reading(workspace)
    tracks = tracks_in(reading, "deliver")
    counts = count(reading, tracks, reading.snapshot.as_of)
    step = timedelta(microseconds=counts.step_us)
    seen: Counter[tuple[str, int, int, int]] = Counter()
    broken: Counter[tuple[str, int, int, int]] = Counter()
    for order in _past(reading.snapshot.as_of):
        for landmark in range(LANDMARKS + 1):
            then = order.due - landmark * step
            place, entered, left = (3, order.shipped, order.delivered) if order.shipped <= then else (1, order.placed, order.shipped)
            if not (entered <= then < left or (landmark == 0 and left == then)):
                continue
            stood = (order.due - entered) // step - landmark
            cell = order.carrier, place, landmark, sum(stood >= end for end in AGES)
            seen[cell] += 1
            broken[cell] += order.late
    model = fit(counts, 5)
    finest = model.levels[-1]
    found = {
        (lane[1], place, landmark, band): int(n)
        for lane, number in finest.lanes.items()
        for (place, landmark, band), n in np.ndenumerate(finest.seen[number])
        if n
    }
    late = {
        (lane[1], place, landmark, band): int(n)
        for lane, number in finest.lanes.items()
        for (place, landmark, band), n in np.ndenumerate(finest.broken[number])
        if n
    }

    assert found == dict(seen)
    assert late == {cell: n for cell, n in broken.items() if n}
    assert (model.fell_due, model.broken) == (len(_past(reading.snapshot.as_of)), sum(o.late for o in _past(reading.snapshot.as_of)))
    assert (finest.seen.sum(axis=0) == model.levels[0].seen[0]).all()


def test_without_stages_and_lanes_it_is_the_survival_of_kaplan_and_meier(tmp_path: Path) -> None:
    """All are given 96 hours: broken of those open with r left = S(96 h) / S(96 h - r)."""
    text = BOOK["promises/deliver.yaml"].partition("  stages:")[0].replace("by: [attr(carrier)], ", "")
    reading = open_reading(_made(tmp_path, book={"promises/deliver.yaml": text}))
    model = fit(count(reading, tracks_in(reading, "deliver"), reading.snapshot.as_of), 1)
    past = _past(reading.snapshot.as_of)
    took = np.array([(order.delivered - order.placed) / timedelta(hours=1) for order in past])
    curve = SurvfuncRight(took, np.ones(len(past)))

    def survives(hours: float) -> float:
        return float(curve.surv_prob[curve.surv_times <= hours][-1]) if (curve.surv_times <= hours).any() else 1.0

    for landmark in range(1, LANDMARKS):
        seen, broken = (int(values[0, 0, landmark].sum()) for values in (model.levels[0].seen, model.levels[0].broken))
        assert broken / seen == pytest.approx(survives(96) / survives(96 - landmark * model.step_us / 3.6e9), abs=1e-12)


def test_each_open_order_is_told_with_those_that_stood_like_it(workspace: Workspace) -> None:
    (told,) = at_risk(workspace, "deliver")
    still = {o.id: o for o in ORDERS if o.placed <= told.as_of < min(o.due, o.delivered)}

    assert {one.id for one in told.open} == set(still)
    assert [one.share for one in told.open] == sorted((one.share for one in told.open), reverse=True)
    assert all(one.low <= one.share <= one.high and one.at_risk == (one.share > 0.5) for one in told.open)
    assert {one.stage for one in told.open} == {"in the warehouse", "on the road"}
    for one in told.open:
        assert one.left_us == (still[one.id].due - told.as_of) // timedelta(microseconds=1)
        found = alike(workspace, "deliver", one.id).earlier
        assert (len(found), sum(e.late for e in found)) == (one.n, one.broken)
        assert [e.due for e in found] == sorted((e.due for e in found), reverse=True)
        assert not one.of or {ORDERS[int(e.id[1:])].carrier for e in found} == {one.lane}


def test_the_slower_carrier_is_told_to_be_late_more_often(workspace: Workspace) -> None:
    reading = open_reading(workspace)
    finest = fit(count(reading, tracks_in(reading, "deliver"), reading.snapshot.as_of), 5).levels[-1]
    aar, blitz = (next(number for lane, number in finest.lanes.items() if lane[1] == name) for name in ("Aar", "Blitz"))

    assert finest.share[blitz, 3, 12].mean() > finest.share[aar, 3, 12].mean()


def test_what_is_not_due_yet_counts_nowhere(workspace: Workspace) -> None:
    """Kept ones are known before their due, broken ones only at it: to count them early would flatter."""
    (told,) = at_risk(workspace, "deliver")
    early = [o for o in ORDERS if o.delivered <= told.as_of < o.due]

    assert early
    assert told.basis is not None
    assert told.basis.fell_due == len(_past(told.as_of))


def test_the_same_pin_gives_the_same_shares_until_it_is_old(tmp_path: Path) -> None:
    workspace = _made(tmp_path, UNTIL - timedelta(days=9))
    first = at_risk(workspace, "deliver")[0]
    again = at_risk(workspace, "deliver")[0]
    assert first.basis is not None
    assert again.basis is not None
    assert (first.basis.anew, first.basis.why, again.basis.anew, again.basis.why) == (True, "nothing was counted before", False, "")
    assert again.open == first.open

    (tmp_path / "data" / "orders.csv").write_text(csv(ORDERS, UNTIL - timedelta(days=3)), encoding="utf-8")
    build(workspace)
    later = at_risk(workspace, "deliver")[0]
    assert later.basis is not None
    assert (later.basis.snapshot, later.basis.counted, later.basis.anew) == (first.basis.snapshot, first.basis.counted, False)
    assert later.as_of > first.as_of

    (tmp_path / "data" / "orders.csv").write_text(csv(ORDERS, UNTIL), encoding="utf-8")
    build(workspace)
    old = at_risk(workspace, "deliver")[0]
    assert old.basis is not None
    assert (old.basis.anew, old.basis.why) == (True, "the counts before were 9 days old, and the rules say 7d")
    assert len(workspace.journal.recorded(COUNTED)) == 2
    assert at_risk(workspace, "deliver", refresh=True)[0].basis.why == "asked for"  # type: ignore[union-attr]


def test_other_rules_are_counted_anew_and_bind_as_before(tmp_path: Path) -> None:
    workspace = _made(tmp_path)
    terms = open_reading(workspace).context.engine.rows("SELECT DISTINCT terms FROM outcome_deliver")
    at_risk(workspace, "deliver")
    promise = tmp_path / "book" / "promises" / "deliver.yaml"
    promise.write_text(promise.read_text(encoding="utf-8").replace("by: [attr(carrier)], ", ""), encoding="utf-8")
    build(workspace)

    basis = at_risk(workspace, "deliver")[0].basis
    assert basis is not None
    assert (basis.anew, basis.why) == (True, "the rules changed since")
    assert open_reading(workspace).context.engine.rows("SELECT DISTINCT terms FROM outcome_deliver") == terms


def test_counts_that_are_not_those_of_the_pin_are_refused(tmp_path: Path) -> None:
    workspace = _made(tmp_path)
    at_risk(workspace, "deliver")
    ((_, pin),) = workspace.journal.recorded(COUNTED)
    workspace.journal.record("somebody", COUNTED, "deliver", {**pin, "counts": "0" * 64}, workspace.now())

    with pytest.raises(StoreError, match="not those that were pinned"):
        at_risk(workspace, "deliver")


def test_too_few_that_were_late_say_nothing(tmp_path: Path) -> None:
    workspace = _made(tmp_path, START + timedelta(days=8))
    (told,) = at_risk(workspace, "deliver")

    assert (told.basis, told.open) == (None, ())
    assert told.count > 0
    assert told.refusal is not None
    assert told.refusal.need == "20 of each that fell due"
    assert workspace.journal.recorded(COUNTED) == ()
    assert came_true(workspace, "deliver").refusal is not None


@pytest.mark.parametrize(
    ("by", "says"),
    [
        ("attr(picker)", "a lane is no person"),
        ("order.picker", "a lane is no person"),
        ("attr(carier)", "carrier"),
        ("placed", "must be of type"),
    ],
)
def test_a_lane_is_no_person_and_is_on_record(tmp_path: Path, by: str, says: str) -> None:
    text = BOOK["promises/deliver.yaml"].replace("attr(carrier)", by)
    book = write_book(tmp_path, files={"orders.csv": csv(ORDERS, UNTIL)}, book={**BOOK, "promises/deliver.yaml": text})
    (found,) = [problem for problem in lint(open_workspace(book)) if problem.level == "error"]

    assert says in str(found)
    assert "deliver.yaml:7:" in str(found)


@pytest.mark.parametrize("wrong", ["refresh: 2wd", "refresh: 1mo", "over: soon", "above: 1.5", "refresh: 0d"])
def test_what_is_no_length_is_no_refresh(tmp_path: Path, wrong: str) -> None:
    text = BOOK["promises/deliver.yaml"].replace("above: 0.5, by: [attr(carrier)], refresh: 7d", wrong)
    book = write_book(tmp_path, files={"orders.csv": csv(ORDERS, UNTIL)}, book={**BOOK, "promises/deliver.yaml": text})

    assert any("at_risk" in str(problem) for problem in lint(open_workspace(book)))


def test_the_command_prints_what_python_gives(workspace: Workspace) -> None:
    told = troth.open(workspace.root).at_risk("deliver")
    run = CliRunner()
    book = ["--book", str(workspace.root)]

    text = run.invoke(app, ["at-risk", "deliver", *book]).output
    assert f"delivered in four days: {told.count} open" in text
    assert f"snapshot {told.basis.snapshot[:12]}, pinned" in text  # type: ignore[union-attr]
    (said,) = json.loads(run.invoke(app, ["at-risk", "deliver", *book, "--json"]).output)
    assert [one["share"] for one in said["open"]] == [one.share for one in told.open]
    lines = run.invoke(app, ["at-risk", *book, "--csv"]).output.splitlines()
    assert [line.split(",")[1] for line in lines[1:]] == [one.id for one in told.open]

    id, n = told.open[0].id, told.open[0].n
    assert f"{id}: {told.open[0].like}." in run.invoke(app, ["at-risk", "--like", id, *book]).output
    assert len(run.invoke(app, ["at-risk", "--like", id, "--csv", *book]).output.splitlines()) == n + 1
    assert "Slope" in run.invoke(app, ["at-risk", "deliver", "--calibration", *book]).output


def test_what_is_not_there_is_named(workspace: Workspace) -> None:
    with pytest.raises(NotFound, match="no promise 'delver'"):
        at_risk(workspace, "delver")
    with pytest.raises(NotFound, match="no open promise of 'O0001'"):
        alike(workspace, None, "O0001")


def test_shares_are_told_as_people_count() -> None:
    assert [in_ten(share).partition(" like")[0] for share in (0.049, 0.05, 0.55, 0.951)] == [
        "fewer than 1 in 20", "1 in 10", "6 in 10", "more than 19 in 20",
    ]  # fmt: skip
