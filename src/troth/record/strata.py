"""Sampling strata: how many are in the file and how many there are, so that a sample is scaled up by what its source declared."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from troth.query import literal_text
from troth.record.ports import Engine


@dataclass(frozen=True, slots=True)
class Stratum:
    """seen, population: rows in the file and in truth; the same where nothing was declared."""

    name: str | None
    seen: int
    population: int

    @property
    def weight(self) -> Fraction:
        return Fraction(self.population, self.seen) if self.seen else Fraction(1)


def strata_of(engine: Engine, type: str) -> dict[str | None, Stratum]:
    """Every stratum of an object type; objects in no declared one are complete and stand under None."""
    rows = engine.rows("SELECT stratum, seen, population FROM stratum WHERE object_type = ? ORDER BY stratum", (type,))
    known: dict[str | None, Stratum] = {name: Stratum(name, int(seen), int(population)) for name, seen, population in rows}
    named = ", ".join(literal_text(str(name)) for name in known) or "''"
    others = engine.rows(f"SELECT stratum, count(*) FROM object_{type} WHERE stratum IS NULL OR stratum NOT IN ({named}) GROUP BY 1")
    return known | {name: Stratum(name, int(count), int(count)) for name, count in others}
