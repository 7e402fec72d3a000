"""What customers call a defect against what the house does: the same record judged with and without the layers."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from troth.app.building.judging import record_with
from troth.app.reading import Reading
from troth.app.workspace import Workspace
from troth.findings.defects import JUDGED, SAMPLE, Defects, defects_of, parts_in
from troth.findings.weighing import is_sample
from troth.kernel.errors import BadValue, NotFound, nearest
from troth.promises import PROMISES, Promise, Terms, make_outcomes, terms_of
from troth.promises.keeping import in_order
from troth.promises.lint import record_of
from troth.record import Engine

COPIED = ("relation", "bad_cell")  # turns of promises that come again are written into them


def defects(workspace: Workspace, reading: Reading, name: str | None = None, by: Sequence[str] = ()) -> tuple[Defects, ...]:
    """Each promise of which layers say something, or one of them, by the definition with these layers and by that without.

    by: the dimensions whose layers are meant, all others stay the house's; without it all of the company's. Raises NotFound for a promise
    or a dimension that there is not and where no layer says anything, BadValue where the book is another than the snapshot's.
    """
    rules, known = reading.rules, reading.context.promises
    if name is not None and name not in known:
        raise NotFound(f"no promise '{name}' was judged", allowed=nearest(name, known), next_step="Run: troth promises")
    company = [dimension.id for dimension in rules.book.company.dimensions]
    if unknown := [one for one in by if one not in company]:
        raise NotFound(f"no dimension '{unknown[0]}' in company.yaml", allowed=nearest(unknown[0], company))
    wanted = frozenset(by or company)
    used = {one: rules.book.layers(PROMISES.name, one).dimensions() & wanted for one in known}
    parts = {one: parts_in(d.value for d in rules.book.each(PROMISES.name, one, Promise)) for one in known}
    order = in_order({one: sorted(parts[one].keys() & known.keys()) for one in known})
    about: dict[str, frozenset[str]] = {}
    for one in order:
        about[one] = used[one].union(*(about.get(part, frozenset()) for part in parts[one]))
    asked = [one for one in known if about[one] and name in (None, one)]
    if not asked:
        _refuse(name, by)
    if (reading.snapshot.book_hash, reading.snapshot.version) != (rules.hash, _version()):
        raise BadValue(
            "the book is another than when it was judged", got=f"snapshot {reading.snapshot.id[:12]}", next_step="Run: troth build"
        )
    needed = _with_parts(asked, parts)
    engine = judged_again(workspace, reading, [one for one in terms_of(rules.book, wanted) if one.name in needed])
    found = {}
    for one in (each for each in order if each in needed):
        mine = {part: type for part, type in parts[one].items() if part in needed and about[part]}
        dimensions = [dimension for dimension in company if dimension in about[one]]
        found[one] = defects_of(engine, one, known[one], mine, dimensions, reading.snapshot.as_of)
    return tuple(_of_sample(found[one]) if is_sample(reading.context, known[one].subject) else found[one] for one in asked)


def _version() -> str:
    from troth import __version__

    return __version__


def _refuse(name: str | None, by: Sequence[str]) -> None:
    about = f" for a {' or a '.join(by)}" if by else ""
    what = f"no layer says anything of '{name}'{about}" if name else f"no layer says anything of a promise{about}"
    raise NotFound(
        what, got="one definition of a defect, the house's",
        next_step="What a customer calls one is an overlay: overlays/customer=acme/promises/, and the Change that names it.",
    )  # fmt: skip


def _with_parts(asked: Collection[str], parts: dict[str, dict[str, str | None]]) -> frozenset[str]:
    found: set[str] = set()
    new = set(asked)
    while new:
        found |= new
        new = {part for one in new for part in parts.get(one, ())} - found
    return frozenset(found)


def judged_again(workspace: Workspace, reading: Reading, terms: Sequence[Terms]) -> Engine:
    """An engine with the snapshot as the schema `judged`, and in its own tables what these terms make of the same record."""
    rules, snapshot = reading.rules, reading.snapshot
    engine = workspace.engine()
    workspace.lake.attach(engine, snapshot, JUDGED)
    again = {name for name, one in rules.promises.items() if one.value.every is not None}
    for table in snapshot.schemas:
        if table in ("event", "identity") or (table.startswith("object_") and table.removeprefix("object_") not in again):
            engine.run(f'CREATE VIEW "{table}" AS FROM {JUDGED}."{table}"')
    turns = ", ".join(f"'{name}'" for name in sorted(again)) or "''"
    for table, type in zip(COPIED, ("from_type", "object_type"), strict=True):
        engine.run(f"CREATE TABLE {table} AS FROM {JUDGED}.{table} WHERE {type} NOT IN ({turns})")
    mapped = record_of(rules.book)
    columns = {table.removeprefix("object_"): {one.name for one in of} for table, of in snapshot.schemas.items()}
    attributes = {
        type: {attribute: kind for attribute, kind in named.items() if attribute in columns[type]}
        for type, named in mapped.attributes.items()
        if type in columns
    }
    parties = frozenset(type for one in snapshot.facts.get("identity", {}).values() for type in one["types"])
    make_outcomes(engine, terms, record_with(engine, rules, attributes, mapped.events, parties), snapshot.as_of)
    return engine


def _of_sample(found: Defects) -> Defects:
    return Defects(found.promise, found.words, found.subject, found.dimensions, found.parts, found.alike, (), None, (), (), SAMPLE)
