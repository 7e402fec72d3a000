"""The screen of a unit's ten minutes: what is on it, what cannot be taken off it, and who skipped it."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path
from shutil import copytree

import duckdb
import pytest
from starlette.testclient import TestClient
from typer.testing import CliRunner

from tests.web.conftest import FORM_KEY, Client, Known, text_of
from troth.access import EVERYTHING, Role, Scope, Viewer
from troth.app.answers.at_risk import at_risk_in
from troth.app.answers.holdings import HELD, hold, huddle_units, huddles, this_day
from troth.app.answers.huddles import today_of
from troth.app.bootstrap import open_workspace
from troth.app.building.build import build
from troth.app.pages.huddle import HuddlePage, huddle_page
from troth.app.pages.served import Served
from troth.app.past.asking import ask
from troth.app.past.known import Known as Past
from troth.app.reading import Reading
from troth.app.rulebook.rulebook import lint
from troth.app.workspace import Workspace
from troth.faces.cli.commands import app as commands
from troth.faces.web import web_app
from troth.kernel.errors import NotFound
from troth.metrics.huddles import REQUIRED
from troth.worlds.meridian.names import FIRST, LAST

WHO = re.compile(rf"\b(?:{'|'.join((*FIRST, *LAST))})\b")
DAY = timedelta(days=1)


def screen(served: Served, unit: str, dimension: str = "warehouse") -> HuddlePage:
    reading = served.reading(Scope({dimension: frozenset({unit})}))
    whole = served.reading(EVERYTHING)
    return huddle_page(reading, dimension, unit, lambda name: at_risk_in(served.workspace, whole, name))


@pytest.fixture(scope="module")
def lyon(served: Served) -> HuddlePage:
    return screen(served, "LYS")


def counted(served: Served, where: str, unit: str = "LYS") -> int:
    """Deliveries of a warehouse that are so, by plain SQL over the whole record."""
    context = served.reading(EVERYTHING).context
    ((count,),) = context.engine.rows(
        f"SELECT count(*) FROM outcome_deliver o JOIN object_order s ON s.code = o.subject WHERE s.warehouse = '{unit}' AND {where}"
    )
    return int(count)


def local_day(served: Served, back: int) -> str:
    """SQL of a due on a day before the one on which the record ends."""
    reading = served.reading(EVERYTHING)
    return f"CAST({reading.context.local('o.due')} AS DATE) = DATE '{today_of(reading) - back * DAY}'"


def test_what_is_promised_today_is_what_is_open_and_due_then(served: Served) -> None:
    open_ = f"{served.reading(EVERYTHING).context.state()} = 'open'"
    for unit in ("DAL", "HAM", "LYS", "OSA", "PNQ", "SAO"):
        page = screen(served, unit)
        assert sum(one.promise == "deliver" for one in page.today) == counted(served, f"{open_} AND {local_day(served, 0)}", unit)


def test_each_that_is_open_says_how_often_such_were_late(served: Served) -> None:
    told = [one for unit in ("DAL", "PNQ", "SAO", "LYS", "HAM") for one in screen(served, unit).today if one.promise == "deliver"]

    assert told
    for one in told:
        assert one.like is not None
        assert re.search(r"in (?:10|20) like this were late$", one.like)


def test_late_and_not_here_is_what_fell_due_in_sixty_days_and_has_no_record(served: Served) -> None:
    context = served.reading(EVERYTHING).context
    silent = f"{context.state()} = 'broken' AND o.fulfilled IS NULL AND o.due > TIMESTAMP '{context.as_of - timedelta(days=60)}'"
    ages = []
    for unit in ("DAL", "HAM", "LYS", "OSA", "PNQ", "SAO"):
        late = screen(served, unit).late
        assert sum(one.promise == "deliver" for one in late) == counted(served, silent, unit)
        assert [one.at for one in late] == sorted(one.at for one in late)
        ages += [(context.local_time(context.as_of) - one.at).days for one in late]

    assert any(age > 35 for age in ages)
    assert max(ages) <= 60


def test_yesterday_and_last_week_are_what_sql_counts(served: Served, lyon: HuddlePage) -> None:
    context = served.reading(EVERYTHING).context
    broken = f"{context.state()} = 'broken' AND {local_day(served, 1)}"
    due = (
        f"CAST({context.local('o.due')} AS DATE) BETWEEN DATE '{lyon.monday}' AND DATE '{lyon.monday + 6 * DAY}' AND o.due <= {context.now}"
    )
    week = next(one for one in lyon.weeks if one.promise == "deliver")

    assert sum(one.promise == "deliver" for one in lyon.yesterday) == counted(served, broken)
    assert week.due == counted(served, f"{due} AND {context.state()} IN ('kept', 'broken', 'unknown')")
    assert week.kept == counted(served, f"{due} AND {context.state()} = 'kept'")
    assert week.kept + week.late + week.silent + week.unknown == week.due


def test_a_measure_of_work_stands_beside_what_customers_got_of_it(served: Served, lyon: HuddlePage) -> None:
    (pair,) = lyon.pairs

    assert (pair.work, pair.customers) == ("orders picked", "delivered by the day given")
    assert pair.n == next(one.due for one in lyon.weeks if one.promise == "deliver")


def test_no_name_phone_mail_or_number_of_whoever_wrote_stands_on_any_screen(meridian: Path, served: Served, as_viewer: Client) -> None:
    """Of the comments of the files two in five say who wrote them."""
    planted = duckdb.execute(
        f"SELECT comment FROM read_csv(['{meridian}/data/survey_parcels.csv', '{meridian}/data/survey_visits.csv'],"
        " all_varchar = true, union_by_name = true) WHERE comment <> ''"
    ).fetchall()
    assert sum(bool(WHO.search(text)) for (text,) in planted) > 50

    client, quotes, marks = as_viewer(), 0, 0
    for unit in ("DAL", "HAM", "LYS", "OSA", "PNQ", "SAO"):
        html = client.get(f"/huddle/warehouse={unit}").text
        said = re.findall(r"<blockquote><p>“(.*?)”</p></blockquote>", html)
        quotes += len(said)
        marks += sum("[" in one for one in said)
        for one in said:
            assert not WHO.search(one)
            assert "@" not in one
            assert not re.search(r"\d{3}", one)
    assert quotes > 6
    assert marks


def test_the_screen_shows_every_block_and_says_that_nobody_is_measured(as_viewer: Client) -> None:
    html = as_viewer().get("/huddle/warehouse=LYS").text

    assert set(re.findall(r'data-block="(\w+)"', html)) == {*REQUIRED, "work"}
    assert "No person is measured on this screen." in text_of(html)


@pytest.mark.parametrize("hidden", REQUIRED)
def test_a_block_about_customers_cannot_be_hidden(meridian: Path, tmp_path: Path, hidden: str) -> None:
    book = Path(copytree(meridian / "book", tmp_path / "book", ignore=lambda *_: [".troth", "pages"]))
    copytree(meridian / "data", tmp_path / "data")
    blocks = ", ".join(one for one in (*REQUIRED, "work") if one != hidden)
    (book / "huddles").mkdir()
    (book / "huddles" / "all.yaml").write_text(f"rounds: {{words: the round, of: warehouse, blocks: [{blocks}]}}\n", encoding="utf-8")

    problems = [one for one in lint(open_workspace(book)) if one.level == "error"]
    assert [f"{one.file}:{one.line}" for one in problems] == ["huddles/all.yaml:1"]
    assert f"'{hidden}' cannot be hidden" in problems[0].message


def test_a_manager_says_that_it_was_held_once_a_day_and_the_journal_knows(served: Served, as_viewer: Client) -> None:
    client = as_viewer(Role.manager)
    for _ in range(2):
        answer = client.post("/huddle/warehouse=OSA/held", data={"csrf": FORM_KEY})
        assert answer.status_code == 303

    today = this_day(served.workspace, served.reading(EVERYTHING))
    assert [payload["day"] for about, payload in served.workspace.journal.recorded(HELD) if about == "warehouse=OSA"] == [f"{today}"]
    assert "Held today" in text_of(client.get("/huddle/warehouse=OSA").text)


def test_whoever_only_reads_is_not_asked_and_not_obeyed(served: Served, as_viewer: Client) -> None:
    client = as_viewer(Role.analyst)

    assert "held</button>" not in client.get("/huddle/warehouse=SAO").text.lower().replace(" ✓", "")
    assert client.post("/huddle/warehouse=SAO/held", data={"csrf": FORM_KEY}).status_code == 403
    assert as_viewer(Role.manager).post("/huddle/warehouse=SAO/held").status_code == 403
    assert [about for about, _ in served.workspace.journal.recorded(HELD) if about == "warehouse=SAO"] == []


def test_a_unit_of_another_scope_has_no_screen(as_viewer: Client) -> None:
    client = as_viewer(scope=Scope({"warehouse": frozenset({"HAM"})}))

    assert client.get("/huddle/warehouse=HAM").status_code == 200
    assert client.get("/huddle/warehouse=LYS").status_code == 403


def test_a_unit_that_there_is_not_cannot_be_held(served: Served) -> None:
    with pytest.raises(NotFound):
        hold(served.workspace, served.reading(EVERYTHING), "warehouse", "NOWHERE", "somebody")


def test_units_that_skipped_two_huddles_in_a_week_of_crisis_are_listed(meridian: Path, tmp_path: Path) -> None:
    """Lyon met every day of the last whole week, Hamburg on three; Dallas on four."""
    copytree(meridian, tmp_path / "meridian")
    book = tmp_path / "meridian" / "book"
    workspace = open_workspace(book)
    served = Served(workspace)
    today = today_of(served.reading(EVERYTHING))
    monday = today - timedelta(days=today.weekday() + 7)
    (book / "changes" / "CHG-0900.yaml").write_text(
        f"kind: crisis\ntitle: Carriers on strike\nowner: head_of_logistics\nreason: a strike\n"
        f"since: {monday}\nexpires: {monday + 9 * DAY}\n",
        encoding="utf-8",
    )
    for unit, days in (("LYS", range(5)), ("HAM", (0, 2, 4)), ("DAL", range(4))):
        for day in days:
            workspace.journal.record("somebody", HELD, f"warehouse={unit}", {"day": f"{monday + day * DAY}"}, workspace.now())

    one = next(found for found in huddle_units(workspace, Served(workspace).reading(EVERYTHING)) if found.dimension == "warehouse")
    assert one.held is not None
    in_crisis = {each.unit: each.days for each in one.held.skipped if each.monday == monday and each.crisis == "CHG-0900"}
    assert in_crisis == {"HAM": 2, "OSA": 5, "PNQ": 5, "SAO": 5}


def test_a_crisis_of_named_units_is_none_of_the_others(meridian: Path, tmp_path: Path) -> None:
    """Nobody but Lyon met; the strike was in Hamburg alone."""
    workspace, monday = _a_week_before(meridian, tmp_path, "scope: {only: {warehouse: [HAM]}}\n")
    for day in range(5):
        workspace.journal.record("somebody", HELD, "warehouse=LYS", {"day": f"{monday + day * DAY}"}, workspace.now())

    (one,) = huddles(workspace, Served(workspace).reading(EVERYTHING), "warehouse")
    assert {(each.unit, each.crisis) for each in one.skipped if each.monday == monday} == {
        ("HAM", "CHG-0900"), ("DAL", None), ("OSA", None), ("PNQ", None), ("SAO", None),
    }  # fmt: skip
    assert one.skipped[0].unit == "HAM"


def test_to_meet_is_a_promise_by_what_fell_due(meridian: Path, tmp_path: Path) -> None:
    """Of the five days of a week and those since, today apart: Lyon met on each of the five, Hamburg on three of them."""
    workspace, monday = _a_week_before(meridian, tmp_path, "")
    reading = Served(workspace).reading(EVERYTHING)
    today = today_of(reading)
    for unit, days in (("LYS", range(5)), ("HAM", (0, 2, 4))):
        for day in days:
            workspace.journal.record("somebody", HELD, f"warehouse={unit}", {"day": f"{monday + day * DAY}"}, workspace.now())

    (one,) = huddles(workspace, reading, "warehouse")
    weekdays = [at for n in range((today - monday).days + 1) if (at := monday + n * DAY).weekday() < 5]
    over = sum(at < today for at in weekdays)
    by = {each.unit: each for each in one.units}
    assert [(by[unit].rate.kept, by[unit].rate.n) for unit in ("LYS", "HAM", "DAL")] == [(5, over), (3, over), (0, over)]
    assert (one.rate.kept, one.rate.n) == tuple(sum(getattr(each.rate, what) for each in one.units) for what in ("kept", "n"))
    assert [turn.day for turn in by["HAM"].turns] == weekdays[::-1]
    states = {turn.day: turn.state for turn in by["HAM"].turns}
    assert [states[monday + n * DAY] for n in range(5)] == ["kept", "broken", "kept", "broken", "kept"]
    assert states.get(today) in (None, "open")


def test_a_day_is_met_by_the_clock_though_no_build_ran_on_it(meridian: Path, tmp_path: Path) -> None:
    """On a Wednesday after the record ends Lyon meets, of which the screen shows nothing; a build of that Friday tells of it."""
    workspace, _ = _a_week_before(meridian, tmp_path, "")
    reading = Served(workspace).reading(EVERYTHING)
    noon = reading.snapshot.as_of.replace(hour=12)
    wednesday = next(at for n in range(4, 11) if (at := noon + n * DAY).weekday() == 2)
    later = replace(workspace, now=lambda: wednesday - timedelta(hours=5))

    assert hold(later, reading, "warehouse", "LYS", "somebody") == wednesday.date()
    assert hold(later, reading, "warehouse", "LYS", "somebody") == wednesday.date()
    (before,) = huddles(workspace, reading, "warehouse")
    assert (before.rate.n, [unit.turns for unit in before.units]) == (0, [()] * 6)

    (after,) = huddles(workspace, _ending(reading, wednesday + 2 * DAY), "warehouse")
    days = {unit.unit: [(turn.day, turn.state) for turn in unit.turns] for unit in after.units}
    friday, thursday, met = ((wednesday + n * DAY).date() for n in (2, 1, 0))
    assert days["LYS"] == [(friday, "open"), (thursday, "broken"), (met, "kept")]
    assert days["HAM"] == [(friday, "open"), (thursday, "broken"), (met, "broken")]
    assert (after.rate.kept, after.rate.n) == (1, 12)


def test_it_is_a_promise_as_the_others_are_wherever_promises_are_read(meridian: Path, tmp_path: Path) -> None:
    """Eighteen weeks on whose every working day Lyon met, Hamburg on Mondays; counted here by the days alone."""
    workspace, monday = _a_week_before(meridian, tmp_path, "")
    first = monday - 17 * 7 * DAY
    days = [first + n * DAY for n in range(18 * 7) if n % 7 < 5]
    for unit, met in (("LYS", days), ("HAM", days[::5])):
        for day in met:
            workspace.journal.record("somebody", HELD, f"warehouse={unit}", {"day": f"{day}"}, workspace.now())
    today = today_of(Served(workspace).reading(EVERYTHING))
    due = 6 * sum((first + n * DAY).weekday() < 5 for n in range((today - first).days))
    kept, book = len(days) + len(days[::5]), str(workspace.root)

    shown = json.loads(CliRunner().invoke(commands, ["promises", "--json", "--book", book]).stdout)[-1]
    assert (shown["name"], shown["words"], shown["due"]["kept"], shown["due"]["n"]) == (
        "huddle_warehouse", "huddle held: the day of a warehouse", kept, due,
    )  # fmt: skip
    whole = json.loads(CliRunner().invoke(commands, ["promise", "huddle_warehouse", "--json", "--book", book]).stdout)
    assert whole["listed"] == shown
    assert sum(rate["n"] for _, rate in whole["months"]) == due

    days_of = "SELECT unit, count(*) FILTER (state = 'kept'), count(*) FROM huddle WHERE state <> 'open' GROUP BY 1 ORDER BY 1"
    by_unit = ask(workspace, days_of)
    assert [(unit, some) for unit, some, _ in by_unit.rows if some] == [("HAM", 18), ("LYS", 90)]
    assert {n for _, _, n in by_unit.rows} == {due // 6}
    assert ask(workspace, whole["sql"]).rows == [(kept, due)]
    outcomes = ask(workspace, "SELECT count(*) FILTER (fulfilled <= due) FROM outcome_huddle_warehouse").rows
    assert outcomes == [(kept,)]

    everybody = TestClient(web_app(Served(workspace), Known(Viewer("somebody", Role.viewer, EVERYTHING, "en"))))
    assert everybody.get("/api/v1/promises").json()[-1] == shown
    assert everybody.get("/api/v1/promises/huddle_warehouse").json() == whole
    assert everybody.get("/api/v1/promises/huddle_nothing").status_code == 404
    page = text_of(everybody.get("/promises/huddle_warehouse").text)
    assert f"of {due:,}".replace(",", " ") in page.replace(",", " ")
    assert "Whether it met and nobody said so is not known" in page
    assert everybody.get("/promises/huddle_nothing").status_code == 404

    own = TestClient(web_app(Served(workspace), Known(Viewer("somebody", Role.viewer, Scope({"warehouse": frozenset({"HAM"})}), "en"))))
    mine = own.get("/api/v1/promises").json()
    assert all(one["name"] != "huddle_warehouse" or one["due"]["n"] == due // 6 for one in mine)
    assert "LYS" not in own.get("/promises/huddle_warehouse").text


def test_a_build_is_the_same_whatever_huddles_were_held(meridian: Path, tmp_path: Path) -> None:
    workspace, monday = _a_week_before(meridian, tmp_path, "")
    before = build(workspace).snapshot
    workspace.journal.record("somebody", HELD, "warehouse=LYS", {"day": f"{monday}"}, workspace.now())

    assert build(workspace).snapshot == before


def test_the_past_knows_the_huddles_that_were_told_by_then(meridian: Path, tmp_path: Path) -> None:
    workspace, monday = _a_week_before(meridian, tmp_path, "")
    reading = Served(workspace).reading(EVERYTHING)
    told = workspace.now()
    for at, day in ((told, monday), (told + DAY, monday + DAY)):
        workspace.journal.record("somebody", HELD, "warehouse=LYS", {"day": f"{day}"}, at)

    past = replace(reading, known=Past(told, reading.snapshot, reading.rules, 0, None))
    assert [huddles(workspace, one, "warehouse")[0].rate.kept for one in (reading, past)] == [2, 1]


def test_no_other_promise_has_its_name(meridian: Path, tmp_path: Path) -> None:
    workspace, _ = _a_week_before(meridian, tmp_path, "")
    file = workspace.root / "promises" / "other.yaml"
    file.write_text(
        "huddle_warehouse: {subject: order, words: met, anchor: placed, fulfil: {event: delivered}, within: 2d}\n", encoding="utf-8"
    )

    (problem,) = [one for one in lint(open_workspace(workspace.root)) if one.level == "error"]
    assert (f"{problem.file}", problem.line) == ("promises/other.yaml", 1)
    assert "is what the promise to hold a huddle is called" in problem.message


def _ending(reading: Reading, at: datetime) -> Reading:
    """The same reading as if its record went on to an instant."""
    return replace(reading, snapshot=replace(reading.snapshot, as_of=at), context=replace(reading.context, as_of=at))


def test_it_stands_among_the_promises_and_each_reader_sees_their_own(meridian: Path, tmp_path: Path) -> None:
    workspace, monday = _a_week_before(meridian, tmp_path, "")
    client = TestClient(web_app(Served(workspace), Known(Viewer("somebody", Role.viewer, EVERYTHING, "en"))))
    assert "the day of a branch" not in text_of(client.get("/promises").text)
    for unit in ("warehouse=LYS", "branch=JP-01"):
        workspace.journal.record("somebody", HELD, unit, {"day": f"{monday}"}, workspace.now())

    assert "Huddle held: the day of a branch" in text_of(client.get("/promises").text)
    assert "To meet is a promise too." in text_of(client.get("/huddle").text)
    assert re.search(r"met on 1 of \d+ days", text_of(client.get("/huddle/warehouse=LYS").text))
    scope = Scope({"warehouse": frozenset({"HAM", "LYS"})})
    own = TestClient(web_app(Served(workspace), Known(Viewer("somebody", Role.viewer, scope, "en"))))
    (one,) = own.get("/api/v1/huddles?of=warehouse").json()
    assert [each["unit"] for each in one["units"]] == ["HAM", "LYS"]
    assert own.get("/api/v1/huddles", headers={"accept": "text/csv"}).text.startswith(
        "dimension,unit,day,due,fulfilled,state\nwarehouse,HAM,"
    )
    assert own.get("/api/v1/huddles?of=warehous").status_code == 404
    listed = CliRunner().invoke(commands, ["huddles", "warehouse", "--book", str(workspace.root)])
    assert "the day of a warehouse, 08:00 on Mon, Tue, Wed, Thu, Fri" in listed.stdout


def test_how_many_like_it_were_late_is_counted_of_what_the_reader_may_see(served: Served, as_viewer: Client) -> None:
    """Whoever sees all is looked up first, so that what was kept for them would be seen."""
    assert notes(as_viewer(), "LYS") == notes_of(served, EVERYTHING)

    own = Scope({"warehouse": frozenset({"LYS"})})
    assert notes(as_viewer(scope=own), "LYS") == notes_of(served, own) != notes_of(served, EVERYTHING)


def notes(client: TestClient, unit: str) -> dict[tuple[str, str], str]:
    """By order and promise, what its row on the screen says beside it."""
    html = client.get(f"/huddle/warehouse={unit}").text
    block = html[html.index('data-block="promised"') :].split("</section>")[0]
    rows = re.findall(r'<a href="/orders/order/([^"]+)">.*?class="quiet">(.*?)</span>.*?<span class="note[^"]*">(.*?)</span></li>', block)
    return {(id, what): note for id, what, note in rows}


def notes_of(served: Served, scope: Scope) -> dict[tuple[str, str], str]:
    """The same by the counts of a scope, of what is due today."""
    due = screen(served, "LYS").today[:6]
    told = {name: at_risk_in(served.workspace, served.reading(scope), name) for name in {one.promise for one in due}}
    like = {(name, one.id): one.like for name, counted in told.items() for one in counted.open}
    return {(one.id, one.words): like.get((one.promise, one.id), "") for one in due}


def _a_week_before(meridian: Path, tmp_path: Path, scope: str) -> tuple[Workspace, date]:
    """A Meridian of one's own with a crisis in the last whole week, and that week's Monday."""
    copytree(meridian, tmp_path / "meridian")
    book = tmp_path / "meridian" / "book"
    workspace = open_workspace(book)
    today = today_of(Served(workspace).reading(EVERYTHING))
    monday = today - timedelta(days=today.weekday() + 7)
    (book / "changes" / "CHG-0900.yaml").write_text(
        f"kind: crisis\ntitle: Carriers on strike\nowner: head_of_logistics\nreason: a strike\n"
        f"since: {monday}\nexpires: {monday + 9 * DAY}\n{scope}",
        encoding="utf-8",
    )
    return open_workspace(book), monday
