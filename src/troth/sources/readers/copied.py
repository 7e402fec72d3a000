"""Rows that a reader wrote to a file of its own, as a table in SQL."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from troth.query import identifier
from troth.sources.readers.named import path_sql
from troth.sources.readers.opened import Asked, Opened, Told

LONGEST_ROW = 8 << 20


@dataclass(frozen=True, slots=True)
class Copied:
    """A CSV file of number, fate, why, places without a value between commas, then a cell for each of `names`.

    kept: places of the columns that are shown. bad: some cell has no usable value. aside: some row has a fate.
    """

    path: Path
    names: tuple[str, ...]
    kept: tuple[int, ...]
    bad: bool
    aside: bool

    def opened(self, asked: Asked, records: int, told: tuple[Told, ...]) -> Opened:
        names = tuple(self.names[c] for c in self.kept)
        row, bad = _free("#row", names), _free("#bad", names)
        chosen = "".join(f"c{c} AS {identifier(self.names[c])}, " for c in self.kept)
        whole = self._relation()
        return Opened(
            asked.address, names, f"(SELECT {chosen}line AS {identifier(row)}, bad AS {identifier(bad)} FROM {whole} WHERE fate IS NULL)",
            records, row=f"src.{identifier(row)}", bad=bad if self.bad else None, places=self.kept,
            fates=f"(SELECT line, fate, why FROM {whole} WHERE fate IS NOT NULL)" if self.aside else None, told=told,
        )  # fmt: skip

    def _relation(self) -> str:
        columns = "".join(f", 'c{n}': 'VARCHAR'" for n in range(len(self.names)))
        return (
            f"read_csv({path_sql(self.path)}, auto_detect=false, header=false, delim=',', quote='\"', escape='\"',"
            f" strict_mode=true, new_line='\\n', max_line_size={2 * LONGEST_ROW},"
            f" columns={{'line': 'BIGINT', 'fate': 'VARCHAR', 'why': 'VARCHAR', 'bad': 'VARCHAR'{columns}}})"
        )


def _free(name: str, taken: tuple[str, ...]) -> str:
    lower = {other.lower() for other in taken}
    while name in lower:
        name += "#"
    return name
