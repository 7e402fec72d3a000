"""Leaders of units calibrated by global measures and regional feedback, as the book weighs them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import numpy as np

from troth.app.answers.charts import SEED
from troth.app.answers.units import SideBySide, UnitsTold, compare_units
from troth.app.reading import Reading
from troth.kernel.errors import CannotEstimate, NotFound, nearest
from troth.kernel.instant import DAY_US
from troth.kernel.refusal import Refusal, refuse
from troth.metrics.calibrating import CALIBRATIONS, Calibration, Measured, Placed, Weighed, placed
from troth.sources.contracts.contract import microseconds


@dataclass(frozen=True, slots=True)
class Item:
    """A measure with what it weighs. part: global or regional. share: of the whole. told: units of which it says something; without: units
    of too few peers, or none of its cases.
    """

    part: str
    metric: str
    words: str
    better: str
    weight: float
    share: float
    why: str
    adjust: tuple[str, ...]
    peers: str | None
    told: int
    refusal: Refusal | None


@dataclass(frozen=True, slots=True)
class Calibrated:
    """units: in the order of their names. regional: how much of the whole the regional part weighs, 0 without feedback. pairs, apart: of
    units, and how many of these ranks tell apart; of the others there is no difference to be told.
    """

    name: str
    words: str
    owner: str | None
    by: str
    since: str | None
    regional: float
    items: tuple[Item, ...]
    units: tuple[Placed, ...]
    pairs: int
    apart: int
    snapshot: str
    as_of: datetime
    refusal: Refusal | None = None


def calibrations(reading: Reading, name: str | None = None, rng: np.random.Generator | None = None) -> tuple[Calibrated, ...]:
    """Every calibration of the book, or one. rng: of the draws for ranks; without it the same each time.

    Raises NotFound where there is none, and for one that there is not, and as `compare_units` does.
    """
    known = {key: one.value for key, one in reading.rules.book.definitions(CALIBRATIONS.name, Calibration).items()}
    if not known or (name is not None and name not in known):
        what = "the book has no calibration" if not known else f"no calibration '{name}' in the book"
        raise NotFound(what, allowed=nearest(str(name), known) if known else None, next_step="Declare one in calibrations/.")
    chosen = {key: one for key, one in known.items() if name in (None, key)}
    return tuple(_calibrated(reading, key, one, rng or np.random.Generator(np.random.PCG64(SEED))) for key, one in chosen.items())


def _calibrated(reading: Reading, name: str, asked: Calibration, rng: np.random.Generator) -> Calibrated:
    since = None
    if asked.over is not None:
        today = reading.context.local_time(reading.snapshot.as_of).date()
        since = f"{today - timedelta(days=max(1, microseconds(asked.over) // DAY_US) - 1)}"
    compared = {one.metric: _compared(reading, asked.by, one, since, rng) for one, _ in asked.parts}
    items = tuple(
        _item("global" if one in asked.measures else "regional", one, share, compared[one.metric][0]) for one, share in asked.parts
    )
    refusal = next((one.refusal for one in items if one.part == "global" and one.refusal is not None), None)
    units: tuple[Placed, ...] = ()
    if refusal is None:
        try:
            units = placed(_measured(asked.measures, compared), _measured(asked.feedback, compared), asked.regional or 0.0, rng)
        except CannotEstimate as error:
            refusal = refuse(error)
    pairs, apart = len(units) * (len(units) - 1) // 2, sum(len(one.ahead) for one in units)
    return Calibrated(
        name, asked.words, asked.owner, asked.by, since, asked.regional or 0.0, items, units, pairs, apart, reading.snapshot.id,
        reading.snapshot.as_of, refusal,
    )  # fmt: skip


def _compared(reading: Reading, by: str, one: Weighed, since: str | None, rng: np.random.Generator) -> tuple[UnitsTold, UnitsTold]:
    """By the measure with its mix taken out, among peers; and as it is."""
    asked = SideBySide.of(by, adjust=one.adjust, peers=one.peers, since=since)
    fair = compare_units(reading, one.metric, asked, rng)
    raw = fair if not one.adjust and one.peers is None else compare_units(reading, one.metric, SideBySide(by, asked.cut), rng)
    return fair, raw


def _measured(part: Sequence[Weighed], compared: dict[str, tuple[UnitsTold, UnitsTold]]) -> list[Measured]:
    found = []
    for one in part:
        fair, raw = compared[one.metric]
        found.append(Measured(one.weight, str(fair.better), fair.groups, raw.groups))
    return found


def _item(part: str, one: Weighed, share: float, said: UnitsTold) -> Item:
    definition = said.told.answer.definition
    told = sum(unit.shrunk is not None for group in said.groups for unit in group.units)
    refusal = said.refusal or (None if told else next((group.refusal for group in said.groups if group.refusal is not None), None))
    return Item(
        part, one.metric, definition.words, str(definition.better), one.weight, share, one.why, one.adjust, one.peers, told, refusal
    )
