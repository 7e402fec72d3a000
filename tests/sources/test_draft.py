"""A drafted contract looks at a part of the values, and is judged on all of them before it is shown."""

from __future__ import annotations

from pathlib import Path

from tests.sources.judged import written_source
from tests.sources.loaded import write
from troth.record import Engine
from troth.sources.guess.contract import draft_contract

COLUMNS = ("a", "b", "c", "d", "e", "f")
ATTRIBUTES = ", ".join(f"{c}: {{column: {c}}}" for c in COLUMNS)
MAPPING = f"key: [id]\nobject: {{type: order, id: [id], attributes: {{{ATTRIBUTES}}}}}\n"


def test_a_form_that_one_value_of_many_breaks_is_not_proposed(engine: Engine, tmp_path: Path) -> None:
    lines = [",".join([f"{n:04d}", *(f"{c.upper()}-{n:04d}" for c in COLUMNS)]) for n in range(900)]
    for at, column in enumerate(COLUMNS[:5]):
        lines[at] = lines[at].replace(f"{column.upper()}-{at:04d}", "none")
    folder = write(tmp_path, {"a.csv": f"id,{','.join(COLUMNS)}\n" + "\n".join(lines) + "\n"})

    drafted, _ = draft_contract(engine, "rows", written_source(MAPPING, files=["a.csv"]), folder, "UTC")

    assert {line.path[1] for line in drafted if line.path[-1] == "matches"} == {"id", "f"}
