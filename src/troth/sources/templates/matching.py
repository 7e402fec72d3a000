"""Tables of a folder that are exports of systems which are known, with the book that is made of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from troth.kernel.errors import TrothError, shown
from troth.query import identifier
from troth.record import Engine
from troth.sources.address import Address
from troth.sources.guess import Group, Guess
from troth.sources.readers import opened
from troth.sources.templates.fitting import columns_of, fitted, promised, related
from troth.sources.templates.headings import others, proven, recognised
from troth.sources.templates.template import NAMES, Form, Template, load_template
from troth.sources.templates.writing import written

Yaml = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Match:
    """Tables recognised by a template: the book's documents as plain data, and what the match rests on."""

    name: str
    says: str
    zone: str | None
    currency: str | None
    sources: Mapping[str, Yaml]
    promises: Mapping[str, Yaml]
    guesses: tuple[Guess, ...]
    warnings: tuple[str, ...]
    groups: tuple[Group, ...]
    files: Mapping[str, tuple[Address, ...]]

    @property
    def types(self) -> set[str]:
        return {source["object"]["type"] for source in self.sources.values() if "object" in source}


def match(engine: Engine, groups: Sequence[Group]) -> list[Match]:
    """Every template that recognises tables among these, by their columns and never by their names. A table is of one template."""
    found: list[Match] = []
    free = list(groups)
    types: set[str] = set()
    for name in NAMES:
        one = _match(engine, load_template(name), free)
        # Of two systems whose objects have one name, the second is left to be guessed, where it gets names of its own.
        if one is not None and not types & one.types:
            found.append(one)
            types |= one.types
            free = [group for group in free if group not in one.groups]
    return found


@dataclass(frozen=True, slots=True)
class _Table:
    """groups: several where their headers are the same. names: the template's columns -> theirs."""

    form: Form
    groups: tuple[Group, ...]
    names: Mapping[str, str]

    @property
    def files(self) -> tuple[Address, ...]:
        return tuple(address for group in self.groups for address in group.addresses)


def _match(engine: Engine, template: Template, groups: Sequence[Group]) -> Match | None:
    tables = _tables(engine, template, groups)
    if not tables or (template.whole and len(tables) < len(template.forms)):
        return None
    sources: dict[str, Yaml] = {}
    files: dict[str, tuple[Address, ...]] = {}
    guesses: list[Guess] = []
    warnings: list[str] = []
    replaced = {s["instead_of"] for name, s in template.sources.items() if "instead_of" in s and s.get("table", name) in tables}
    for name, source in template.sources.items():
        table = tables.get(source.get("table", name))
        if table and name in replaced:
            warnings.append(f"{shown(table.files[0].name)}: another file tells about the same objects; it is left out.")
            continue
        fit = fitted(source, table.names) if table else None
        if table is None or fit is None:
            continue
        fit, told = written(engine, name, fit, table.files, set(table.names.values()))
        warnings += told
        files[name] = table.files
        whole = {"contract": {"full_extract": True}} if len(table.files) == 1 else {}
        sources[name] = {"files": [address.name for address in table.files], **fit, **whole}
    if not sources:
        return None
    sources = related(sources)
    guesses += [_evidence(template, table) for table in tables.values()]
    for name, published in template.published.items():
        sample, words = _sample(engine, tables[name].files[0], published)
        guesses.append(Guess(words, f"the template '{template.name}'", tables[name].files[0].name, (published["stratum"],)))
        if sample:
            sources[name]["sample"] = sample
    promises = promised(template.promises, sources)
    taken = tuple(group for table in tables.values() for group in table.groups)
    return Match(
        template.name, template.says, template.zone, template.currency, sources, promises, tuple(guesses), tuple(warnings), taken, files
    )  # fmt: skip


def _tables(engine: Engine, template: Template, groups: Sequence[Group]) -> dict[str, _Table]:
    """By form the table that has most of its columns; the forms that need most choose first."""
    known: dict[str, set[str]] = {}
    for name, source in template.sources.items():
        known.setdefault(source.get("table", name), set()).update(columns_of(source))
    free = [group for group in groups if group.columns]
    found: dict[str, _Table] = {}
    for form in sorted(template.forms, key=lambda form: -len(form.needs)):
        fitting = [table for group in free if (table := _fit(engine, form, group, known.get(form.name, set())))]
        if not fitting:
            continue
        best = max(fitting, key=lambda table: len(table.names))
        alike = tuple(table.groups[0] for table in fitting if table.groups[0].columns == best.groups[0].columns)
        found[form.name] = _Table(form, alike, best.names)
        free = [group for group in free if group not in alike]
    return {form.name: found[form.name] for form in template.forms if form.name in found}


def _fit(engine: Engine, form: Form, group: Group, known: set[str]) -> _Table | None:
    names = recognised(form, group.columns)
    if names is None:
        return None
    try:
        names = proven(engine, form, group.addresses[0], names)
    except (TrothError, OSError, ValueError):
        return None  # what cannot be read is told where tables are guessed
    return None if names is None else _Table(form, (group,), {**names, **others(known, group.columns, names)})


def _evidence(template: Template, table: _Table) -> Guess:
    columns = table.groups[0].columns
    renamed = [f"`{theirs}` is {ours}" for ours, theirs in table.names.items() if " ".join(theirs.split()).casefold() != ours.casefold()]
    known = f"{len(set(table.names.values()) & set(columns)):,} of its {len(columns):,} columns are known"
    if not any(source.get("table", name) == table.form.name for name, source in template.sources.items()):
        known += "; nothing is read from it"
    return Guess(
        f"`{table.files[0].name}` is the table '{table.form.name}' of {template.name}", "; ".join([known, *renamed[:6]]),
        table.files[0].name, tuple(table.names[column] for column in table.form.needs),
    )  # fmt: skip


def _sample(engine: Engine, file: Address, published: Mapping[str, Any]) -> tuple[Yaml | None, str]:
    """Strata of which the file holds fewer rows than were published."""
    column = identifier(published["stratum"])
    with opened(engine, file, "published", counted=False) as table:
        seen = dict(engine.rows(f"SELECT {column}, count(*) FROM {table.relation} GROUP BY 1"))
    population: Mapping[str, int] = published["population"]
    fewer = {name: count for name, count in population.items() if 0 < int(seen.get(name, 0)) < count}
    total, whole = sum(int(n) for n in seen.values()), sum(population.values())
    if not fewer:
        return None, f"all {whole:,} published rows are here: no sample"
    rates = ", ".join(f"'{name}' one in {count / int(seen[name]):.2f}" for name, count in fewer.items())
    words = f"{total:,} of the {whole:,} published rows: a sample of {rates}; the other statuses are complete"
    return {"stratum": published["stratum"], "population": fewer}, words
