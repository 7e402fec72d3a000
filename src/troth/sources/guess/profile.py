"""One look at every file: rows, blanks, distinct values, and what kind of values each column holds."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Literal, TypeVar

from troth.query import identifier
from troth.record import Engine
from troth.sources.address import Address
from troth.sources.casting import EARLIEST, LATEST, Cell, parsed_columns
from troth.sources.guess import times
from troth.sources.readers import Told, opened

Kind = Literal["blank", "instant", "number", "text"]
SAMPLED_ABOVE = 200_000
MOST_COLUMNS = 300
SAMPLE = 240
VOCABULARY = 60
AT_ONCE = 32
Item = TypeVar("Item")
_NUMBER = re.compile(r"[+-]?\d{1,17}(\.\d+)?|\d{1,17}(\.\d+)?-")
_COMMA = re.compile(r"[+-]?(\d{1,3}(\.\d{3})+|\d+)(,\d+)?-?")
# Decimal mark, mark of thousands, how all values look, and what one must look like to prove it: 1,234 alone might be 1.234.
_GROUPED = tuple(
    (decimal, thousands, re.compile(rf"[+-]?(\d{{1,3}}([{marks}]\d{{3}})+|\d+)([{decimal}]\d+)?-?"), re.compile(proof))
    for decimal, thousands, marks, proof in (
        (".", ",", ",", r"\d,\d{3}[.,]\d"),
        (",", " ", " \u00a0\u202f\u2009", r"\d[ \u00a0\u202f\u2009]\d{3}(?!\d)"),
        (".", " ", " \u00a0\u202f\u2009", r"\d[ \u00a0\u202f\u2009]\d{3}(?!\d)"),
        (".", "'", "'\u2019", r"\d['\u2019]\d{3}(?!\d)"),
        (",", "'", "'\u2019", r"\d['\u2019]\d{3}(?!\d)"),
    )
)
_PADDED = re.compile(r"0\d+")
_ZEROS = ("00000000", "00.00.0000", "0000-00-00", "0000-00-00 00:00:00")
NULL_WORDS = frozenset(("null", "n/a", "na", "none", "nan", "nat", "-", "?", "\\n", *_ZEROS))


@dataclass(frozen=True, slots=True)
class Column:
    """A column as it was seen. distinct: exact in files of up to 200,000 rows, else of a sample.

    format: strptime where an instant is not ISO 8601. midnight: instants at 00:00. clocks: distinct times of day.
    either_way: day and month cannot be told apart. decimal: ',' where the numbers prove it; thousands likewise.
    """

    position: int
    name: str
    kind: Kind
    filled: int
    distinct: int
    shortest: int
    longest: int
    sample: tuple[str, ...]
    vocabulary: tuple[tuple[str, int], ...] = ()
    format: str | None = None
    either_way: bool = False
    read: int = 0
    zoned: int = 0
    midnight: int = 0
    clocks: int = 0
    first: datetime | None = None
    last: datetime | None = None
    decimal: str = "."
    thousands: str | None = None
    whole: bool = False
    low: float = 0.0
    high: float = 0.0

    @property
    def is_day(self) -> bool:
        """Every instant stands at one time of day, or nearly every one at midnight."""
        return self.kind == "instant" and self.read > 0 and self.midnight >= 0.98 * self.read

    @property
    def is_round(self) -> bool:
        return self.is_day or (self.kind == "instant" and self.read >= 20 and self.clocks <= max(2, self.read // 50))


@dataclass(frozen=True, slots=True)
class Table:
    """A file, or several of one header, in the engine as table `guess_<number>`: texts t0, t1, …, and the instants among them as i<n>.

    looked: rows that the counts of columns were made on, fewer than `rows` in a large file. told: how the first file is written.
    """

    number: int
    paths: tuple[Address, ...]
    name: str
    rows: int
    looked: int
    columns: tuple[Column, ...]
    told: tuple[Told, ...] = ()

    @property
    def path(self) -> Address:
        return self.paths[0]

    @property
    def files(self) -> list[str]:
        return [p.name for p in self.paths]

    @property
    def sql(self) -> str:
        return f"guess_{self.number}"

    @property
    def instants(self) -> tuple[Column, ...]:
        return tuple(c for c in self.columns if c.kind == "instant")

    def column(self, name: str) -> Column:
        return next(c for c in self.columns if c.name == name)


def open_table(engine: Engine, paths: Sequence[Address], number: int, name: str) -> Table:
    """Load files of one header as text and profile it. Raises SourceError or the engine's own error for a file that cannot be read."""
    with ExitStack() as held:
        found = [held.enter_context(opened(engine, path, f"guess_{number}_{n}", counted=False)) for n, path in enumerate(paths)]
        names = found[0].columns[:MOST_COLUMNS]
        relation = "(" + " UNION ALL ".join(f"SELECT {', '.join(map(identifier, names))} FROM {table.relation}" for table in found) + ")"
        texts = ", ".join(f"NULLIF(trim({identifier(n)}), '') AS t{i}" for i, n in enumerate(names))
        engine.run(f"CREATE OR REPLACE TABLE seen_{number} AS SELECT {texts} FROM {relation}")
    rows = int(engine.rows(f"SELECT count(*) FROM seen_{number}")[0][0])
    some = f"seen_{number}" + (f" WHERE rowid % {rows // SAMPLED_ABOVE + 1} = 0" if rows > SAMPLED_ABOVE else "")
    looked = int(engine.rows(f"SELECT count(*) FROM {some}")[0][0])
    columns = [_decided(c) for c in _columns(engine, names, some)] if rows else [_empty(i, n) for i, n in enumerate(names)]
    columns = _timed(engine, columns, number, some)
    columns = _worded(engine, columns, number)
    return Table(number, tuple(paths), name, rows, looked, tuple(columns), found[0].told)


def close_table(engine: Engine, number: int, files: int) -> None:
    """Drop what `open_table` and the timelines left in the engine, also after a failure."""
    rejected = [f"{kind}_guess_{number}_{n}" for kind in ("rejects", "scans") for n in range(files)]
    for table in (f"seen_{number}", f"guess_{number}", f"timeline_{number}", *rejected):
        engine.run(f"DROP TABLE IF EXISTS {table}")


def _empty(position: int, name: str) -> Column:
    return Column(position, name, "blank", 0, 0, 0, 0, ())


def _columns(engine: Engine, names: Sequence[str], some: str) -> list[Column]:
    columns = []
    for batch in _batches(list(enumerate(names))):
        wanted = ", ".join(
            f"count(t{i}), count(DISTINCT t{i}), min(length(t{i})), max(length(t{i})), arg_min(t{i}, hash(rowid), {SAMPLE})"
            for i, _ in batch
        )
        found = engine.rows(f"SELECT {wanted} FROM {some}")[0]
        for k, (i, name) in enumerate(batch):
            filled, distinct, shortest, longest, sample = found[5 * k : 5 * k + 5]
            kind: Kind = "text" if filled else "blank"
            columns.append(Column(i, name, kind, filled, distinct, shortest or 0, longest or 0, tuple(sample or ())))
    return columns


def _batches(items: Sequence[Item]) -> Iterator[Sequence[Item]]:
    """Each counting of distinct values takes megabytes, however few the rows: hundreds at once do not fit."""
    for first in range(0, len(items), AT_ONCE):
        yield items[first : first + AT_ONCE]


def _decided(column: Column) -> Column:
    """Number, text, or perhaps an instant (then `format` is open until all values were read)."""
    sample = [v for v in column.sample if v.lower() not in NULL_WORDS]
    if not sample:
        return column
    if times.writing(sample):
        return replace(column, kind="instant")
    plain = sum(bool(_NUMBER.fullmatch(v)) for v in sample)
    comma = sum(bool(_COMMA.fullmatch(v)) for v in sample)
    if sum(bool(_PADDED.fullmatch(v)) for v in sample) > len(sample) // 20:
        return column
    if plain >= 0.97 * len(sample):
        values = [_float(v) for v in sample if _NUMBER.fullmatch(v)]
        return replace(
            column,
            kind="number",
            whole=all(v == int(v) for v in values) and not any("." in v for v in sample),
            low=min(values),
            high=max(values),
        )
    for decimal, thousands, looks, proof in _GROUPED:
        found = [v for v in sample if looks.fullmatch(v)]
        if len(found) >= 0.97 * len(sample) and any(proof.search(v) for v in found):
            plain_ = [_float(re.sub(r"[^\d.+-]", "", v.replace(",", "." if decimal == "," else ""))) for v in found]
            return replace(column, kind="number", decimal=decimal, thousands=thousands, low=min(plain_), high=max(plain_))
    if comma >= 0.97 * len(sample):
        values = [_float(v.replace(".", "").replace(",", ".")) for v in sample if _COMMA.fullmatch(v)]
        return replace(column, kind="number", decimal=",", low=min(values), high=max(values))
    return column


def _float(text: str) -> float:
    return -float(text[:-1]) if text.endswith("-") else float(text)


def _timed(engine: Engine, columns: list[Column], number: int, some: str) -> list[Column]:
    """Read every candidate in every format that it may have, and keep the one that reads most."""
    open_ = {c.position: way.formats for c in columns if c.kind == "instant" and (way := times.writing(_values(c)))}
    reads = [(p, n, f) for p, formats in open_.items() for n, f in enumerate(formats)]
    typed = "".join(f", {_instant(p, f)} AS i{p}_{n}" for p, n, f in reads)
    engine.run(f"CREATE OR REPLACE TABLE guess_{number} AS SELECT *{typed} FROM seen_{number}")
    engine.run(f"DROP TABLE seen_{number}")
    if not reads:
        return columns
    seen: dict[int, list[tuple[Any, ...]]] = {}
    for batch in _batches(reads):
        wanted = ", ".join(
            f"count(i{p}_{n}), count(*) FILTER (i{p}_{n}::TIME = TIME '00:00:00'), count(DISTINCT i{p}_{n}::TIME),"
            f" min(i{p}_{n}), max(i{p}_{n}),"
            f" count(*) FILTER (length(t{p}) > 16 AND regexp_matches(t{p}, '(Z|z|[+-]\\d\\d:?\\d?\\d?)$'))"
            for p, n, _ in batch
        )
        found = engine.rows(f"SELECT {wanted} FROM {some.replace('seen_', 'guess_')}")[0]
        for k, (p, _, f) in enumerate(batch):
            seen.setdefault(p, []).append((f, *found[6 * k : 6 * k + 6]))
    best = _best_ways(seen)
    for p, n, _ in reads:
        change = f"RENAME COLUMN i{p}_{n} TO i{p}" if n == best[p] else f"DROP COLUMN i{p}_{n}"
        engine.run(f"ALTER TABLE guess_{number} {change}")
    return [_read(c, seen[c.position], best[c.position]) if c.position in seen else c for c in columns]


def _values(column: Column) -> list[str]:
    return [v for v in column.sample if v.lower() not in NULL_WORDS]


def _best_ways(seen: Mapping[int, Sequence[tuple[Any, ...]]]) -> dict[int, int]:
    """The format that reads most of each column; where two tie, the order of day and month that other columns prove.

    Twelve-hour clocks speak for the month first, else the day is first.
    """
    best = {p: max(range(len(ways)), key=lambda n: (ways[n][1], -n)) for p, ways in seen.items()}
    tied = {p for p, ways in seen.items() if sum(w[1] == ways[best[p]][1] for w in ways) > 1}
    settled = [str(ways[best[p]][0]) for p, ways in seen.items() if p not in tied]
    proven = {written[:2] for written in settled if written[2:3] in ("/", "-")}
    for p in tied:
        first = "%m" if proven == {"%m"} or (not proven and "%p" in str(seen[p][0][0])) else "%d"
        best[p] = next((n for n, way in enumerate(seen[p]) if str(way[0]).startswith(first)), best[p])
    return best


def _read(column: Column, ways: Sequence[tuple[Any, ...]], best: int) -> Column:
    written, read, midnight, clocks, first, last, zoned = ways[best]
    if read < times.NEEDED * 0.5 * column.filled:
        return replace(column, kind="text")
    tied = sum(way[1] == read for way in ways) > 1
    return replace(
        column, format=written, either_way=tied, read=read, midnight=midnight, clocks=clocks, zoned=zoned, first=first, last=last
    )  # fmt: skip


def _instant(position: int, written: str | None) -> str:
    """The instant as the build will read it, a naive one as UTC."""
    cell = Cell(position, "", "instant", written)
    wall, absolute = (sql.rpartition(" AS ")[0] for sql in parsed_columns(cell))
    value = f"coalesce({absolute}, {wall})"
    return f"CASE WHEN {value} BETWEEN TIMESTAMP '{EARLIEST}' AND TIMESTAMP '{LATEST}' THEN {value} END"


def _worded(engine: Engine, columns: list[Column], number: int) -> list[Column]:
    """The whole vocabulary of columns with few values, the most frequent first."""
    few = [c for c in columns if c.kind in ("text", "number") and 0 < c.distinct <= VOCABULARY and c.longest <= 60]
    if not few:
        return columns
    words: dict[int, tuple[tuple[str, int], ...]] = {}
    for batch in _batches(few):
        found = engine.rows("SELECT " + ", ".join(f"histogram(t{c.position})" for c in batch) + f" FROM guess_{number}")[0]
        for c, counts in zip(batch, found, strict=True):
            words[c.position] = tuple(sorted(((str(k), int(v)) for k, v in counts.items()), key=lambda item: (-item[1], item[0])))
    return [replace(c, vocabulary=words[c.position]) if c.position in words else c for c in columns]
