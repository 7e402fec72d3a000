"""The Data page as its template lays it out: tables of text, sentences that are ready to print."""

from collections.abc import Mapping, Sequence
from typing import Any

from troth.faces.language.marks import N_
from troth.faces.page.sheet import Table, clean, table_of
from troth.faces.page.words import Number, cell, english_number, link

FATES = (
    N_("read"), N_("stored"), N_("quarantined"), N_("duplicate"), N_("superseded"), N_("filtered"), N_("retracted"), "cells",
)  # fmt: skip
ANSWERS = (
    N_("source"), N_("owner"), N_("steward"), N_("newest"), N_("how fresh"), N_("contract"), N_("its columns"), N_("full extract"),
    N_("may be late by"),
)  # fmt: skip
MODES = {"evolve": "may grow", "freeze": "frozen", "quarantine": "quarantined when they change"}


def data_sheet(page: Mapping[str, Any], number: Number = english_number) -> dict[str, Any]:
    """Everything the template needs, by name. number: how a number is written with so many decimals."""
    read = clean(page)
    sources, quarantine = read.get("sources") or [], read.get("quarantine") or {}
    total = quarantine.get("total") or 0
    rows = quarantine.get("rows") or []
    return {
        "title": read.get("title") or "Data",
        "operation": read.get("operation") or "",
        "headline": read.get("headline") or "",
        "lede": read.get("lede") or "",
        "broken": sorted({str(one["source"]) for one in read.get("failing") or ()}),
        "checked": sum(one["checks"] is not None for one in sources),
        "all_sources": len(sources),
        "rows_read": sum(one["read"] for one in sources),
        "files_read": sum(len(one["files"]) for one in sources),
        "held": int(total),
        "as_of": read.get("as_of") or "",
        "zone": read.get("zone") or "",
        "back": link(read.get("back")),
        "held_back": [_held_back(one) for one in read.get("held_back") or () if one.get("held")],
        "failing": [_failing(one, number) for one in read.get("failing") or ()],
        "cases": _cases(read.get("cases") or (), number),
        "balance": _table(
            [N_("source"), *FATES[:-1], N_("emptied cells")], [[one["source"], *(one[fate] for fate in FATES)] for one in sources], number
        ),
        "answers": _table(
            ANSWERS,
            [_answers(one) for one in sources],
            number,
        ),
        "orphans": ", ".join(read.get("orphans") or ()),
        "reasons": _reasons(quarantine.get("reasons") or (), number),
        "quarantined": _table(
            [N_("file"), N_("row"), N_("column"), N_("why"), N_("what stood there")],
            [[one["file"], one["row"], "whole row" if one["whole_row"] else one["column"], one["reason"], one["value"]] for one in rows],
            number,
        ),
        "more": total > len(rows),
        "total": number(total, 0),
        "joins": _joins(read.get("joins") or (), number),
        "changes": _table(
            [N_("column"), N_("what changed"), N_("so it is"), N_("in the data up to")],
            [_change(one) for one in read.get("changes") or ()],
            number,
        ),
        "guesses": [{"what": str(one.get("what") or ""), "evidence": str(one.get("evidence") or "")} for one in read.get("guesses") or ()],
        "snapshot": read.get("snapshot") or "",
        "book_hash": read.get("book_hash") or "",
        "version": read.get("version") or "",
    }  # fmt: skip


def _table(columns: Sequence[str], rows: Sequence[Sequence[Any]], number: Number) -> Table:
    found = table_of({"columns": list(columns), "rows": rows}, number)
    assert found is not None
    return found


def _answers(one: Mapping[str, Any]) -> list[Any]:
    checks, contract = one.get("checks"), one.get("contract") or {}
    fresh = f"{one['behind']}{', old data' if one.get('old') else ''}" if one.get("behind") else None
    within = f" (within {one['fresh_within']})" if one.get("fresh_within") and fresh else ""
    kept = "none" if checks is None else f"{one['kept']} of {checks} checks hold" if checks else "no checks"
    return [
        one["source"], one.get("owner") or "nobody", one.get("steward") or "nobody", one.get("newest"),
        f"{fresh}{within}" if fresh else None, kept, MODES.get(str(one.get("mode")), one.get("mode")),
        contract.get("full_extract"), contract.get("lateness"),
    ]  # fmt: skip


def _failing(one: Mapping[str, Any], number: Number) -> dict[str, Any]:
    where = one["source"] if one["column"] is None else f"{one['source']}.{one['column']}"
    said = (
        f"{where}: {one['got']}"
        if one["column"] is None
        else f"{where}: not {one['check']} in {cell(one['failed'])} of {cell(one['of'])} rows"
    )
    parts = [
        f"promised: {one['check']}" if one["column"] is None else "",
        f"since the data up to {one['since']}" if one.get("since") else "",
    ]
    parts.append(f"steward: {one['steward']}" if one.get("steward") else "steward: nobody yet")
    places = [[place["file"], place["row"], place["value"]] for place in one.get("first") or ()]
    return {
        "said": said,
        "line": " · ".join(part for part in parts if part),
        "held": one.get("held"),
        "old": one["column"] is None and "behind" in str(one.get("got")),
        "next_step": one.get("next_step"),
        "places": _table([N_("file"), N_("row"), N_("what stands there")], places, number) if places else None,
    }


def _cases(cases: Sequence[Mapping[str, Any]], number: Number) -> Table | None:
    """None where nobody asked for them, or none is open."""
    rows = [[one["id"], one["steward"] or "nobody yet", one["opened"], one["says"]] for one in cases]
    return _table([N_("case"), N_("steward"), N_("open since"), N_("what was found")], rows, number) if rows else None


def _change(one: Mapping[str, Any]) -> list[Any]:
    return [f"{one['source']}.{one['column']}", one["says"], "narrower" if one["narrows"] else "wider", one["as_of"]]


def _held_back(one: Mapping[str, Any]) -> str:
    told = f"{cell(one['held'])} of {cell(one['made'])} promises '{one['words']}' cannot be told"
    return f"{told}, since a cell that they need is in quarantine."


def _reasons(reasons: Sequence[Mapping[str, Any]], number: Number) -> Table | None:
    if not reasons:
        return None
    rows = [[one["source"], "whole row" if one["whole_row"] else one["column"], one["reason"], one["count"]] for one in reasons]
    return _table([N_("source"), N_("column"), N_("why"), N_("how many")], rows, number)


def _joins(joins: Sequence[Mapping[str, Any]], number: Number) -> Table:
    rows = []
    for one in joins:
        known = bool(one["given_by"])
        there = f"of {', '.join(one['given_by'])}" if known else "of which no source has rows"
        matched, rate = (one["matched"], one["rate"]) if known else (None, None)
        rows.append([f"{one['source']} by {', '.join(one['columns'])}", f"{one['type']} {there}", one["rows"], matched, rate])
    return _table([N_("rows of"), N_("name a"), N_("rows"), N_("found there"), N_("of every 100")], rows, number)
