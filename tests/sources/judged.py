"""Files and a mapping with a contract, staged, judged and settled as a build does it.

got = judged(engine, tmp_path, {"orders.csv": "id,amount\\n1,5\\n"}, "{columns: {amount: {type: money, between: [0, 9]}}}")
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.sources.loaded import write
from troth.book.parsing import parsed
from troth.record import Engine
from troth.sources import Balance, Source, Staged, make_shared, settle, stage
from troth.sources.contracts.checks import Verdict
from troth.sources.contracts.judging import Judged, judge, quarantine_columns
from troth.sources.contracts.schema import Columns

ORDERS = """
key: [id]
object: {type: order, id: [id], attributes: {amount: {column: amount, as: money}, due: {column: due, as: day}, state: {column: state}}}
events: [{type: placed, at: placed}]
owner: sales
steward: data_desk
"""


@dataclass(frozen=True, slots=True)
class Got:
    engine: Engine
    staged: Staged
    judged: Judged
    balance: Balance

    def failed(self) -> dict[str, tuple[int, int]]:
        """Checks that failed: how many of how many rows."""
        return {f"{v.column}: {v.check}" if v.column else v.check: (v.failed, v.of) for v in self.judged.verdicts if not v.kept}

    def verdict(self, check: str) -> Verdict:
        return next(v for v in self.judged.verdicts if v.check == check)

    def quarantine(self) -> list[tuple[Any, ...]]:
        return self.engine.rows('SELECT source_row, source_column, reason, whole_row, "value" FROM quarantine ORDER BY ALL')

    def changes(self) -> list[tuple[str, str, bool]]:
        return [(c.column, c.says, c.narrows) for c in self.judged.changes]


def written_source(text: str, *, files: Sequence[str] = ("*",)) -> Source:
    """A source read as the book reads it: days are texts."""
    data, mistakes = parsed(text)
    assert mistakes == []
    return Source.model_validate({"files": list(files), **data})


def judged(
    engine: Engine, folder: Path, files: Mapping[str, str], contract: str = "", *,
    mapping: str = ORDERS, before: Columns | None = None, zone: str = "UTC",
) -> Got:  # fmt: skip
    """All files as one source called `rows`. before: the columns of an earlier look."""
    for stale in folder.glob("*.csv"):
        stale.unlink()
    source = written_source(mapping + (f"contract: {contract}\n" if contract else ""), files=sorted(files))
    make_shared(engine)
    staged, said = judge(engine, stage(engine, "rows", source, write(folder, files), zone), zone, before)
    balance = settle(engine, staged)
    quarantine_columns(engine, said)
    return Got(engine, staged, said, balance)
