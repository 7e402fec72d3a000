"""What keeps a promise where no event of the subject's own does: what belongs to it, enough of that, none of it, other promises."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlglot import exp

from troth.kernel.instant import to_us
from troth.promises.naming import AMOUNT, EARLY, REACH, SHARE, scope_of
from troth.promises.places import Places
from troth.promises.shape import AmountShape, Keeping
from troth.query import Scope, Typed, literal_instant, literal_text, moved, names_in
from troth.query.tree import Node
from troth.record import Engine

EXACT = "DECIMAL(18,6)"
MISSING_AMOUNT = "an amount is missing"
NOTHING_ASKED = "no amount was asked for"
NOTHING_OF_IT = "nothing on record that it is made of"


def parts_of(subject: str, type: str, relation: str = "relation") -> str:
    """Query of subject and part: what belongs to a subject, and what it belongs to; of its own type only the former.

    relation: the table that says so.
    """
    named = f"{literal_text(type)}, {literal_text(subject)}"
    found = f"SELECT to_code AS subject, from_code AS part FROM {relation} WHERE (from_type, to_type) = ({named})"
    if type == subject:
        return found
    return f"{found} UNION SELECT from_code, to_code FROM {relation} WHERE (to_type, from_type) = ({named})"


def arrivals(subject: str, keeping: Keeping) -> str:
    """Query of subject and fulfilled: when the first of what belongs to it had the event, or the last where all must; of none never."""
    assert keeping.parts is not None
    assert keeping.event is not None
    firsts = (
        f"SELECT object, min(occurred) AS first FROM event WHERE object_type = {literal_text(keeping.parts)}"
        f" AND type = {literal_text(keeping.event)} GROUP BY object"
    )
    fulfilled = "CASE WHEN count(f.first) = count(*) THEN max(f.first) END" if keeping.all else "min(f.first)"
    return (
        f"SELECT p.subject, {fulfilled} AS fulfilled FROM ({parts_of(subject, keeping.parts)}) p"
        f" LEFT JOIN ({firsts}) f ON f.object = p.part GROUP BY p.subject"
    )


def held_back(subject: str, keeping: Keeping, each: Sequence[str]) -> str:
    """Query of subject and names: which cells of what belongs to it could not be used."""
    assert keeping.parts is not None
    assert keeping.event is not None
    listed = ", ".join(literal_text(name) for name in (keeping.event, *each))
    shown = f"{literal_text(keeping.parts + '.')} || b.name"
    return (
        f"SELECT p.subject, string_agg(DISTINCT {shown}, ', ' ORDER BY {shown}) AS names FROM ({parts_of(subject, keeping.parts)}) p"
        f" JOIN bad_cell b ON b.object = p.part AND b.object_type = {literal_text(keeping.parts)} AND b.name IN ({listed})"
        " GROUP BY p.subject"
    )


def brought(keeping: Keeping) -> tuple[str, ...]:
    """The attributes that say how much each brings."""
    return () if keeping.amount is None else tuple(sorted({name.path[-1] for name in names_in(keeping.amount.each)}))


def amount_lines(amount: AmountShape, due: exp.Expression, scope: Scope, places: Places) -> tuple[str, ...]:
    """Columns of a row: what was asked for, the least and the most that may come, and from when on it counts."""
    path = ("fulfil", "amount")
    wanted = f"TRY_CAST({places.expression(amount.reach, scope.at(REACH), *path, 'reach').node.sql('duckdb')} AS {EXACT})"
    opens = "CAST(NULL AS TIMESTAMP)"
    if amount.early is not None:
        typed = places.expression(amount.early, scope.at(EARLY), *path, "early")
        if not places.problems:
            opens = moved(Typed(due, "instant"), typed, "-", scope).node.sql("duckdb")
    least = f"{wanted} * (1 - {_share(amount.short, scope, places, 'short')})"
    most = f"{wanted} * (1 + {_share(amount.over, scope, places, 'over')})" if amount.over is not None else "NULL"
    return f"{wanted} AS wanted", f"{opens} AS opens", f"{least} AS least", f"CAST({most} AS DECIMAL(38,12)) AS most"


def _share(tree: Node | None, scope: Scope, places: Places, name: str) -> str:
    if tree is None:
        return "0"
    return f"TRY_CAST({places.expression(tree, scope.at(SHARE), 'fulfil', 'amount', name).node.sql('duckdb')} AS DECIMAL(9,6))"


def each_sql(keeping: Keeping, places: Places) -> str:
    """SQL of what one object brings, over its row `o`."""
    assert keeping.amount is not None
    assert keeping.of is not None
    scope = scope_of(keeping.of, places.record)
    alone = Scope({}, scope.attributes, scope.zone, AMOUNT)
    return places.expression(keeping.amount.each, alone, "fulfil", "amount", "each").node.sql("duckdb")


def check_keeping(keeping: Keeping, places: Places) -> None:
    """Tell `places` of events and types that the record does not know."""
    if keeping.event is None:
        return
    if keeping.parts is None:
        places.event(keeping.event, "fulfil", "event")
    elif places.belongs(keeping.parts, "fulfil", "of" if keeping.of else "all"):
        places.event(keeping.event, "fulfil", "event", of=keeping.parts)
        if keeping.amount is not None:
            each_sql(keeping, places)


def keep_out(engine: Engine, judged: str, subject: str, keeping: Keeping, at: datetime) -> None:
    """Judged rows of what must not happen: breached when it does before the due, and kept at the due if it did not."""
    found = _occurrences(subject, keeping)
    now = literal_instant(to_us(at)).sql("duckdb")
    engine.run(
        f"CREATE OR REPLACE TABLE {judged} AS SELECT j.* REPLACE (x.first AS breached,"
        f" CASE WHEN x.first IS NULL AND j.due <= {now} THEN j.due END AS fulfilled) FROM {judged} j LEFT JOIN ("
        f" SELECT j.subject, min(e.occurred) AS first FROM {judged} j JOIN ({found}) e ON e.subject = j.subject"
        f" AND e.occurred > j.made AND e.occurred <= j.due GROUP BY j.subject) x ON x.subject = j.subject"
    )


def keep_enough(engine: Engine, judged: str, subject: str, keeping: Keeping, each: str) -> None:
    """Judged rows of amounts: fulfilled when enough had come of what counts, breached when more had come than may.

    good: of what was asked for, how much came from the opening of the window to the due.
    """
    assert keeping.of is not None
    assert keeping.event is not None
    amounts = f"SELECT o.code AS object, TRY_CAST({each} AS {EXACT}) AS amount FROM object_{keeping.of} o"
    engine.run(
        f"CREATE OR REPLACE TABLE {judged} AS WITH came AS ("
        f" SELECT e.subject, e.occurred, a.amount FROM ({_occurrences(subject, keeping, first=True)}) e"
        f" JOIN ({amounts}) a ON a.object = e.part), running AS ("
        " SELECT j.subject, c.occurred, c.amount, j.opens IS NULL OR c.occurred >= j.opens AS counts, c.occurred <= j.due AS in_time,"
        " sum(c.amount) OVER so_far AS total, sum(c.amount) FILTER (j.opens IS NULL OR c.occurred >= j.opens) OVER so_far AS counted,"
        f" j.least, j.most FROM {judged} j JOIN came c ON c.subject = j.subject"
        " WINDOW so_far AS (PARTITION BY c.subject ORDER BY c.occurred RANGE UNBOUNDED PRECEDING)), reached AS ("
        " SELECT subject, min(occurred) FILTER (counts AND counted >= least) AS fulfilled, min(occurred) FILTER (total > most) AS breached,"
        " coalesce(sum(amount) FILTER (counts AND in_time), 0) AS good, bool_or(amount IS NULL) AS missing FROM running GROUP BY subject)"
        " SELECT j.* REPLACE (r.fulfilled AS fulfilled, r.breached AS breached, coalesce(j.unknown_reason,"
        f" CASE WHEN j.wanted IS NULL OR j.wanted <= 0 THEN {literal_text(NOTHING_ASKED)}"
        f" WHEN r.missing AND (r.fulfilled IS NULL OR r.fulfilled > j.due) THEN {literal_text(MISSING_AMOUNT)} END) AS unknown_reason),"
        f" CAST(least(coalesce(r.good, 0), j.wanted) AS {EXACT}) AS good"
        f" FROM {judged} j LEFT JOIN reached r ON r.subject = j.subject"
    )


def _occurrences(subject: str, keeping: Keeping, *, first: bool = False) -> str:
    """Query of subject, part and occurred. first: what comes twice has come once."""
    occurred = "min(occurred) AS occurred" if first else "occurred"
    named = f"object_type = {literal_text(keeping.parts or subject)} AND type = {literal_text(str(keeping.event))}"
    events = f"SELECT object, {occurred} FROM event WHERE {named}{' GROUP BY object' if first else ''}"
    if keeping.parts is None:
        return f"SELECT object AS subject, object AS part, occurred FROM ({events})"
    return f"SELECT p.subject, p.part, e.occurred FROM ({parts_of(subject, keeping.parts)}) p JOIN ({events}) e ON e.object = p.part"


def keep_all(engine: Engine, judged: str, subject: str, keeping: Keeping, *, dated: bool) -> None:
    """Judged rows of promises that are kept by others, whose outcomes stand: fulfilled with the last of them, broken with the first.

    One that is void or waived does not count; one that nobody can tell makes the whole untold, unless another is broken. The due, where
    the book gives none, is the latest of them. dated: it has a due of its own, so that it waits for those that are not made yet.
    """
    named = len({name for name, _ in keeping.all_of})
    waits = f" AND count(DISTINCT promise) = {named}" if dated else ""
    outcomes = " UNION ALL ".join(
        f"SELECT {'subject' if type in (None, subject) else 'p.subject'} AS subject, {literal_text(name)} AS promise, x.due, x.fulfilled,"
        " x.unknown_reason, coalesce(x.waived IS NOT NULL OR x.voided <= coalesce(x.fulfilled, x.voided), FALSE) AS aside,"
        " CASE WHEN x.unknown_reason IS NULL THEN"
        " least(x.breached, CASE WHEN x.fulfilled IS NULL OR x.fulfilled > x.due THEN x.due END) END AS breached"
        f" FROM outcome_{name} x" + ("" if type in (None, subject) else f" JOIN ({parts_of(subject, str(type))}) p ON p.part = x.subject")
        for name, type in keeping.all_of
    )
    counts = "FILTER (NOT aside)"
    engine.run(
        f"CREATE OR REPLACE TABLE {judged} AS WITH part AS ({outcomes}), whole AS ("
        f" SELECT subject, max(due) {counts} AS due, min(breached) {counts} AS breached,"
        f" CASE WHEN bool_and(fulfilled IS NOT NULL OR aside){waits} THEN"
        f" max(fulfilled) {counts} END AS fulfilled, bool_and(aside) AS aside,"
        f" min(unknown_reason) FILTER (NOT aside AND unknown_reason IS NOT NULL) AS unknown_reason FROM part GROUP BY subject)"
        " SELECT j.* REPLACE (coalesce(j.due, w.due) AS due, w.fulfilled AS fulfilled, w.breached AS breached,"
        " coalesce(j.voided, CASE WHEN w.aside THEN j.made END) AS voided,"
        " coalesce(j.void_flag, CASE WHEN w.aside THEN 'undated' END) AS void_flag,"
        " coalesce(j.unknown_reason, CASE WHEN w.breached IS NULL THEN w.unknown_reason END,"
        f" CASE WHEN w.subject IS NULL AND j.due IS NULL THEN {literal_text(NOTHING_OF_IT)} END) AS unknown_reason)"
        f" FROM {judged} j LEFT JOIN whole w ON w.subject = j.subject"
    )


def in_order(composed: Mapping[str, Sequence[str]]) -> list[str]:
    """Names so that each comes after those that it is made of; of a circle, the rest of it in the order of names.

    >>> in_order({"perfect": ["otif", "invoiced"], "otif": ["lines"], "invoiced": [], "lines": []})
    ['invoiced', 'lines', 'otif', 'perfect']
    """
    left, ordered = dict(composed), []
    while left:
        ready = sorted(name for name, needs in left.items() if not any(one in left for one in needs)) or sorted(left)
        ordered += ready
        left = {name: needs for name, needs in left.items() if name not in ready}
    return ordered
