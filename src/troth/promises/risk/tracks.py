"""The way of every promise on one axis: the time that was left to its due, working time where it has a calendar.

A promise stands in one *place* at a time, where the furthest mark that it has reached puts it: before its stages, in one, or behind one.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass

from troth.kernel import digest
from troth.promises.clocks import WORKING_TIME
from troth.promises.definition import Fulfilment, Promise
from troth.promises.state import state_sql

WHOLE = -1
"""The place of a row that counts whole promises."""
LANDMARKS = 48
EARLIEST = 2 * LANDMARKS
NEARLY_ALL = 0.95
AGES = (1, 3, 7, 15, 31)
"""Where, in steps, one band of the time that a promise has stood in its place ends and the next begins."""


@dataclass(frozen=True, slots=True)
class Mark:
    """column: of the outcome, an instant. place: where a promise stands from then on, of `place_of`."""

    column: str
    place: int


@dataclass(frozen=True, slots=True)
class Tracks:
    """What to ask of one promise's outcomes.

    marks: in the order of the way, the first one is made. calendars: whether any of its promises has one. lanes: a query of subject,
    lane_1, lane_2…; levels: how many. shapes: a table of terms and shape, alike for those that differ in amounts only.
    """

    promise: str
    marks: tuple[Mark, ...]
    calendars: bool
    lanes: str
    levels: int
    shapes: str

    @property
    def keys(self) -> tuple[str, ...]:
        return ("shape", *(f"lane_{level}" for level in range(1, self.levels + 1)))


def shape_of(definition: str) -> str:
    """What of a promise's terms, as JSON, must be alike for two to be compared: anchor, fulfilment, and events of its stages."""
    said = json.loads(definition)
    stages = [[key, stage["from"], stage["to"]] for key, stage in said.get("stages", {}).items()]
    return digest.of_text(json.dumps([said["anchor"], said["fulfil"], stages], sort_keys=True))[:8]


def marks_of(promise: Promise, *, alike: bool) -> tuple[Mark, ...]:
    """The marks of a promise's way. Place 0 is before its stages, 2s + 1 in stage s, 2s + 2 behind it.

    alike: all terms have the same events, so that what ends one stage and begins the next is one mark, not two.
    """
    stages = list(promise.stages.items())
    kept = promise.fulfil
    plain = kept.event is not None and kept == Fulfilment(event=kept.event, claimed_by=kept.claimed_by)
    marks = [Mark("made", 0)]
    for number, (key, stage) in enumerate(stages):
        last = marks[-1]
        ends = stages[number - 1][1].to if number else promise.anchor
        if alike and stage.from_ == ends:
            marks[-1] = Mark(last.column, 2 * number + 1)
        else:
            marks.append(Mark(f"{key}_from", 2 * number + 1))
        if not (alike and plain and stage.to == promise.fulfil.event):
            marks.append(Mark(f"{key}_to", 2 * number + 2))
    return tuple(marks)


def spells_sql(tracks: Tracks, at: str, over_us: int) -> str:
    """How often promises stood in each place, from when until when, and how many of them were broken: whole numbers, one query.

    at: SQL of an instant. Of the promises that had fallen due by then, at most `over_us` before, and count. Columns: the keys, place,
    stratum, entered and left (steps to the due), promises, broken, step_us. A promise was open and there at the landmarks left + 1
    to entered.
    """
    keys = ", ".join(tracks.keys)
    return f"""
        WITH {_spells(tracks, at, over_us, "")}
        SELECT {keys}, place, stratum, entered, "left",
               count(*) AS promises, count(*) FILTER (late) AS broken, any_value(step_us) AS step_us
        FROM stretch GROUP BY ALL ORDER BY ALL"""


def alike_sql(tracks: Tracks, at: str, over_us: int, keys: Sequence[tuple[str, str]], place: int, landmark: int, age: int) -> str:
    """The promises behind a count: subject, late, due, the newest first. keys: of the lane that is told, with their values as SQL."""
    where = " AND ".join(f"{key} = {value}" for key, value in keys)
    band = f"{_age(f'entered - {landmark}')} = {age}"
    return f"""
        WITH {_spells(tracks, at, over_us, "o.subject, o.due, o.fulfilled, ")}
        SELECT subject, late, due, fulfilled FROM stretch
        WHERE {where} AND place = {place} AND "left" < {landmark} AND entered >= {landmark} AND {band}
        ORDER BY due DESC, subject"""


def standing_sql(tracks: Tracks, instants: str) -> str:
    """Where each promise that was open at an instant stood then, by what had happened by then.

    instants: a query of `looked`. Columns: looked, subject, made, due, stratum, the keys, place, left_us, stood_us (since it came to
    the place), closed (its calendar was, then), and broken: whether it was when due, by what is on record now.
    """
    reached = "".join(f" WHEN {_column(mark)} <= a.looked THEN {mark.place}" for mark in reversed(tracks.marks))
    entered = "".join(f" WHEN {mark.place} THEN {_left(mark.column)}" for mark in tracks.marks)
    columns = f"a.looked, o.made, o.due, {state_sql('o.due', 'o')} = 'broken' AS broken, CASE{reached} END AS place, "
    source = f"JOIN ({instants}) a ON o.made <= a.looked AND a.looked < o.due"
    return f"""
        WITH {_tracked(tracks, f"{state_sql('a.looked', 'o')} = 'open'", columns, source, looked=True)}
        SELECT looked, subject, made, due, stratum, {", ".join(tracks.keys)}, place, left_looked AS left_us,
               (CASE place{entered} END) - left_looked AS stood_us, closed, broken
        FROM track ORDER BY looked, subject"""


def _spells(tracks: Tracks, at: str, over_us: int, columns: str) -> str:
    """WITH clauses up to `stretch`: one row for each promise and place that it stood in, with `columns` besides."""
    where = f"o.due <= {at} AND o.due > {at} - to_microseconds({over_us}) AND {state_sql(at, 'o')} IN ('kept', 'broken')"
    rows = [f"{{'place': {WHOLE}, 'entered': {_left('made')}, 'left': CAST(-1 AS BIGINT)}}"]
    for number, mark in enumerate(tracks.marks):
        ends = (*(one.column for one in tracks.marks[number + 1 :]), "fulfilled", "breached")
        later = ", ".join([*map(_left, ends), "-1"])
        rows.append(f"{{'place': {mark.place}, 'entered': {_left(mark.column)}, 'left': greatest({later})}}")
    kept = columns.replace("o.", "")
    return f"""{_tracked(tracks, where, f"{columns}{state_sql(at, 'o')} = 'broken' AS late, ")},
        grid AS (
            SELECT CAST(greatest(quantile_disc({_left("made")}, {NEARLY_ALL}) // {LANDMARKS}, 1) AS BIGINT) AS step_us FROM track
        ),
        spell AS (SELECT {kept}{", ".join(tracks.keys)}, stratum, late, unnest([{", ".join(rows)}]) AS s FROM track),
        stretch AS (
            SELECT {kept}{", ".join(tracks.keys)}, stratum, late, step_us, s.place AS place,
                   least(s.entered // step_us, {EARLIEST}) AS entered,
                   CASE WHEN s."left" <= 0 THEN -1 ELSE least(s."left" // step_us, {EARLIEST}) END AS "left"
            FROM spell CROSS JOIN grid
            WHERE s.entered >= 0 AND entered > "left"
        )"""


def _tracked(tracks: Tracks, where: str, columns: str, source: str = "", *, looked: bool = False) -> str:
    """WITH clauses up to `track`: the outcomes (o) that a condition takes; of each instant what was left to the due, in microseconds.

    left_<instant>: negative behind the due, NULL where there is no such instant. looked: also of a.looked.
    """
    named = (
        {mark.column: _column(mark) for mark in tracks.marks}
        | {end: f"o.{end}" for end in ("fulfilled", "breached")}
        | ({"looked": "a.looked"} if looked else {})
    )
    left = ", ".join(
        f"{_at(tracks, 0, 'o.due')} - {_at(tracks, n, sql)} AS {_left(name)}" for n, (name, sql) in enumerate(named.items(), 1)
    )
    if looked:
        left += f", {_closed(tracks, len(named))} AS closed"
    keys = ", ".join(["s.shape", *(f"coalesce(l.{key}, '') AS {key}" for key in tracks.keys[1:])])
    lanes = f"LEFT JOIN ({tracks.lanes}) l ON l.subject = o.subject" if tracks.levels else ""
    worked = joins = ""
    if tracks.calendars:
        lasts = "epoch_us(closes) - epoch_us(opens)"
        worked = f"""worked AS MATERIALIZED (
            SELECT calendar, opens, epoch_us(opens) AS opens_us, {lasts} AS lasts,
                   CAST(sum({lasts}) OVER (PARTITION BY calendar ORDER BY opens) AS BIGINT) - ({lasts}) AS before
            FROM {WORKING_TIME}
        ),"""
        joins = "".join(
            f" ASOF LEFT JOIN worked w{n} ON w{n}.calendar = o.calendar AND w{n}.opens <= {sql}"
            for n, sql in enumerate(("o.due", *named.values()))
        )
    return f"""{worked}
        track AS MATERIALIZED (
            SELECT {columns}{"" if "o.subject" in columns else "o.subject, "}o.stratum, {keys}, {left}
            FROM outcome_{tracks.promise} o {source} JOIN {tracks.shapes} s ON s.terms = o.terms {lanes}{joins}
            WHERE {where}
        )"""


def _at(tracks: Tracks, number: int, sql: str) -> str:
    """SQL of an instant on the promise's clock: working microseconds where it has a calendar."""
    if not tracks.calendars:
        return f"epoch_us({sql})"
    w = f"w{number}"
    worked = f"coalesce({w}.before + least(epoch_us({sql}) - {w}.opens_us, {w}.lasts), 0)"
    return f"CASE WHEN o.calendar IS NULL THEN epoch_us({sql}) WHEN {sql} IS NOT NULL THEN {worked} END"


def _closed(tracks: Tracks, number: int) -> str:
    """SQL of whether a.looked, the instant of this number, lies in no working time."""
    if not tracks.calendars:
        return "FALSE"
    return f"o.calendar IS NOT NULL AND coalesce(epoch_us(a.looked) - w{number}.opens_us >= w{number}.lasts, TRUE)"


def _age(steps: str) -> str:
    """SQL of the band that so many steps in a place fall into, as `model.age_of`."""
    return "CASE" + "".join(f" WHEN {steps} < {end} THEN {band}" for band, end in enumerate(AGES)) + f" ELSE {len(AGES)} END"


def _column(mark: Mark) -> str:
    return f'o."{mark.column}"'


def _left(name: str) -> str:
    return f'"left_{name}"'
