"""Intakes without a lake: files as they came, one after the other, and what stands of them.

taken = Taken(engine, tmp_path, "{key: [id], ...}")
taken.intake({"a.csv": [("A", "1")]})
taken.standing()  # {"A": "1"}
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path

from tests.sources.loaded import source_of
from troth.record import Engine, Load
from troth.sources import Balance, Staged, make_shared, settle
from troth.sources.intake.arrivals import arrivals, concerning, digest_of
from troth.sources.intake.standing import stage_loads
from troth.sources.intake.taking import Stored, take
from troth.sources.personal.vault import Vault
from troth.stores.memory import MemoryVault

START = datetime(2026, 3, 1, 6)
Rows = Sequence[tuple[str, ...]]


def csv(rows: Rows, header: str = "id,value") -> str:
    return "\n".join([header, *(",".join(row) for row in rows)]) + "\n"


@dataclass
class Taken:
    engine: Engine
    folder: Path
    mapping: str
    files: tuple[str, ...] = ("*.csv",)
    known: list[Stored] = field(default_factory=list)
    vault: Vault = field(default_factory=MemoryVault)

    def intake(self, files: Mapping[str, Rows | str], *, full: bool = False) -> list[Load]:
        """The folder holds these files and no other; what arrived is taken in, an hour after the last."""
        self.folder.mkdir(parents=True, exist_ok=True)
        for old in self.folder.iterdir():
            old.unlink()
        for name, rows in files.items():
            (self.folder / name).write_text(rows if isinstance(rows, str) else csv(rows), encoding="utf-8")
        source = source_of(self.mapping, files=self.files)
        seq = max((one.load.seq for one in self.known), default=0) + 1
        before = concerning("rows", source, self.folder, [one.load for one in self.known])
        taken = []
        for number, arrival in enumerate(arrivals(source, self.folder, before, digest_of, full=full)):
            mine = [one for one in self.known if one.load.place == arrival.place]
            load = take(self.engine, "rows", source, arrival, mine, self.vault, seq=seq, known_from=START + timedelta(hours=seq))
            names = {kind: f"kept_{kind}_{seq}_{number}" for kind in ("rows", "gone", "aside")}
            for kind, name in names.items():
                self.engine.run(f"DROP TABLE IF EXISTS {name}")
                self.engine.run(f"ALTER TABLE {kind}_rows RENAME TO {name}")
            there = {kind: name if self.engine.rows(f"SELECT 1 FROM {name} LIMIT 1") else None for kind, name in names.items()}
            self.known.append(Stored(load, there["rows"], there["gone"], there["aside"]))
            taken.append(load)
        return taken

    def settled(self, upto: int | None = None, mapping: str | None = None) -> tuple[Staged, Balance]:
        """upto: what was known after the intake of that number."""
        source = source_of(mapping or self.mapping, files=self.files)
        make_shared(self.engine)
        known = [one for one in self.known if upto is None or one.load.seq <= upto]
        staged = stage_loads(self.engine, "rows", source, "UTC", known)
        return staged, settle(self.engine, staged)

    def standing(self, upto: int | None = None) -> dict[str, str]:
        """id -> value of the rows that count; a source without a key gives each row once."""
        staged, _ = self.settled(upto)
        id, value = staged.texts["id"], staged.texts["value"]
        return {str(i): str(v) for i, v in self.engine.rows(f"SELECT t{id}, t{value} FROM kept_rows ORDER BY ALL")}

    def balance(self, upto: int | None = None) -> Balance:
        """Whole or not at all: `settle` proves it, and it is proved again here."""
        _, balance = self.settled(upto)
        assert balance.read == balance.accounted
        return balance

    def again(self, folder: Path) -> Taken:
        return replace(self, folder=folder, known=[])
