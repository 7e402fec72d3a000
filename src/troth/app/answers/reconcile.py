"""Why a number of somebody's BI is not the one that a metric says: unit by unit, or by the ways of counting that give it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction

from troth import __version__
from troth.app.answers.defects import judged_again
from troth.app.answers.metrics import dimensions_of, metric_ground, metric_of, tell_metric
from troth.app.answers.theirs import Given, Handed, given_by
from troth.app.building.judging import DEFAULT_ZONE
from troth.app.past.arrived import Row, rows_since
from troth.app.past.known import Known, as_known_at
from troth.app.past.sides import NOW as IN_FORCE
from troth.app.past.sides import End, end_of
from troth.app.reading import Reading, open_reading
from troth.app.workspace import Workspace, silent
from troth.findings.defects import JUDGED
from troth.kernel.errors import BadValue, BookError
from troth.metrics import KINDS, Cut, Metric, Request
from troth.metrics.asking import Parts
from troth.metrics.reconciling import ONCE, Compared, Theirs, Tried, added, compare, once, tried
from troth.metrics.unit_rows import UnitRows, parts_of, unit_rows
from troth.metrics.ways import NOW, Change, Yard, laid_out
from troth.promises import PROMISES, terms_of
from troth.query import literal_text

MOST_EARLIER = 5
MOST_LOOKED_UP = 10_000
NO_ROW = "in no file that was taken in"


@dataclass(frozen=True, slots=True)
class Reconciled:
    """theirs: their number or that of their rows. compared: by units, where they gave rows; tried: where they gave one number, every way
    that was tried, ours first. words: of every change that stands in them. unit: of values; others are as of `app.metrics.Told`.
    shared: how many of their ids are on record, None for one number.
    """

    metric: str
    definition: Metric
    unit: str
    since: str | None
    until: str | None
    only: Mapping[str, str]
    ours: Fraction | None
    theirs: Fraction | None
    compared: Compared | None
    tried: tuple[Tried, ...]
    words: Mapping[Change, str]
    shared: int | None
    hash: str
    snapshot: str
    as_of: datetime

    @property
    def ways(self) -> tuple[Tried, ...]:
        """Those that give their number, the fewest changes first, and none of which a part gives it already."""
        found: list[Tried] = []
        for one in self.tried:
            if one.gives and not any(set(other.changes) < set(one.changes) for other in found):
                found.append(one)
        return tuple(found)


@dataclass(frozen=True, slots=True)
class Asked:
    """A metric as it was asked for."""

    name: str
    metric: Metric
    parts: Parts
    request: Request

    @property
    def counts(self) -> bool:
        return self.parts.bottom is None and self.metric.value is None and self.metric.money is None


def reconcile(workspace: Workspace, name: str, handed: Handed, request: Request, known: str | datetime | None = None) -> Reconciled:
    """The difference between a metric and theirs.

    request: without slices and periods, since theirs is one number. known: when theirs was made; without it the last snapshots are tried
    that are still held. Raises NotFound for no such metric or file, BadValue for what is no query or has no ids, for a metric that is no
    sum over units, and for one that hides small cells.
    """
    if request.by or request.cut.grain:
        raise BadValue("a number is reconciled as a whole", got="slices or periods", allowed="a window, and what of it counts")
    reading = open_reading(workspace)
    metric = metric_of(reading, name)
    if metric.minimum > 1:
        raise BadValue(
            f"'{name}' hides cells of fewer than {metric.minimum}, and this names single units", got=f"minimum: {metric.minimum}",
            allowed="a metric without a minimum", next_step="Whoever keeps the definition can compare without it.",
        )  # fmt: skip
    asked = Asked(name, metric, parts_of(name, metric), request)
    told = tell_metric(reading, name, request)
    theirs = given_by(reading.context.engine, handed, asked.parts, counts=asked.counts, folder=reading.rules.folder)
    versions = _versions(reading, asked)
    if known is not None:
        versions |= _earlier(workspace, asked, [as_known_at(workspace, known)])
    found = _found(workspace, reading, asked, versions, theirs)
    if known is None and not _settled(found):
        more = _earlier(workspace, asked, _published(workspace, reading)) | _by_standard(workspace, reading, asked)
        versions |= more
        found = found if not more else _found(workspace, reading, asked, versions, theirs)
    yard, compared, ways, shared = found
    ours = compared.ours.value if compared else ways[0].value
    number = theirs.number if compared is None else compared.theirs.value
    words = {change: _words(change, reading, asked, versions[NOW].own) for change in (*yard.changes, ONCE)}
    return Reconciled(
        name, metric, told.answer.unit, *request.cut.days, request.only, ours, number, compared, ways, words, shared, told.hash,
        told.snapshot, told.as_of,
    )  # fmt: skip


Found = tuple[Yard, Compared | None, tuple[Tried, ...], int | None]


def _versions(reading: Reading, asked: Asked) -> dict[str, UnitRows]:
    """What the metric's rows are now, by its other conventions, and by the terms before their last correction."""
    engine, ground, dimensions, metric = reading.context.engine, metric_ground(reading), dimensions_of(reading), asked.metric
    found = {NOW: unit_rows(engine, asked.name, metric, ground, asked.request.only, dimensions)}
    kind = KINDS[metric.kind]
    for convention in kind.conventions:
        other = metric.model_copy(update={"definition": convention})
        parts = kind.parts(other)
        if convention == kind.convention(metric) or parts is None or (parts.bottom is None) != (asked.parts.bottom is None):
            continue
        try:
            found[f"convention {convention}"] = unit_rows(engine, asked.name, other, ground, asked.request.only, dimensions)
        except BookError:  # the definition lacks what this convention needs, so that nobody could have counted by it
            continue
    if metric.promise is not None and f"former_{metric.promise}" in reading.snapshot.schemas:
        found["former terms"] = unit_rows(engine, asked.name, metric, ground, asked.request.only, dimensions, former=True)
    return found


def _published(workspace: Workspace, reading: Reading) -> list[Known]:
    """The last snapshots before the one in force of which all files are there still."""
    found = []
    for id, at in reversed(workspace.lake.published()):
        snapshot = workspace.lake.snapshot(id)
        if id != reading.snapshot.id and snapshot is not None and workspace.lake.holds(snapshot):
            found.append(Known(at, snapshot, reading.rules, 0, None))
    return found[:MOST_EARLIER]


def _by_standard(workspace: Workspace, reading: Reading, asked: Asked) -> dict[str, UnitRows]:
    """The same outcomes by the terms that hold for everybody, where somebody has terms of their own."""
    rules, promise = reading.rules, asked.metric.promise
    if promise is None or (reading.snapshot.book_hash, reading.snapshot.version) != (rules.hash, __version__):
        return {}
    dimensions = frozenset(dimension.id for dimension in rules.book.company.dimensions)
    if not rules.book.layers(PROMISES.name, promise).dimensions() & dimensions:
        return {}
    engine = judged_again(workspace, reading, terms_of(rules.book, dimensions))
    for table in ("stratum", "money", "feedback"):
        engine.run(f"CREATE VIEW IF NOT EXISTS {table} AS FROM {JUDGED}.{table}")
    rows = unit_rows(engine, asked.name, asked.metric, metric_ground(reading), asked.request.only, dimensions_of(reading))
    return {"standard terms": rows}


def _earlier(workspace: Workspace, asked: Asked, known: Sequence[Known]) -> dict[str, UnitRows]:
    found = {}
    for one in known:
        reading = open_reading(workspace, one)
        if asked.metric.promise is not None and asked.metric.promise not in reading.context.promises:
            continue
        rows = unit_rows(
            reading.context.engine, asked.name, asked.metric, metric_ground(reading), asked.request.only, dimensions_of(reading)
        )
        found[f"known {one.at:%Y-%m-%d %H:%M}"] = rows
    return found


def _found(workspace: Workspace, reading: Reading, asked: Asked, versions: Mapping[str, UnitRows], given: Given) -> Found:
    bottomless = asked.parts.bottom is None
    if not given.rows and given.number is not None:
        yard, _ = laid_out(versions, asked.request.cut, {}, _joined(reading, asked))
        return yard, None, tried(yard, given.number, given.digits, bottomless=bottomless), None
    now = versions[NOW]
    of_record: dict[str, list[int]] = {}
    for place, id in enumerate(now.ids):
        of_record.setdefault(id, []).append(place)
    whole, single = {}, {}
    for id, some in given.rows.items():
        whole[id] = added(some)
        mine = of_record.get(id, [])
        ours = (now.top[mine[0]], now.bottom[mine[0]]) if mine else None
        single[id] = once(some, sum(now.many[place] for place in mine), ours)
    theirs = Theirs(whole, single, {id: len(some) for id, some in given.rows.items()}, given.near)
    yard, amounts = laid_out(versions, asked.request.cut, {id: (*whole[id], *single[id]) for id in whole}, {})
    if not amounts:
        amounts = [version.top[:0] for version in (yard.versions[NOW],) * 4]
    absent = sorted(whole.keys() - of_record.keys())
    unknown = _unknown(workspace, reading, asked, absent)
    compared = compare(yard, theirs, amounts, bottomless=bottomless, unknown=unknown)
    return yard, compared, (), len(whole) - len(absent)


def _settled(found: Found) -> bool:
    _, compared, ways, _ = found
    if compared is None:
        return ways[0].gives
    return all(cause.explained and not cause.found for cause in compared.causes)


def _joined(reading: Reading, asked: Asked) -> dict[str, dict[str, int]]:
    """How many rows each object becomes where somebody joins its amounts, answers, events or parts to it."""
    engine, subject = reading.context.engine, _subject(reading, asked)
    owner = f"JOIN object_{subject} o"
    typed = literal_text(subject)
    pieces = {
        "amount": f"SELECT m.kind, o.id FROM money m {owner} ON o.code = m.about WHERE m.about_type = {typed}",
        "answer": f"SELECT f.instrument, o.id FROM feedback f {owner} ON o.code = f.about WHERE f.about_type = {typed}",
        "part": f"SELECT r.from_type, o.id FROM relation r {owner} ON o.code = r.to_code WHERE r.to_type = {typed}",
        "event": f"SELECT 'of any type', o.id FROM event e {owner} ON o.code = e.object WHERE e.object_type = {typed}",
    }
    found: dict[str, dict[str, int]] = {}
    for what, sql in pieces.items():
        for kind, id, many in engine.rows(f"SELECT *, count(*) FROM ({sql}) GROUP BY ALL ORDER BY ALL"):
            found.setdefault(f"{what} {kind}", {})[str(id)] = int(many)
    return {what: many for what, many in found.items() if max(many.values()) > 1}


def _subject(reading: Reading, asked: Asked) -> str:
    ground = metric_ground(reading)
    return KINDS[asked.metric.kind].asked(asked.metric, ground, Cut()).rows.subject


def _unknown(workspace: Workspace, reading: Reading, asked: Asked, ids: Sequence[str]) -> dict[str, str]:
    """What is known of ids of theirs of which the metric has no row."""
    if not ids:
        return {}
    engine, subject = reading.context.engine, _subject(reading, asked)
    on_record = {str(id) for (id,) in engine.rows(f"SELECT id FROM object_{subject}")}
    what = f"no promise '{asked.metric.promise}' was made" if asked.metric.promise else "nothing of it to count"
    found = {id: f"on record, but {what}" for id in ids if id in on_record}
    absent = [id for id in ids if id not in on_record]
    if len(absent) > MOST_LOOKED_UP:
        return found | dict.fromkeys(absent, f"not on record, too many to look them up: {len(absent):,}")
    newer = end_of(workspace, IN_FORCE, progress=silent)
    rows = rows_since(workspace, engine, End(newer.snapshot, (), newer.at, newer.rules), newer, {(subject, id) for id in absent})
    for id in absent:
        found[id] = _fate(reading, rows.get((subject, id), ()))
    return found


def _fate(reading: Reading, rows: Sequence[Row]) -> str:
    """Why rows about an object made none."""
    for row in rows:
        for table, said in (("quarantine", "in quarantine: {}"), ("filtered", "no record: {}")):
            whole = " AND whole_row" if table == "quarantine" else ""
            reasons = reading.context.engine.rows(
                f"SELECT reason FROM {table} WHERE source = ? AND source_row = ? AND load = ?{whole} ORDER BY 1",
                (row.source, row.row, row.load),
            )
            if reasons:
                return said.format(reasons[0][0])
    if any(row.fate == "taken back" for row in rows):
        return "taken back since by its source"
    return "in a file, but the record has no such object" if rows else NO_ROW


def _words(change: Change, reading: Reading, asked: Asked, own: str) -> str:
    zone = reading.snapshot.facts.get("zone") or DEFAULT_ZONE
    axis, option = change.axis, change.option
    if axis == "version":
        what, _, which = option.partition(" ")
        return {
            "known": f"as known at {which} UTC: without what arrived or was corrected since",
            "former": "by the terms before they were corrected",
            "standard": "by the terms that hold for everybody, not by terms of their own",
            "convention": f"by the convention '{which}'",
        }[what]
    if axis == "at":
        left = ": what never came is left out" if option == "fulfilled" else ""
        return f"by '{option}' in place of '{own}'{left}"
    if axis == "joined":
        return f"each once for every {option} joined to it"
    return {
        ("clock", "utc"): f"periods begin at midnight of UTC, not of {zone}",
        ("window", "last_day"): "the last day ends as it begins, at its midnight",
        ("window", "none"): "without the window",
        ("void", "in"): "void ones count",
        ("waived", "in"): "waived ones count",
        ("open", "in"): "what is not due yet counts",
        ("unknown", "out"): "unknown ones are left out",
        ("unknown", "kept"): "unknown ones count as kept",
        ("where", "off"): f"without `where: {asked.metric.where}`",
        ("slice", "off"): "without " + ", ".join(f"{name}={value}" for name, value in asked.request.only.items()),
        ("weights", "raw"): "not scaled up from the sample",
        ("rows", "once"): "rows that repeat an id, as a join makes them",
    }[axis, option]
