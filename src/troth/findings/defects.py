"""Two definitions of a defect over the same units: what the house would have called one, and what who it is for does."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import numpy as np

from troth.book.address import Address, address
from troth.engines.statistics.defects import MILLION, DefectRate, dpmo
from troth.kernel.instant import to_us
from troth.kernel.refusal import Refusal
from troth.promises import Promise, state_sql
from troth.promises.definition import Fulfilment
from troth.promises.keeping import parts_of
from troth.query import literal_instant
from troth.record import Engine

JUDGED = "judged"
FEWEST = 5
BETWEEN = "; "
# Said of a promise, or of the way to it; whether a unit is defective follows from none of these.
NO_DEFINITION = ("promisor", "promisee", "stages")
SAMPLE = Refusal("defects per million", "a sample", "all units", "Load all of them.")


@dataclass(frozen=True, slots=True)
class Said:
    """One field of the promise that both say otherwise, `fulfil.where`; None where one of them says nothing."""

    field: str
    house: str | None
    customer: str | None


@dataclass(frozen=True, slots=True)
class Side:
    """What one definition calls defective. defective: units; defects: a unit that is late and not as promised has two.

    unknown: units that this definition cannot tell. rate: of what it can tell, None where that is too little. between: defects per
    million if none of the unknown had one, and if all were defective in every way; None where nothing fell due.
    """

    defective: int
    defects: int
    unknown: int
    rate: DefectRate | None
    between: tuple[float, float] | None


@dataclass(frozen=True, slots=True)
class Row:
    """Units under one word of layers. whose: the layers, "customer=acme". bound: all of them; units: those that fell due by both.

    opportunities: ways in which these may be defective by either, one a unit, and two where what comes must be as promised besides.
    passed: units that the house passes and the customer calls defective; refused: the reverse. says: where the definitions differ.
    """

    whose: str
    bound: int
    units: int
    opportunities: int
    house: Side
    customer: Side
    passed: int
    refused: int
    says: tuple[Said, ...]
    refusal: Refusal | None


@dataclass(frozen=True, slots=True)
class Disputed:
    """A unit on which both differ. house, customer: states. why: what makes it defective for the one of them.

    house_due, customer_due, fulfilled: naive UTC; fulfilled: by the definition that calls it defective, None for nothing on record.
    """

    id: str
    whose: str
    house: str
    customer: str
    why: str
    house_due: datetime | None
    customer_due: datetime | None
    fulfilled: datetime | None


@dataclass(frozen=True, slots=True)
class Defects:
    """One promise by both. alike: units that no layer says anything of, so that both definitions are one.

    parts: promises that it is made of and that layers change. states: house, customer, and how many of those that layers are about.
    """

    promise: str
    words: str
    subject: str
    dimensions: tuple[str, ...]
    parts: tuple[str, ...]
    alike: int
    states: tuple[tuple[str, str, int], ...]
    all: Row | None
    rows: tuple[Row, ...]
    disputed: tuple[Disputed, ...]
    refusal: Refusal | None = None


@dataclass(frozen=True, slots=True)
class _Pair:
    """What binds a unit, by whose layers, and what would bind it without them. ways: in which it may be defective by either."""

    layer: str
    house: str
    customer: str
    whose: str | None
    ways: int
    says: tuple[Said, ...]


def parts_in(promises: Iterable[Promise]) -> dict[str, str | None]:
    """The promises that a promise is made of by any of its terms, with their types where these are others."""
    return {part.promise: part.of for promise in promises for part in promise.fulfil.all_of}


def defects_of(
    engine: Engine, name: str, promise: Promise, parts: Mapping[str, str | None], dimensions: Sequence[str], at: datetime
) -> Defects:
    """A promise judged by both: `judged` has the outcomes by whose layers bind, the engine's own tables those without these layers.

    Makes whose_<promise>; those of its parts stand. parts: as `parts_in` has them, those that layers change.
    """
    pairs = _pairs(engine, name, dimensions)
    _make_whose(engine, name, promise.subject, parts, pairs)
    changed = tuple(sorted(part for part in parts if engine.rows(f"SELECT 1 FROM whose_{part} LIMIT 1")))
    _make_both(engine, name, promise.subject, at)
    told = _says(engine, name, pairs)
    rows = [_row(values, told) for values in engine.rows(_counted(name, at))]
    whole = next((row for row in rows if not row.whose and row.bound), None)
    (alike,) = engine.rows(f"SELECT count(*) FROM {JUDGED}.outcome_{name} WHERE subject NOT IN (SELECT subject FROM whose_{name})")
    states = engine.rows(f"SELECT h_state, c_state, count(*) FROM both_{name} GROUP BY ALL ORDER BY ALL")
    found = Defects(
        name, promise.words, promise.subject, tuple(dimensions), changed, int(alike[0]),
        tuple((house, customer, int(n)) for house, customer, n in states), whole, tuple(row for row in rows if row.whose),
        tuple(_disputed(engine, name, promise.fulfil, at)), None if whole is not None else _nobody(name, dimensions),
    )  # fmt: skip
    engine.run(f"DROP TABLE both_{name}")
    return found


def _nobody(name: str, dimensions: Sequence[str]) -> Refusal:
    return Refusal(
        "a second definition of a defect", "0 units on record that a layer is about", f"units made while a layer of '{name}' holds",
        f"Which layers hold when: troth book layers (of {', '.join(dimensions)}).",
    )  # fmt: skip


def _pairs(engine: Engine, name: str, dimensions: Sequence[str]) -> list[_Pair]:
    """Every pair of terms on record, by whose word. Those that call the same defective are nobody's."""
    listed = engine.rows(
        f"SELECT DISTINCT c.layer, h.terms, c.terms FROM {JUDGED}.outcome_{name} c JOIN outcome_{name} h USING (subject) ORDER BY ALL"
    )
    house, customer = (
        {
            terms: json.loads(text)
            for terms, text in engine.rows(f"SELECT DISTINCT terms, definition FROM {table} WHERE promise = ?", (name,))
        }
        for table in ("terms", f"{JUDGED}.terms")
    )
    found = []
    for layer, without, bound in listed:
        one, other = house[without], customer[bound]
        says = _differ(one, other)
        ways = 2 if any("where" in terms["fulfil"] for terms in (one, other)) else 1
        found.append(_Pair(layer, without, bound, whose(layer, dimensions) if says else None, ways, says))
    return found


def whose(layer: str, dimensions: Collection[str]) -> str | None:
    """Of the layers that have a word in terms, those of some dimensions, and these alone; None where there is none.

    >>> whose("customer=acme,region=JP; segment=key", ("customer",))
    'customer=acme'
    """
    found: dict[str, None] = {}
    for text in layer.split(BETWEEN):
        if "=" in text:
            pairs = tuple(pair for pair in address(text).pairs if pair[0] in dimensions)
            found |= {str(Address(pairs)): None} if pairs else {}
    return BETWEEN.join(sorted(found)) or None


def _differ(house: Mapping[str, Any], customer: Mapping[str, Any]) -> tuple[Said, ...]:
    one, other = (dict(_leaves({key: value for key, value in terms.items() if key not in NO_DEFINITION})) for terms in (house, customer))
    return tuple(Said(key, one.get(key), other.get(key)) for key in sorted({*one, *other}) if one.get(key) != other.get(key))


def _leaves(value: Mapping[str, Any], before: str = "") -> Iterable[tuple[str, str]]:
    for key, inner in value.items():
        if isinstance(inner, Mapping):
            yield from _leaves(inner, f"{before}{key}.")
        else:
            yield f"{before}{key}", inner if isinstance(inner, str) else json.dumps(inner, ensure_ascii=False)


def _make_whose(engine: Engine, name: str, subject: str, parts: Mapping[str, str | None], pairs: Sequence[_Pair]) -> None:
    """whose_<promise>: subject and by whose layers it is judged otherwise, its own or those of what it is made of. Makes pair_<promise>."""
    columns = {name: [getattr(pair, name) for pair in pairs] for name in ("layer", "house", "customer", "whose")}
    engine.run(f"DROP TABLE IF EXISTS pair_{name}")
    engine.run(f"CREATE TABLE pair_{name} (layer VARCHAR, house VARCHAR, customer VARCHAR, whose VARCHAR, ways INTEGER)")
    if pairs:
        engine.load("listed_pair", {**{key: np.array(values, dtype=object) for key, values in columns.items()},
                                    "ways": np.array([pair.ways for pair in pairs], dtype=np.int32)})  # fmt: skip
        engine.run(f"INSERT INTO pair_{name} BY NAME SELECT * FROM listed_pair")
        engine.run("DROP TABLE listed_pair")
    own = f"SELECT subject, whose FROM ({_bound(name)}) WHERE whose IS NOT NULL"
    of_parts = (
        f"SELECT subject, whose FROM whose_{part}" if type in (None, subject)
        else f"SELECT p.subject, w.whose FROM whose_{part} w JOIN ({parts_of(subject, str(type))}) p ON p.part = w.subject"
        for part, type in parts.items()
    )  # fmt: skip
    engine.run(
        f"CREATE OR REPLACE TABLE whose_{name} AS SELECT subject, string_agg(DISTINCT one, '{BETWEEN}' ORDER BY one) AS whose FROM"
        f" (SELECT subject, unnest(string_split(whose, '{BETWEEN}')) AS one FROM ({' UNION ALL '.join((own, *of_parts))})) GROUP BY subject"
    )


def _bound(name: str) -> str:
    return (
        f"SELECT c.subject, p.whose, p.ways, p.house, p.customer FROM {JUDGED}.outcome_{name} c JOIN outcome_{name} h USING (subject)"
        f" JOIN pair_{name} p ON (p.layer, p.house, p.customer) = (c.layer, h.terms, c.terms)"
    )


def _make_both(engine: Engine, name: str, subject: str, at: datetime) -> None:
    """both_<promise>: a row a unit of whose_<promise>, the states and instants by either definition."""
    now = literal_instant(to_us(at)).sql("duckdb")
    sides = ", ".join(
        f"{state_sql(now, side)} AS {side}_state, {side}.due AS {side}_due, {side}.fulfilled AS {side}_fulfilled,"
        f" coalesce({side}.breached <= {now}, FALSE) AS {side}_breached"
        for side in ("h", "c")
    )
    engine.run(
        f"CREATE OR REPLACE TABLE both_{name} AS SELECT s.id, w.whose, b.ways, b.house, b.customer, {sides} FROM whose_{name} w"
        f" JOIN {JUDGED}.outcome_{name} c USING (subject) JOIN outcome_{name} h USING (subject)"
        f" JOIN ({_bound(name)}) b USING (subject) JOIN {JUDGED}.object_{subject} s ON s.code = w.subject"
    )


def _due_by_both(at: datetime) -> str:
    """What fell due by both, and stands: a due that one of them cannot tell is one that it does not know, not one that is to come."""
    now = literal_instant(to_us(at)).sql("duckdb")
    each = [f"{side}_state IN ('kept', 'broken', 'unknown') AND coalesce({side}_due <= {now}, TRUE)" for side in ("h", "c")]
    return f"({' AND '.join(each)} AND coalesce(h_due, c_due) IS NOT NULL)"


def _counted(name: str, at: datetime) -> str:
    fell_due = _due_by_both(at)
    columns = ["coalesce(whose, '')", "count(*)", f"count(*) FILTER ({fell_due})", f"coalesce(sum(ways) FILTER ({fell_due}), 0)"]
    for side in ("h", "c"):
        late, flawed = f"coalesce({side}_fulfilled > {side}_due, TRUE)", f"{side}_breached"
        broken, unknown = f"{fell_due} AND {side}_state = 'broken'", f"{fell_due} AND {side}_state = 'unknown'"
        columns += [
            f"count(*) FILTER ({broken})",
            f"coalesce(sum(CASE WHEN ways = 1 THEN 1 ELSE CAST({late} AS INTEGER) + CAST({flawed} AS INTEGER) END) FILTER ({broken}), 0)",
            f"count(*) FILTER ({unknown})",
            f"coalesce(sum(ways) FILTER ({unknown}), 0)",
        ]
    columns += [f"count(*) FILTER ({fell_due} AND h_state = '{one}' AND c_state = '{other}')"
                for one, other in (("kept", "broken"), ("broken", "kept"))]  # fmt: skip
    return f"SELECT {', '.join(columns)} FROM both_{name} GROUP BY GROUPING SETS ((whose), ()) ORDER BY 1"


def _row(values: Sequence[Any], told: Mapping[str, tuple[Said, ...]]) -> Row:
    whose, bound, units, opportunities = str(values[0]), *map(int, values[1:4])
    numbers = [int(value) for value in values[4:]]
    few = None
    if units < FEWEST:
        few = Refusal(
            "defects per million",
            f"{units} that fell due by both definitions",
            f"at least {FEWEST}",
            "Ask again when more have fallen due.",
        )
    house, customer = (_side(numbers[place : place + 4], opportunities, few=few is not None) for place in (0, 4))
    return Row(whose, bound, units, opportunities, house, customer, numbers[8], numbers[9], told.get(whose, ()), few)


def _side(numbers: Sequence[int], opportunities: int, *, few: bool) -> Side:
    defective, defects, unknown, unknown_ways = numbers
    known = opportunities - unknown_ways
    rate = None if few or known < FEWEST else dpmo(defects, known)
    between = (defects / opportunities * MILLION, (defects + unknown_ways) / opportunities * MILLION) if opportunities else None
    return Side(defective, defects, unknown, rate, between)


def _says(engine: Engine, name: str, pairs: Sequence[_Pair]) -> dict[str, tuple[Said, ...]]:
    """By whose word, where the definitions differ; of several that bound the same units' owners over time, each."""
    by_terms = {(pair.house, pair.customer): pair.says for pair in pairs}
    found: dict[str, dict[Said, None]] = {}
    for whose, house, customer in engine.rows(f"SELECT DISTINCT whose, house, customer FROM both_{name} ORDER BY ALL"):
        found.setdefault(str(whose), {}).update(dict.fromkeys(by_terms[house, customer]))
    return {
        whose: tuple(sorted(some, key=lambda said: (said.field, said.house or "", said.customer or ""))) for whose, some in found.items()
    }


def _disputed(engine: Engine, name: str, keeping: Fulfilment, at: datetime) -> Iterable[Disputed]:
    rows = engine.rows(
        "SELECT id, whose, h_state, c_state, h_due, c_due, h_fulfilled, c_fulfilled, h_breached, c_breached"
        f" FROM both_{name} WHERE {_due_by_both(at)} AND (h_state, c_state) IN (('kept', 'broken'), ('broken', 'kept')) ORDER BY whose, id"
    )
    for id, whose, house, customer, h_due, c_due, h_came, c_came, h_breached, c_breached in rows:
        due, came, breached = (c_due, c_came, c_breached) if customer == "broken" else (h_due, h_came, h_breached)
        yield Disputed(str(id), str(whose), house, customer, _why(keeping, due, came, breached=breached), h_due, c_due, came)


def _why(keeping: Fulfilment, due: datetime, came: datetime | None, *, breached: bool) -> str:
    """What makes a unit defective, in words."""
    if keeping.all_of:
        return "a part of it was broken"
    if keeping.absent:
        return "it happened"
    late = ("not enough on record" if keeping.amount else "nothing on record") if came is None else "late" if came > due else ""
    wrong = ("too much came" if keeping.amount else "not as promised") if breached else ""
    return " and ".join(part for part in (late, wrong) if part)
