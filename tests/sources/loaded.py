"""Files written, a mapping in YAML, and what became of both.

got = load(engine, tmp_path, {"orders.csv": "id,placed\\n1,2026-01-05\\n"}, "{key: [id], ...}")
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from unicodedata import category

import yaml

from troth.record import Engine, make_steps
from troth.sources import Balance, Source, Staged, make_facts, make_shared, settle, stage
from troth.sources.personal.vault import Vault
from troth.stores.memory import MemoryVault


@dataclass(frozen=True, slots=True)
class Loaded:
    engine: Engine
    staged: tuple[Staged, ...]
    balances: Mapping[str, Balance]

    def rows(self, sql: str) -> list[tuple[Any, ...]]:
        return self.engine.rows(sql)

    def fates(self, source: str = "rows") -> tuple[int, int, int, int, int]:
        """read, stored, quarantined, duplicate, superseded"""
        b = self.balances[source]
        return b.read, b.stored, b.quarantined, b.duplicate, b.superseded

    def quarantine(self) -> list[tuple[Any, ...]]:
        return self.rows('SELECT source_row, source_column, reason, "value" FROM quarantine ORDER BY ALL')


def trimmed(text: str) -> str | None:
    """A text as the record has it: blanks of every width are cut at its ends, and a blank one is none."""
    return text.strip("".join(sign for sign in text if category(sign) == "Zs")) or None


def source_of(text: str, *, files: Sequence[str] = ("*",)) -> Source:
    data = yaml.safe_load(text)
    return Source.model_validate({"files": list(files), **data})


def write(folder: Path, files: Mapping[str, str | bytes]) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in files.items():
        (folder / name).write_bytes(content.encode() if isinstance(content, str) else content)
    return folder


def load(
    engine: Engine, folder: Path, files: Mapping[str, str | bytes], mapping: str, *, zone: str = "UTC", vault: Vault | None = None
) -> Loaded:
    """All files as one source called `rows`."""
    return load_all(engine, write(folder, files), {"rows": source_of(mapping, files=sorted(files))}, zone=zone, vault=vault)


def load_all(engine: Engine, folder: Path, sources: Mapping[str, Source], *, zone: str = "UTC", vault: Vault | None = None) -> Loaded:
    make_shared(engine)
    vault = vault or MemoryVault()
    staged = tuple(stage(engine, name, source, folder, zone, vault) for name, source in sorted(sources.items()))
    balances = {one.name: settle(engine, one) for one in staged}
    return Loaded(engine, staged, balances)


def record(loaded: Loaded, *, currency: str | None = "EUR") -> Loaded:
    """The record's tables from what was loaded, and its steps."""
    make_facts(loaded.engine, loaded.staged, currency=currency)
    make_steps(loaded.engine)
    return loaded
