from __future__ import annotations

import subprocess
import sys
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.fuzz.harness import FOUND
from troth.app.bootstrap import open_workspace
from troth.kernel.errors import BadValue, StoreError
from troth.stores.lake.engine import DuckEngine, room

US = "datetime64[us]"


@pytest.mark.parametrize(
    ("array", "type", "values"),
    [
        (np.array([1, 2], dtype="int32"), "INTEGER", [1, 2]),
        (np.array([1, 2], dtype="int64"), "BIGINT", [1, 2]),
        (np.array([True, False]), "BOOLEAN", [True, False]),
        (np.array([1.5, np.nan]), "DOUBLE", [1.5, None]),
        (
            np.array(["2018-01-01T00:00:00.000001", "NaT"], dtype=US),
            "TIMESTAMP",
            [datetime(2018, 1, 1, 0, 0, 0, 1), None],
        ),
        (np.array(["2018-01-01", "NaT"], dtype="datetime64[D]"), "DATE", [date(2018, 1, 1), None]),
        (np.array(["2018-01-01", "NaT"], dtype="datetime64[ns]"), "TIMESTAMP", [datetime(2018, 1, 1), None]),
        (np.array(["a", None], dtype=object), "VARCHAR", ["a", None]),
        (np.array([None, None], dtype=object), "VARCHAR", [None, None]),
        (np.array(["a", "b"]), "VARCHAR", ["a", "b"]),
        (np.ma.array([1, 2], mask=[True, False]), "BIGINT", [None, 2]),
        (
            np.ma.array(np.array([1, 2], dtype=US), mask=[False, True]),
            "TIMESTAMP",
            [datetime(1970, 1, 1, 0, 0, 0, 1), None],
        ),
        (np.ma.array(np.array(["a", "b"], dtype=object), mask=[False, True]), "VARCHAR", ["a", None]),
        (np.ma.array([1, 2]), "BIGINT", [1, 2]),
        (np.arange(2)[::-1], "BIGINT", [1, 0]),
        (np.array([], dtype=object), "VARCHAR", []),
    ],
)
def test_an_array_becomes_a_column(engine: DuckEngine, array: np.ndarray[Any, Any], type: str, values: list[object]) -> None:
    engine.load("loaded", {"at": array})

    assert engine.rows("SELECT * FROM loaded") == [(value,) for value in values]
    assert engine.rows("DESCRIBE loaded")[0][:2] == ("at", type)


def test_a_text_column_may_begin_with_many_missing_cells(engine: DuckEngine) -> None:
    texts = np.empty(200_000, dtype=object)
    texts[-1] = "the only one"

    engine.load("loaded", {"t": texts})

    assert engine.rows("SELECT count(t), max(t) FROM loaded") == [(1, "the only one")]


def test_rows_keep_the_order_of_the_arrays(engine: DuckEngine) -> None:
    engine.load("loaded", {"n": np.arange(500_000)})

    assert engine.rows("SELECT count(*) FROM loaded WHERE n != rowid") == [(0,)]


@pytest.mark.parametrize(
    "columns",
    [{}, {"a": np.arange(1), "b": np.arange(2)}, {"a": np.array([1j])}],
    ids=["none", "lengths", "complex"],
)
def test_what_is_no_table_is_refused(engine: DuckEngine, columns: dict[str, np.ndarray[Any, Any]]) -> None:
    with pytest.raises(StoreError, match="cannot load"):
        engine.load("loaded", columns)


def test_columns_come_as_arrays_masked_where_null(engine: DuckEngine) -> None:
    found = engine.columns("SELECT n, CASE WHEN n = 1 THEN n END AS m FROM range(2) AS made(n)")

    assert found["n"].tolist() == [0, 1]
    assert np.ma.getmaskarray(found["m"]).tolist() == [True, False]


def test_names_are_told_without_running(engine: DuckEngine) -> None:
    assert engine.names("SELECT 1 AS a, error('never run') AS b") == ["a", "b"]


def test_parameters_are_values_not_text(engine: DuckEngine) -> None:
    assert engine.rows("SELECT ?, ?", ["it's", Decimal("1.50")]) == [("it's", Decimal("1.50"))]


def test_a_refused_statement_says_why_and_leaves_the_engine_usable(engine: DuckEngine) -> None:
    with pytest.raises(StoreError, match="no_such_table"):
        engine.rows("SELECT * FROM no_such_table")

    assert engine.rows("SELECT 1") == [(1,)]


def test_an_engine_that_broke_down_begins_anew_and_empty(engine: DuckEngine) -> None:
    engine.run("CREATE TABLE kept AS SELECT 1 AS n")
    damaged = FOUND / "parquet" / "a-page-that-breaks-the-engine"

    with pytest.raises(
        StoreError, match="the engine broke down on a statement; got INTERNAL Error: Information loss on integer cast"
    ) as told:
        engine.rows(f"FROM read_parquet('{damaged}')")

    assert "Stack Trace" not in str(told.value)
    assert engine.rows("SELECT current_setting('TimeZone'), (SELECT count(*) FROM duckdb_tables())") == [("UTC", 0)]


def test_local_variables_are_not_tables(engine: DuckEngine) -> None:
    lookalike = np.arange(3)

    with pytest.raises(StoreError, match="lookalike"):
        engine.rows("SELECT * FROM lookalike")
    assert lookalike.size == 3


def test_the_session_is_in_utc_on_every_cursor(engine: DuckEngine) -> None:
    assert engine.rows("SELECT current_setting('TimeZone')") == [("UTC",)]


def test_extensions_are_not_fetched(engine: DuckEngine) -> None:
    asked = ("autoinstall_known_extensions", "autoload_known_extensions")

    assert engine.rows("SELECT DISTINCT value FROM duckdb_settings() WHERE name IN (?, ?)", asked) == [("false",)]


def test_too_little_memory_without_a_place_to_spill_is_said() -> None:
    with DuckEngine(threads=1, memory_limit="16MB") as small, pytest.raises(StoreError, match="memory"):
        small.run("CREATE TABLE large AS SELECT hash(n) AS h FROM range(20_000_000) AS made(n)")


def test_what_does_not_fit_is_spilled(tmp_path: Path) -> None:
    with DuckEngine(threads=1, memory_limit="48MB", spill=tmp_path / "spill") as small:
        small.run("CREATE TABLE large AS SELECT hash(n) AS h FROM range(12_000_000) AS made(n)")

        assert small.rows("SELECT count(*) FROM large") == [(12_000_000,)]
        assert any((tmp_path / "spill").iterdir())


@pytest.mark.parametrize(
    ("said", "limit"),
    [({}, "3GB"), ({"TROTH_MEMORY": " "}, "3GB"), ({"TROTH_MEMORY": " 2500mb"}, "2500MB"), ({"TROTH_MEMORY": "12GB"}, "12GB")],
)
def test_the_environment_says_how_much_may_be_filled(said: dict[str, str], limit: str) -> None:
    assert room(said) == limit


@pytest.mark.parametrize("said", ["8", "8 GB", "-1GB", "0GB", "999MB", "1e3GB", "half", "80%"])
def test_what_is_no_such_amount_is_refused(said: str) -> None:
    with pytest.raises(BadValue, match="TROTH_MEMORY") as refused:
        room({"TROTH_MEMORY": said})

    assert (refused.value.got, refused.value.allowed) == (f"'{said}'", "1GB or more, as 8GB or 2500MB")


def test_the_engines_of_a_workspace_fill_no_more(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "troth.yaml").write_text("name: small\n", encoding="utf-8")
    monkeypatch.setenv("TROTH_MEMORY", "2000MB")
    workspace = open_workspace(tmp_path)

    with workspace.building() as built:
        limits = [engine.rows("SELECT current_setting('memory_limit')") for engine in (workspace.engine(), built)]

    assert limits == [[("1.8 GiB",)]] * 2


def test_arrays_load_without_pandas_or_pyarrow() -> None:
    code = (
        "import sys; sys.modules['pandas'] = sys.modules['pyarrow'] = None\n"
        "import numpy as np; from troth.stores.lake.engine import DuckEngine\n"
        "e = DuckEngine(threads=1); e.load('t', {'a': np.array(['x', None], dtype=object), 'b': np.arange(2)})\n"
        "print(e.rows('SELECT * FROM t'), len(e.columns('SELECT * FROM t')))"
    )

    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert done.stdout.strip() == "[('x', 0), (None, 1)] 2"
