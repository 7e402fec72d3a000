"""Sums of metrics by day, kept beside the lake: a Parquet file each, and beside it what it holds. Any hand may remove them."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from troth.kernel import digest
from troth.kernel.errors import StoreError
from troth.metrics.ports import Rolled
from troth.record import Column, Engine
from troth.stores.lake.engine import literal, quoted
from troth.stores.lake.parquet import FORMAT, content_of, schema_of

LEAST = 200_000
WIDE = re.compile(r"DECIMAL\(38,(\d+)\)")


@dataclass(frozen=True, slots=True)
class KeptSums:
    """Implements `metrics.ports.Rollups`. root: the folder. snapshot: id of the one. published: ids that the manifest has, with instants.

    version: of what asks and keeps. A file counts only if its bytes are those that were written. Sums of snapshots that the manifest no
    longer has go when others are kept, and are not kept themselves: a process that has one open yet may not bring back what was removed.
    """

    root: Path
    snapshot: str
    published: Callable[[], Sequence[tuple[str, datetime]]]
    least: int = LEAST
    version: str = ""

    def kept(self, rows: str) -> list[Rolled]:
        mine = (self.snapshot, self.version, rows)
        return [_rolled(said) for _, said in self._told() if (said["snapshot"], said["version"], said["rows"]) == mine]

    def source(self, rolled: Rolled) -> str | None:
        path = self.root / f"{self._name(rolled)}.parquet"
        with suppress(OSError, StoreError, ValueError, KeyError):
            said = json.loads(path.with_suffix(".json").read_bytes())
            if content_of(path) == said["sha256"]:
                cells = ", ".join(f"CAST({quoted(name)} AS {type}) AS {quoted(name)}" for name, type in said["types"].items())
                return f"(SELECT {cells} FROM read_parquet({literal(path.as_posix())}))"
        return None

    def keep(self, engine: Engine, table: str, rolled: Rolled) -> None:
        target = self.root / f"{self._name(rolled)}.parquet"
        draft = target.with_suffix(".draft")
        columns = schema_of(engine, table)
        with suppress(OSError, StoreError):  # an answer does not need it
            cells = ", ".join(f"CAST({quoted(name)} AS {type}) AS {quoted(name)}" for name, type in _stored(engine, table, columns))
            self.root.mkdir(parents=True, exist_ok=True)
            engine.rows(f"COPY (SELECT {cells} FROM {quoted(table)}) TO {literal(draft.as_posix())} ({FORMAT})")
            said = {
                "snapshot": self.snapshot,
                "version": self.version,
                "rows": rolled.rows,
                "slices": dict(rolled.slices),
                "sums": dict(rolled.sums),
                "count": rolled.count,
                "sha256": content_of(draft),
                "types": {one.name: one.type for one in columns},
            }
            draft.replace(target)
            draft.write_text(json.dumps(said), encoding="utf-8")
            draft.replace(target.with_suffix(".json"))
            self._sweep()

    def _sweep(self) -> None:
        known = {id for id, _ in self.published()}
        for path, said in self._told():
            if said["snapshot"] not in known:
                path.unlink(missing_ok=True)
                path.with_suffix(".parquet").unlink(missing_ok=True)

    def _told(self) -> Iterator[tuple[Path, dict[str, Any]]]:
        for path in sorted(self.root.glob("*.json")):
            with suppress(OSError, ValueError, KeyError):
                said = json.loads(path.read_bytes())
                yield path, {key: said[key] for key in ("snapshot", "version", "rows", "slices", "sums", "count")}

    def _name(self, rolled: Rolled) -> str:
        return digest.of_value([self.snapshot, self.version, rolled.rows, dict(rolled.slices), sorted(rolled.sums)])[:24]


def _stored(engine: Engine, table: str, columns: Sequence[Column]) -> list[tuple[str, str]]:
    """Names and types that give each value back: numbers of 128 bits as 64 where all fit, which is read four times as quickly.

    Parquet has no whole number of 128 bits; DuckDB would write it as floating point.
    """
    wide = {one.name: WIDE.fullmatch("DECIMAL(38,0)" if one.type == "HUGEINT" else one.type) for one in columns}
    scales = {name: int(found[1]) for name, found in wide.items() if found}
    if not scales:
        return [(one.name, one.type) for one in columns]
    fit = ", ".join(f"coalesce(max(abs({quoted(name)})) < 1e{18 - scale}::DECIMAL(38,0), TRUE)" for name, scale in scales.items())
    fits = dict(zip(scales, engine.rows(f"SELECT {fit} FROM {quoted(table)}")[0], strict=True))
    stored = {name: f"DECIMAL({18 if fits[name] else 38},{scale})" for name, scale in scales.items()}
    return [(one.name, stored.get(one.name, one.type)) for one in columns]


def _rolled(said: dict[str, Any]) -> Rolled:
    return Rolled(said["rows"], said["slices"], said["sums"], said["count"])
