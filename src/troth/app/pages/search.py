"""Finding what somebody looks for by its number or its name: orders, customers, promises, measures, units and roles."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from threading import Lock

from troth.app.answers.huddles import unit_names
from troth.app.building.intake import concerning_all, stored
from troth.app.pages.order_page import owed_types
from troth.app.pages.roles import roles_of
from troth.app.people.people import find
from troth.app.reading import Reading
from troth.app.workspace import Workspace
from troth.kernel.errors import NotFound
from troth.metrics import METRICS, Metric
from troth.query import identifier, literal_text

EACH, MOST, NEAR = 6, 20, 5
ASKED = "vault.asked"
IDS, KEEPING = "ids_with_a_page", Lock()


@dataclass(frozen=True, slots=True)
class Hit:
    """kind: order, customer, promise, measure, unit or role. of: an object's type or a unit's dimension. words: as it is said."""

    kind: str
    of: str
    name: str
    words: str


@dataclass(frozen=True, slots=True)
class Named:
    """What has a name of its own in the rules, of one snapshot."""

    hits: tuple[Hit, ...]


def named_in(reading: Reading) -> Named:
    """Promises, measures, units and roles, to be searched many times."""
    context = reading.context
    hits = [Hit("promise", "", name, promise.words) for name, promise in context.promises.items()]
    metrics = reading.rules.book.definitions(METRICS.name, Metric)
    hits += [Hit("measure", "", name, one.value.words) for name, one in metrics.items()]
    hits += [Hit("unit", dimension, unit, f"{dimension} {unit}") for dimension, units in unit_names(reading).items() for unit in units]
    hits += [Hit("role", "", role, role.replace("_", " ")) for role in roles_of(reading)]
    return Named(tuple(hits))


def search(reading: Reading, named: Named, text: str) -> tuple[Hit, ...]:
    """What has the text in its number, or all of its words in its name: what is equal first, then what begins with it.

    Nothing of an empty text.
    """
    asked = text.strip().casefold()
    if not asked:
        return ()
    words = asked.split()
    found = [(_rank(asked, hit), hit) for hit in named.hits if _has(words, hit)]
    found += [(_rank(asked, hit), hit) for hit in _objects(reading, asked)]
    ranked = sorted(found, key=lambda one: (one[0], KINDS[one[1].kind], one[1].name))
    return tuple(hit for _, hit in ranked[:MOST])


def near(reading: Reading, named: Named, text: str) -> tuple[Hit, ...]:
    """What is written almost so, where nothing has the text: numbers that differ in two signs, else the nearest name."""
    asked = text.strip().casefold()
    if len(asked) < 3:
        return ()
    _keep_ids(reading)
    rows = reading.context.engine.rows(
        f"SELECT type, id, levenshtein(low, ?) AS apart FROM {IDS} WHERE abs(length(low) - ?) <= 2 AND apart <= 2"
        f" ORDER BY apart, id LIMIT {NEAR}",
        (asked, len(asked)),
    )
    if rows:
        return tuple(_object(reading, str(type), str(id)) for type, id, _ in rows)
    said = {hit.name.casefold(): hit for hit in named.hits} | {hit.words.casefold(): hit for hit in named.hits}
    return tuple(said[name] for name in get_close_matches(asked, said, n=NEAR, cutoff=0.7))


def by_value(workspace: Workspace, reading: Reading, value: str, actor: str) -> tuple[Hit, ...]:
    """The orders and customers of which a personal value is on record, in the reader's scope; that somebody asked is written down.

    The value itself is told to the vault and to nothing else.
    """
    try:
        tokens: tuple[str, ...] = find(workspace, value)
    except NotFound:
        tokens = ()
    hits = tuple(_of_tokens(workspace, reading, tokens)) if tokens else ()
    workspace.journal.record(actor, ASKED, "search", {"found": str(len(hits))}, workspace.now())
    return hits


KINDS: Mapping[str, int] = {kind: at for at, kind in enumerate(("order", "customer", "promise", "measure", "unit", "role"))}


def _rank(asked: str, hit: Hit) -> int:
    names = (hit.name.casefold(), hit.words.casefold())
    return 0 if asked in names else 1 if any(name.startswith(asked) for name in names) else 2


def _has(words: Iterable[str], hit: Hit) -> bool:
    said = f"{hit.name} {hit.words}".casefold()
    return all(word in said for word in words)


def _types(reading: Reading) -> list[str]:
    """Objects that have a page."""
    context = reading.context
    subjects = {promise.subject for promise in context.promises.values()}
    return sorted(type for type in subjects | owed_types(context) if context.has(f"object_{type}"))


def _objects(reading: Reading, asked: str) -> Iterator[Hit]:
    _keep_ids(reading)
    rows = reading.context.engine.rows(
        f"SELECT type, id FROM {IDS} WHERE contains(low, ?) QUALIFY row_number() OVER"
        f" (PARTITION BY type ORDER BY low <> ?, NOT starts_with(low, ?), id) <= {EACH}",
        (asked, asked, asked),
    )
    for type, id in rows:
        yield _object(reading, str(type), str(id))


def _keep_ids(reading: Reading) -> None:
    """The ids of all that has a page, beside the lake: its files would be read for every letter that somebody writes."""
    some = " UNION ALL ".join(
        f"SELECT {literal_text(type)} AS type, id, lower(id) AS low FROM {identifier(f'object_{type}')}" for type in _types(reading)
    )
    nothing = "SELECT CAST(NULL AS VARCHAR) AS type, CAST(NULL AS VARCHAR) AS id, CAST(NULL AS VARCHAR) AS low WHERE FALSE"
    with KEEPING:
        reading.context.engine.run(f"CREATE TABLE IF NOT EXISTS {IDS} AS {some or nothing}")


def _object(reading: Reading, type: str, id: str) -> Hit:
    kind = "order" if type in {promise.subject for promise in reading.context.promises.values()} else "customer"
    return Hit(kind, type, id, id)


def _of_tokens(workspace: Workspace, reading: Reading, tokens: tuple[str, ...]) -> Iterator[Hit]:
    """The rows that hold a token stand in the intake: the lake has those columns alone that a mapping reads."""
    engine, found = workspace.engine(), set[tuple[str, str]]()
    types, listed = _types(reading), ", ".join(literal_text(token) for token in tokens)
    for name, loads in concerning_all(reading.rules, workspace.lake.loads()).items():
        source = reading.rules.sources[name].value
        if source.object is None or source.object.type not in types or set(source.object.id) & set(source.derived):
            continue
        for load in loads:
            rows = stored(workspace.lake, load).rows
            columns = [column for column in source.personal if column in load.columns]
            if rows is None or not columns or not set(source.object.id) <= set(load.columns):
                continue
            holds = " OR ".join(f"{identifier(column)} IN ({listed})" for column in columns)
            id = " || '/' || ".join(f"trim({identifier(column)})" for column in source.object.id)
            found |= {(source.object.type, str(row[0])) for row in engine.rows(f"SELECT DISTINCT {id} FROM {rows} WHERE {holds}")}
    for type, one in sorted(found):
        if reading.context.engine.rows(f"SELECT 1 FROM {identifier(f'object_{type}')} WHERE id = ?", (one,)):
            yield _object(reading, type, one)
