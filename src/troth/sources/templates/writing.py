"""How the files of a recognised table are written: dates, decimals, currency, and people in columns that the template does not know."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

from troth.kernel.errors import shown
from troth.record import Engine
from troth.sources.address import Address
from troth.sources.guess.personal import is_party, personal_kind
from troth.sources.guess.profile import Column, Table, close_table, open_table
from troth.sources.mapping import Source
from troth.sources.templates.zones import zone_said

NUMBER = 900
Yaml = dict[str, Any]


def written(engine: Engine, name: str, source: Yaml, files: Sequence[Address], known: Collection[str]) -> tuple[Yaml, list[str]]:
    """The source with its formats, and warnings. known: columns that the template knows."""
    try:
        table = open_table(engine, files, NUMBER, name)
        return _written(source, table, known)
    finally:
        close_table(engine, NUMBER, len(files))


def _written(source: Yaml, table: Table, known: Collection[str]) -> tuple[Yaml, list[str]]:
    fit, warnings = dict(source), []
    usual = fit.pop("formats", {})
    blank = {column.name for column in table.columns if column.kind == "blank"}
    if "events" in fit:
        fit["events"] = [event for event in fit["events"] if not blank & set(event.get("where", ()))]
    money, unread = _currencies(source.get("money", ()), table)
    fit |= {"money": money} if money else {}
    if not money:
        fit.pop("money", None)
    read = Source.model_validate({"files": ["x"], **fit})
    wanted = {column for column, kinds in read.cells().items() if kinds & {"instant", "day"}}
    wanted |= {made.column for name, made in read.derived.items() if name in wanted and made.plus}
    formats = {c.name: c.format for c in table.instants if c.name in wanted and c.format}
    formats |= {c.name: usual[c.name] for c in table.instants if c.either_way and c.name in usual}
    warnings += [f"{shown(table.path.name)}: {said}" for said in unread]
    for column in table.instants:
        if column.name in wanted and column.either_way and column.name not in usual:
            warnings.append(f"{shown(table.path.name)}: day and month of '{column.name}' cannot be told apart; read as {column.format}.")
    if formats:
        fit["formats"] = formats
    if zone := zone_said(table.path.path):
        fit["zone"] = zone
    amounts = [table.column(entry.amount) for entry in read.money if entry.amount in {c.name for c in table.columns}]
    fit |= _marks(amounts)
    free = [c for c in table.columns if c.name not in {*known, *read.in_files()}]
    people = {c.name: kind for c in free if (kind := personal_kind(c, party=is_party(table.name, table.columns)))}
    if people or fit.get("personal"):
        fit["personal"] = {**fit.get("personal", {}), **people}
    return fit, warnings


def _marks(amounts: Sequence[Column]) -> Yaml:
    marks: Yaml = {}
    if any(c.decimal == "," for c in amounts):
        marks["decimal"] = ","
    thousands = next((c.thousands for c in amounts if c.thousands), None)
    if thousands and thousands != marks.get("decimal"):
        marks["thousands"] = thousands
    return marks


def _currencies(money: Sequence[Yaml], table: Table) -> tuple[list[Yaml], list[str]]:
    """Amounts with the currency that a column names. Amounts of several currencies are left out, and that is said."""
    kept, unread = [], []
    for entry in money:
        plain = {k: v for k, v in entry.items() if k != "currency_from"}
        column = entry.get("currency_from")
        codes = [word for word, _ in table.column(column).vocabulary] if column else []
        if len(codes) > 1:
            unread.append(f"'{entry['amount']}' is in {', '.join(codes)}; amounts of several currencies are not read.")
            continue
        code = codes[0].upper() if codes else ""
        kept.append(plain | ({"currency": code} if len(code) == 3 and code.isascii() and code.isalpha() else {}))
    return kept, unread
