"""What follows from the facts alone: steps, sampling strata, and the instant up to which the record speaks."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from troth.kernel.errors import BookError, nearest
from troth.record.ports import Engine


def make_steps(engine: Engine) -> None:
    """step: each event of an object with its place in the row, the activity before it and the microseconds since."""
    line = "OVER (PARTITION BY object_type, object ORDER BY occurred, type, source, source_row)"
    engine.run(
        "CREATE OR REPLACE TABLE step AS SELECT month, object_type, object,"
        f" CAST(row_number() {line} AS INTEGER) AS ordinal, type, occurred, lag(type) {line} AS before,"
        f" epoch_us(occurred) - epoch_us(lag(occurred) {line}) AS since_us FROM event ORDER BY object_type, month, object, ordinal"
    )


def make_strata(engine: Engine, populations: Mapping[str, Mapping[str, int]]) -> None:
    """stratum: rows seen and how many there are in truth; a stratum without a declared population is complete.

    populations: object type -> stratum -> population, of types that are samples.
    Raises BookError for a population smaller than the rows seen, or of a stratum that no row has.
    """
    engine.run("CREATE OR REPLACE TABLE stratum (object_type VARCHAR, stratum VARCHAR, seen BIGINT, population BIGINT, declared BOOLEAN)")
    for type, declared in sorted(populations.items()):
        present = {row[0] for row in engine.rows(f"SELECT DISTINCT stratum FROM object_{type} WHERE stratum IS NOT NULL")}
        for name in sorted(set(declared) - present):
            raise BookError(
                f"sample of '{type}': no row of '{name}'", got=f"a declared population of {declared[name]}", allowed=nearest(name, present),
                next_step="Mend `population:` of the source's sample.",
            )  # fmt: skip
        for stratum, seen in engine.rows(
            f"SELECT stratum, count(*) FROM object_{type} WHERE stratum IS NOT NULL GROUP BY stratum ORDER BY stratum"
        ):
            population = declared.get(stratum, seen)
            if population < seen:
                raise BookError(
                    f"sample of '{type}': more rows than are declared for '{stratum}'", got=seen, allowed=f"at most {population}",
                    next_step="Mend `population:` of the source's sample.",
                )  # fmt: skip
            engine.run("INSERT INTO stratum VALUES (?, ?, ?, ?, ?)", (type, stratum, seen, population, stratum in declared))


def as_of(engine: Engine) -> datetime | None:
    """The last observed event: never a promised or planned date, since those are no events."""
    found = engine.rows("SELECT max(occurred) FROM event")[0][0]
    return found if isinstance(found, datetime) else None
