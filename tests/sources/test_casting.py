from __future__ import annotations

import csv
import io
import re
from datetime import date, datetime
from decimal import Decimal
from itertools import product
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.sources.loaded import load
from troth.query import literal_text
from troth.sources.casting import OFFSET, USUAL, text_columns
from troth.stores.lake.engine import DuckEngine


def _cells(
    engine: DuckEngine, folder: Path, texts: list[str], kind: str, *, zone: str = "UTC", more: str = ""
) -> list[tuple[object, str | None]]:
    """What became of each text: the typed value, and the text that was quarantined."""
    stream = io.StringIO(newline="")
    csv.writer(stream).writerows([["id", "v"], *enumerate(texts)])
    mapping = f"{{key: [id], object: {{type: thing, id: [id], attributes: {{v: {{column: v, as: {kind}}}}}}}{more}}}"
    got = load(engine, folder, {"t.csv": stream.getvalue()}, mapping, zone=zone)
    name = got.staged[0].cell("v", kind).name
    return [tuple(row) for row in got.rows(f"SELECT c{name}, b{name} FROM kept_rows ORDER BY CAST(t0 AS INTEGER)")]


def _one(engine: DuckEngine, folder: Path, text: str, kind: str, *, zone: str = "UTC", more: str = "") -> tuple[object, str | None]:
    return _cells(engine, folder, [text], kind, zone=zone, more=more)[0]


@pytest.mark.parametrize(
    ("text", "utc"),
    [
        ("2026-03-05", datetime(2026, 3, 5)),
        ("2026-3-5 7:05", datetime(2026, 3, 5, 7, 5)),
        ("2026-03-05 07:05", datetime(2026, 3, 5, 7, 5)),
        ("2026-03-05T07:05:09.5", datetime(2026, 3, 5, 7, 5, 9, 500_000)),
        (" 2026-03-05 07:05:09 ", datetime(2026, 3, 5, 7, 5, 9)),
        ("2026-03-05T07:05:09Z", datetime(2026, 3, 5, 7, 5, 9)),
        ("2026-03-05T07:05:09+05:30", datetime(2026, 3, 5, 1, 35, 9)),
        ("2026-03-05 07:05:09-0300", datetime(2026, 3, 5, 10, 5, 9)),
        ("2026-03-05 07:05:09 +0100", datetime(2026, 3, 5, 6, 5, 9)),
        ("2026-03-05 07:05:09+14", datetime(2026, 3, 4, 17, 5, 9)),
    ],
)
def test_an_instant_is_read_in_utc(engine: DuckEngine, tmp_path: Path, text: str, utc: datetime) -> None:
    assert _one(engine, tmp_path, text, "instant") == (utc, None)


@pytest.mark.parametrize(
    "text",
    [
        "epoch", "infinity", "-infinity", "today", "now", "2026-02-30", "2026-13-01", "2026-03-05 25:00", "2026-03-05 07:61",
        "1899-12-31", "2200-01-02", "9999-12-31", "0001-01-01", "20260305", "05.03.2026", "2026-03-05 07:05 Europe/Berlin",
        "2026-03-05 07:05 EST", "2026-03-05 07:05 EST5", "2026-03-05 07:05 Etc/GMT2", "2026-03-05 07:05:09+99:99",
        "2026-03-05 07:05:09+25:00", "2026-03-05 10:00 0", "2026-03-05 10:00:0Z", "12:30", "x", "2026-W10-4",
    ],
)  # fmt: skip
def test_what_is_no_instant_is_kept_as_text_that_did_not_fit(engine: DuckEngine, tmp_path: Path, text: str) -> None:
    assert _one(engine, tmp_path, text, "instant") == (None, text)


@pytest.mark.parametrize("kind", ["instant", "day", "number", "money", "bool"])
@pytest.mark.parametrize("text", ["", "  "])
def test_an_empty_cell_is_empty_and_not_wrong(engine: DuckEngine, tmp_path: Path, kind: str, text: str) -> None:
    assert _one(engine, tmp_path, text, kind) == (None, None)


@pytest.mark.parametrize(
    ("local", "utc"),
    [
        ("2026-01-05 12:00", datetime(2026, 1, 5, 11)),
        ("2026-07-05 12:00", datetime(2026, 7, 5, 10)),
        ("2026-03-29 02:30", datetime(2026, 3, 29, 1, 30)),  # in the gap: the offset before it
        ("2026-10-25 02:30", datetime(2026, 10, 25, 0, 30)),  # twice: the first
        ("2026-10-25 03:00", datetime(2026, 10, 25, 2, 0)),
        ("2026-07-05 12:00Z", datetime(2026, 7, 5, 12)),
    ],
)
def test_a_naive_instant_is_on_the_clock_of_the_zone(engine: DuckEngine, tmp_path: Path, local: str, utc: datetime) -> None:
    text = local.replace("Z", ":00Z")

    assert _one(engine, tmp_path, text, "instant", zone="Europe/Berlin") == (utc, None)


@given(
    st.lists(st.datetimes(datetime(1975, 1, 1), datetime(2037, 12, 30)), min_size=1, max_size=30),
    st.sampled_from(["Europe/Berlin", "America/Sao_Paulo", "Australia/Lord_Howe", "Asia/Kathmandu"]),
)
@settings(max_examples=6, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_zones_agree_with_those_of_python(engine: DuckEngine, tmp_path: Path, local: list[datetime], zone: str) -> None:
    said = _cells(engine, tmp_path, [moment.isoformat(sep=" ") for moment in local], "instant", zone=zone)

    expected = [(moment.replace(tzinfo=ZoneInfo(zone)).astimezone(ZoneInfo("UTC")).replace(tzinfo=None), None) for moment in local]
    assert said == expected


@pytest.mark.parametrize(
    ("written", "text", "utc"),
    [
        ("%d.%m.%Y %H:%M", "05.03.2026 07:05", datetime(2026, 3, 5, 6, 5)),
        ("%d/%m/%y", "5/3/26", datetime(2026, 3, 4, 23)),
        ("%Y%m%d%H%M%S", "20260305070509", datetime(2026, 3, 5, 6, 5, 9)),
        ("%Y-%m-%d %H:%M:%S%z", "2026-03-05 07:05:09+0300", datetime(2026, 3, 5, 4, 5, 9)),
        ("%Y-%m-%d %H:%M:%S %Z", "2026-03-05 07:05:09 UTC", datetime(2026, 3, 5, 7, 5, 9)),
    ],
)
def test_a_format_is_read_on_the_zone_unless_it_has_its_own(
    engine: DuckEngine, tmp_path: Path, written: str, text: str, utc: datetime
) -> None:
    more = f", formats: {{v: '{written}'}}"

    assert _one(engine, tmp_path, text, "instant", zone="Europe/Berlin", more=more) == (utc, None)
    assert _one(engine, tmp_path, "2026-03-05 07:05", "instant", more=more) == (None, "2026-03-05 07:05")


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("2026-03-05", date(2026, 3, 5)),
        ("2026-03-05 23:59", date(2026, 3, 5)),
        ("2026-03-05T23:30:00Z", date(2026, 3, 6)),  # on the clock of Berlin
        ("2026-07-05T22:00:00Z", date(2026, 7, 6)),
        ("2026-03-05T00:00:00+01:00", date(2026, 3, 5)),
    ],
)
def test_a_day_is_that_of_the_zone(engine: DuckEngine, tmp_path: Path, text: str, day: date) -> None:
    assert _one(engine, tmp_path, text, "day", zone="Europe/Berlin") == (day, None)


@pytest.mark.parametrize("text", ["2026-02-30", "1899-12-31", "2200-06-01", "infinity", "05.03.2026"])
def test_what_is_no_day_did_not_fit(engine: DuckEngine, tmp_path: Path, text: str) -> None:
    assert _one(engine, tmp_path, text, "day") == (None, text)


@pytest.mark.parametrize(
    ("text", "decimal", "value"),
    [
        ("12", ".", "12"), ("-12.5", ".", "-12.5"), ("+0.0001", ".", "0.0001"), ("12.50000000", ".", "12.5"), ("1e3", ".", "1000"),
        ("99999999999999.9999", ".", "99999999999999.9999"), ("0", ".", "0"), ("1.00005", ".", "1.00005"),
        ("-0.0000000001", ".", "-0.0000000001"),
        ("99999999999999.99999999", ".", "99999999999999.99999999"), ("1e-10", ".", "0.0000000001"), ("0e5", ".", "0"),
        ("12,5", ",", "12.5"), ("1.234,56", ",", "1234.56"), ("1.234.567", ",", "1234567"), ("-1.234,5", ",", "-1234.5"),
        ("12", ",", "12"), ("1,00005", ",", "1.00005"),
    ],
)  # fmt: skip
@pytest.mark.parametrize("kind", ["number", "money"])
def test_a_number_is_exact(engine: DuckEngine, tmp_path: Path, text: str, decimal: str, value: str, kind: str) -> None:
    assert _one(engine, tmp_path, text, kind, more=f", decimal: '{decimal}'") == (Decimal(value), None)


@pytest.mark.parametrize(
    ("text", "decimal"),
    [
        ("1.00000000005", "."), ("1.0000000000001", "."), ("0.00000000004", "."), ("1e-30", "."),
        ("1e-11", "."), ("1.00000000000000000000000001", "."),
        ("1e400", "."), ("1" * 400, "."), ("100000000000000", "."), ("nan", "."), ("inf", "."), ("-Infinity", "."), ("0x10", "."),
        ("1_000", "."), ("1 000", "."), ("1,5", "."), ("1,234.5", "."), ("12.5.1", "."), ("$5", "."), ("--5", "."), ("5 %", "."),
        ("12.50", ","), ("0.5", ","), ("1.23,4", ","), ("1,2,3", ","), ("1,00000000005", ","),
    ],
)  # fmt: skip
def test_a_number_is_never_rounded_or_guessed(engine: DuckEngine, tmp_path: Path, text: str, decimal: str) -> None:
    assert _one(engine, tmp_path, text, "number", more=f", decimal: '{decimal}'") == (None, text)


@given(st.lists(st.decimals(allow_nan=False, allow_infinity=False, places=None), min_size=1, max_size=30))
@settings(max_examples=20, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_number_comes_back_whole_or_not_at_all(engine: DuckEngine, tmp_path: Path, numbers: list[Decimal]) -> None:
    said = _cells(engine, tmp_path, [str(number) for number in numbers], "number")

    for number, (value, bad) in zip(numbers, said, strict=True):
        assert (value, bad) in ((number, None), (None, str(number)))


@pytest.mark.parametrize(
    ("text", "value"),
    [("true", True), ("TRUE", True), ("1", True), ("Ja", True), ("sim", True), ("x", True), ("false", False), ("0", False), ("NÃO", False)],
)
def test_yes_and_no_are_understood(engine: DuckEngine, tmp_path: Path, text: str, value: bool) -> None:  # noqa: FBT001
    assert _one(engine, tmp_path, text, "bool") == (value, None)


@pytest.mark.parametrize("text", ["2", "maybe", "yes!"])
def test_what_is_neither_yes_nor_no_did_not_fit(engine: DuckEngine, tmp_path: Path, text: str) -> None:
    assert _one(engine, tmp_path, text, "bool") == (None, text)


def test_text_is_taken_as_it_stands(engine: DuckEngine, tmp_path: Path) -> None:
    texts = [" a ", "null", "NaN", "it's", '"', "a\nb", "ümläut", "-"]

    assert _cells(engine, tmp_path, texts, "text") == [(text.strip(" "), None) for text in texts]


BLANKS = " \t\n\r\v\f\x00\x1f\x85\xa0\u1680\u2003\u200b\u2028\u202f\u3000\ufeff"


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.one_of(st.none(), st.text(BLANKS + "aäx0/", max_size=5)), min_size=1, max_size=20))
def test_a_text_is_trimmed_as_the_engine_trims_it(engine: DuckEngine, texts: list[str | None]) -> None:
    made = text_columns(0, "v", None, marked=False)[0]
    kept = [text if text is None else text.replace("\x00", "") for text in texts]
    rows = ", ".join(f"({place}, {'NULL' if text is None else literal_text(text)})" for place, text in enumerate(kept))
    found = engine.rows(
        f"SELECT t0, expected FROM (SELECT n, {made}, NULLIF(trim(src.v), '') AS expected FROM (VALUES {rows}) src (n, v)) ORDER BY n"
    )
    assert [one for one, _ in found] == [other for _, other in found]


def test_no_text_that_bears_an_offset_is_like_the_usual_one_that_is_not_looked_at_for_it() -> None:
    parts = (("2026-",), ("1-", "01-"), ("2", "02"), "T ", ("3:", "03:"), ("04",), ("", ":05", ":05.6", ":05.678901"), ("", " "),
             ("Z", "z", "+01", "-14", "+0130", "-01:30"))  # fmt: skip
    texts = ["".join(one) for one in product(*parts)]
    assert all(re.fullmatch(OFFSET, text) for text in texts)
    assert not [text for text in texts if re.fullmatch(USUAL.strip("'").replace("_", "."), text)]
