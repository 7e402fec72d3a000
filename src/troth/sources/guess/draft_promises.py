"""Asserted pairs as promises/*.yaml, with the evidence in `guess:`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from troth.query import literal_text
from troth.record import Engine
from troth.sources.guess import lexicon
from troth.sources.guess.draft_sources import Yaml
from troth.sources.guess.naming import snake, unique
from troth.sources.guess.pairs import Candidate
from troth.sources.guess.seen import Seen
from troth.sources.guess.status import find_status
from troth.sources.guess.timeline import Moment
from troth.sources.guess.words import is_neutral, says, tokens

VERBS = {
    "deliver": ("deliver", "delivered"), "ship": ("hand_over", "handed over"), "pay": ("pay", "paid"),
    "answer": ("answer", "answered"), "repair": ("repair", "repaired"), "install": ("install", "installed"),
    "visit": ("arrive", "arrived"), "pickup": ("pick_up", "picked up"), "return": ("return", "returned"),
    "approve": ("approve", "approved"), "depart": ("depart", "departed"), "start": ("start", "started"),
    "end": ("complete", "completed"),
}  # fmt: skip
BY = (
    ("=due ^faellig ^fallig ^vencim ^echeance ^vervald", "by the due date"),
    ("^deadline ^frist *frist ^prazo ^plazo ^termijn", "by the deadline"),
    ("=limit ^limite ^uiter =before ^spaetest", "by the limit"),
    ("=planned =plan ^geplant ^planej ^planific ^planifi ^gepland =scheduled =schedul ^programad", "by the planned date"),
    ("=window =slot ^zeitfenster =janela =creneau ^ventana", "within the window given"),
)
INTERNAL = frozenset(("ship", "start", "depart", "pickup", "approve"))
BILL = "^invoice ^rechnung ^fatura ^factura ^facture ^factuur =bill =bills ^receivable"
SUPPLIER = "^supplier ^vendor ^lieferant ^fornecedor ^proveedor ^fournisseur ^leverancier ^kreditor"
MOST_BETWEEN = 4
SPOKEN = (
    "=resolved =closed =finished =fulfilled =solved =shipped =dispatched =arrived =received =settled =responded =replied =published"
    " =inspected =reviewed =processed =decided =executed =performed =collected"
)


def draft_promises(engine: Engine, seen: Seen, sources: Mapping[str, Yaml]) -> tuple[dict[str, Yaml], list[str]]:
    """Promises by name, and warnings for pairs that no promise could be made of."""
    drafted: dict[str, Yaml] = {}
    warnings: list[str] = []
    for c in sorted(seen.asserted, key=lambda c: (_is_internal(seen, c), -c.timeline.objects, -c.score)):
        made = _anchor(seen, c)
        if made is None:
            file = seen.file(c.promised.table).table.path.name
            warnings.append(f"{file}: nothing says when '{c.promised.column}' was promised, so no promise is written for it.")
            continue
        event = seen.event_of(c.actual)
        if event is None:
            continue
        drafted[unique(_verb(c)[0], drafted)] = _promise(engine, seen, sources, c, made, event)
        if c.actual.many:
            warnings.append(
                f"{seen.file(c.actual.table).table.path.name}: {c.actual.several:,} of {c.timeline.objects:,} have several rows;"
                f" '{event}' counts from the first of them."
            )
    return drafted, warnings


def _promise(engine: Engine, seen: Seen, sources: Mapping[str, Yaml], c: Candidate, made: str, event: str) -> Yaml:
    subject = c.timeline.type
    owed_by_customer = _owed_by_customer(seen, c)
    customer = seen.customer(c.timeline.table)
    internal = _is_internal(seen, c)
    promise: Yaml = {"kind": "internal" if internal else "customer", "subject": subject}
    promise["promisor"] = {"party": "customer"} if owed_by_customer else {"role": _verb(c)[0]} if internal else {"unit": "operation"}
    if customer and not internal and not owed_by_customer:
        promise["promisee"] = f"{subject}.{customer[1]}"
    promise["words"] = words(c)
    promise["anchor"] = made
    claimed, void = _status(engine, seen, sources, c)
    promise["fulfil"] = {"event": event} | ({"claimed_by": claimed} if claimed else {})
    due = attribute_name(sources, c)
    promise["due"] = f"end_of_day(attr({due}))" if c.promised.is_day else f"attr({due})"
    if void:
        promise["void_when"] = void
    stages = {} if internal else _stages(engine, seen, sources, c, made, event)
    if stages:
        promise["stages"] = stages
    promise["guess"] = "; ".join(c.evidence)
    return promise


def _is_internal(seen: Seen, c: Candidate) -> bool:
    """A handover on the way to something else that was promised."""
    return bool(_concepts(c) & INTERNAL) and any(
        o.timeline.table == c.timeline.table and o.actual.mean > c.actual.mean for o in seen.asserted
    )


def words(c: Candidate) -> str:
    """How a page names the promise: the verb of the actual, and the kind of date promised."""
    by = next(
        (text for entries, text in BY if says(c.promised.column, entries)),
        "by the date given" if c.promised.is_day else "by the time given",
    )
    return f"{_verb(c)[1]} {by}"


def _verb(c: Candidate) -> tuple[str, str]:
    """Name and past tense: the actual's own English word where it has one."""
    said = tokens(c.actual.activity or c.actual.column.removeprefix("case:"))
    spoken = next((t for t in said if says(t, SPOKEN)), None)
    for concepts in (c.promised.name.concepts & c.actual.name.concepts, c.actual.name.concepts):
        if concepts >= {"deliver", "visit"}:
            return VERBS["visit"]
        for concept in VERBS:
            if concept in concepts:
                return VERBS[concept][0], spoken or VERBS[concept][1]
    if is_neutral(c.actual.column):
        return "fulfil", "done"
    named = [t for t in said if not says(t, lexicon.FILLER) and t not in tokens(c.timeline.type)]
    return (snake("_".join(named)), " ".join(named)) if named else ("fulfil", "done")


def _concepts(c: Candidate) -> frozenset[str]:
    return c.promised.name.concepts & c.actual.name.concepts or c.actual.name.concepts


def _anchor(seen: Seen, c: Candidate) -> str | None:
    created = c.timeline.created
    if created is None:
        return None
    if created.origin != "log" or created.activity is not None:
        return seen.event_of(created)
    first = [m for m in c.timeline.moments if m.activity is not None and m.filled >= 0.8 * c.timeline.objects]
    return min(first, key=lambda m: m.mean).activity if first else None


def _owed_by_customer(seen: Seen, c: Candidate) -> bool:
    pays = "pay" in c.actual.name.concepts and ("pay" in c.promised.name.concepts or not c.promised.name.concepts)
    customer = seen.customer(c.timeline.table)
    to_supplier = any(says(name, SUPPLIER) for name in seen.parties(c.timeline.table).values())
    return pays and not to_supplier and (bool(customer) or says(c.timeline.type, BILL))


def attribute_name(sources: Mapping[str, Yaml], c: Candidate) -> str:
    """The attribute of the subject that holds the promised column."""
    for source in sources.values():
        thing = source.get("object")
        if isinstance(thing, dict) and thing["type"] == c.timeline.type:
            for name, given in thing.get("attributes", {}).items():
                if given["column"] == c.promised.column:
                    return str(name)
        lends = source.get("lends")
        for lent in lends if isinstance(lends, list) else ():
            if lent["to"] == c.timeline.type and lent["column"] == c.promised.column:
                return str(lent["attribute"])
    return snake(c.promised.column)


def _status(engine: Engine, seen: Seen, sources: Mapping[str, Yaml], c: Candidate) -> tuple[str | None, str | None]:
    """Expressions: fulfilment is claimed by a status; the status voids the promise."""
    whose = seen.whose(c.timeline.table)
    status = find_status(engine, seen.file(c.timeline.table).table, whose.id, c) if whose else None
    if status is None:
        return None, None
    name = next((n for n, column in _given(sources, c.timeline.type).items() if column == status.column), None)
    if name is None:
        return None, None
    return _is(f"{c.timeline.type}.{name}", status.done), _is(f"{c.timeline.type}.{name}", status.off)


def _given(sources: Mapping[str, Yaml], subject: str) -> dict[str, str]:
    found: dict[str, str] = {}
    for source in sources.values():
        thing = source.get("object")
        if isinstance(thing, dict) and thing["type"] == subject:
            found |= {name: given["column"] for name, given in thing.get("attributes", {}).items()}
    return found


def _is(name: str, choices: Sequence[str]) -> str | None:
    if not choices:
        return None
    if len(choices) == 1:
        return f"{name} = {literal_text(choices[0])}"
    return f"{name} in [{', '.join(literal_text(w) for w in sorted(choices))}]"


def _stages(engine: Engine, seen: Seen, sources: Mapping[str, Yaml], c: Candidate, made: str, event: str) -> Yaml:
    """The way from the beginning to fulfilment by the events between, in their usual order."""
    between = _between(engine, seen, c)
    if not between:
        return {}
    limits = {seen.event_of(o.actual): o for o in seen.asserted if o is not c and o.timeline.table == c.timeline.table}
    stages: Yaml = {}
    before = made
    for reached in [*(str(seen.event_of(m)) for m in between), event]:
        stage: Yaml = {"from": before, "to": reached}
        if reached in limits and reached != event:
            stage["budget"] = f"attr({attribute_name(sources, limits[reached])})"
        stages[unique(snake(reached), stages)] = stage
        before = reached
    return stages


def _between(engine: Engine, seen: Seen, c: Candidate) -> list[Moment]:
    created = c.timeline.created
    tried = [m for m in c.timeline.moments if m.activity is None and m is not created and m.alias != c.actual.alias and not m.many
             and m.origin in ("own", "twin", "child") and m.filled >= 0.3 * c.timeline.objects and _same_object(seen, m, c)]  # fmt: skip
    if created is None or not tried or c.actual.activity is not None:
        return []
    wanted = ", ".join(
        f"avg(CAST({m.alias} BETWEEN {created.alias} AND {c.actual.alias} AS INTEGER)), median(epoch({m.alias}) - epoch({created.alias}))"
        for m in tried
    )
    found = engine.rows(f"SELECT {wanted} FROM {c.timeline.sql} WHERE {c.actual.alias} IS NOT NULL")[0]
    inside = [(found[2 * i + 1], m) for i, m in enumerate(tried) if found[2 * i] is not None and found[2 * i] >= 0.8]
    return [m for _, m in sorted(inside, key=lambda item: (item[0], item[1].alias))][:MOST_BETWEEN]


def _same_object(seen: Seen, m: Moment, c: Candidate) -> bool:
    whose = seen.whose(m.table)
    return whose is not None and whose.type == c.timeline.type and seen.event_of(m) is not None
