"""The page as the templates lay it out: text that is ready to print, figures that are ready to place."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from troth.faces.page.figures import LARGER_SAYS_MORE, Replay, draw, replay_of
from troth.faces.page.words import HOW_SURE, Number, Pill, anchor, cell, decimals, english_number, link, pill, readable, reads_as_number

SMALL, ASIDE, WIDE, PHONE = 250.0, 296.0, 716.0, 344.0
_LONG_TABLE = 14
_MOST_ACTS = 3
_OWN_IDS = frozenset(
    {"where-the-delay-arose", "cannot-say-yet", "sources", "who-is-the-same", "guesses", "found", "how-sure", "no-promise"}
)


@dataclass(frozen=True, slots=True)
class Act:
    """Something the reader can do here (href or copy), or advice that this file cannot carry out (neither)."""

    label: str
    primary: bool
    href: str | None = None
    copy: str | None = None


@dataclass(frozen=True, slots=True)
class Table:
    """Cells as text; `right` says per column whether they are numbers."""

    columns: list[str]
    right: list[bool]
    rows: list[list[str]]
    long: bool


@dataclass(frozen=True, slots=True)
class Entry:
    """One statement. about: the promise that it is about, where it is about one.

    evidence: (part, text) in the fixed order n, interval, window, how-sure, owner, sampled.
    """

    number: int
    ident: str
    about: str | None
    headline: str
    paragraph: str
    evidence: list[tuple[str, str]]
    pill: Pill
    acts: list[Act]
    figure: str
    caption: str
    large: list[tuple[str, str]]
    replay: Replay | None
    table: Table | None
    sql: str
    orders: tuple[str | None, str] | None
    refusal: dict[str, str]
    notes: list[str]

    @property
    def has_numbers(self) -> bool:
        """True when there is something to show behind the sentence."""
        return bool(self.table or self.sql or self.orders or self.large or self.notes)


def clean(value: Any) -> Any:
    """The JSON with unreadable characters replaced, at every depth."""
    if isinstance(value, Mapping):
        return {str(readable(str(key))): clean(inner) for key, inner in value.items()}
    if isinstance(value, Sequence) and not isinstance(value, str):
        return [clean(inner) for inner in value]
    return readable(value)


def sheet(page: Mapping[str, Any]) -> dict[str, Any]:
    """Everything the templates need, by name."""
    read = clean(page)
    taken = set(_OWN_IDS)
    statements = [_entry(one, at + 1, taken) for at, one in enumerate(read.get("statements") or ())]
    refused = [_entry(one, at + 1, taken) for at, one in enumerate(read.get("cannot_say") or ())]
    used = {text for entry in statements for part, text in entry.evidence if part == "how-sure"}
    arose = read.get("where_delay_arose")
    return {
        "title": _text(read, "title") or "What your files say",
        "operation": _text(read, "operation"),
        "headline": _prose(read, "headline"),
        "lede": _prose(read, "lede"),
        "as_of": _text(read, "as_of"),
        "zone": _text(read, "zone"),
        "known": _text(read, "known"),
        "calendars": [str(one) for one in read.get("calendars") or ()],
        "corrections": [str(one) for one in read.get("corrections") or ()],
        "warnings": [str(one) for one in read.get("warnings") or ()],
        "found": [
            {"words": _text(one, "words") or _text(one, "promise"), "evidence": _text(one, "evidence")} for one in read.get("found") or ()
        ],
        "statements": statements,
        "refused": refused,
        "arose": _arose(arose) if isinstance(arose, Mapping) else None,
        "sources": [_source(one) for one in read.get("sources") or ()],
        "parties": [str(line) for one in read.get("parties") or () for line in (*one.get("sentences", ()), *one.get("warnings", ()))],
        "guesses": [
            {"what": _text(one, "what"), "evidence": _text(one, "evidence")}
            for one in read.get("guesses") or ()
            if not one.get("confirmed")
        ],
        "any_guesses": bool(read.get("guesses")),
        "how_sure": [(word, meant.means) for word, meant in HOW_SURE.items() if word in used],
        "snapshot": _text(read, "snapshot"),
        "book_hash": _text(read, "book_hash"),
        "version": _text(read, "version"),
        "ranking": _text(read, "ranking"),
        "lake": _text(read, "lake"),
        "views": _text(read, "views") or "views.sql",
        "data": link(read.get("data")),
    }


def _text(one: Mapping[str, Any], name: str) -> str:
    value = one.get(name)
    return "" if value is None else str(value)


def _prose(one: Mapping[str, Any], name: str) -> str:
    """Text to be read aloud: a per cent sign stays with its number at a line's end."""
    return _text(one, name).replace(" %", "\u00a0%")


def _entry(one: Mapping[str, Any], number: int, taken: set[str]) -> Entry:
    ident = anchor(_text(one, "id"), taken)
    figure = one.get("figure") or {}
    orders, sql = one.get("orders"), _text(one, "sql").strip()
    table = table_of(one.get("table") or {})
    small = draw(figure, ident=f"{ident}--small", width=SMALL)
    replay = replay_of(figure, (WIDE, PHONE)) if small else None
    large = []
    if small and figure.get("kind") in LARGER_SAYS_MORE:
        large = [(size, draw(figure, ident=f"{ident}--{size}", width=width)) for size, width in (("wide", WIDE), ("narrow", PHONE))]
    refusal = one.get("refusal") or {}
    return Entry(
        number=number,
        ident=ident,
        about=_text(one, "id").partition("/")[2].split("/")[0] or None,
        headline=_prose(one, "headline"),
        paragraph=_prose(one, "paragraph"),
        evidence=_evidence(one),
        pill=pill(_text(one.get("evidence") or {}, "how_sure")),
        acts=_acts(one, ident, orders, has_table=bool(table), has_sql=bool(sql), has_replay=replay is not None),
        figure=small,
        caption=_text(figure, "caption"),
        large=large,
        replay=replay,
        table=table,
        sql=sql,
        orders=_orders(orders) if isinstance(orders, Mapping) else None,
        refusal={name: _text(refusal, name) for name in ("reason", "got", "need", "settle")} if refusal else {},
        notes=[str(note) for note in (one.get("evidence") or {}).get("notes") or ()],
    )


def _evidence(one: Mapping[str, Any]) -> list[tuple[str, str]]:
    given = one.get("evidence") or {}
    parts = [
        ("n", _text(given, "n")),
        ("interval", _prose(given, "interval")),
        ("window", _text(given, "window")),
        ("how-sure", _text(given, "how_sure")),
        ("owner", f"owner: {_text(one, 'owner').replace('_', ' ')}" if _text(one, "owner") else ""),
        ("note", "~ scaled up from a sample" if one.get("estimated") else ""),
    ]
    return [(name, text) for name, text in parts if text]


def _acts(one: Mapping[str, Any], ident: str, orders: Any, *, has_table: bool, has_sql: bool, has_replay: bool) -> list[Act]:
    targets = {
        "orders": link(orders.get("file")) if isinstance(orders, Mapping) else None,
        "sql": f"#{ident}--sql" if has_sql else None,
        "table": f"#{ident}--table" if has_table else None,
        "replay": f"#{ident}--replay" if has_replay else None,
    }
    acts: list[Act] = []
    for act in one.get("acts") or ():
        kind, label = _text(act, "kind"), _text(act, "label")
        first = bool(act.get("primary")) and not any(made.primary for made in acts)
        copied = _text(act, "text") or _said(one) if kind == "copy" else None
        if label and len(acts) < _MOST_ACTS:
            acts.append(Act(label, first, targets.get(kind), copied))
    return acts


def _said(one: Mapping[str, Any]) -> str:
    evidence = " · ".join(text for _, text in _evidence(one))
    return "\n".join(part for part in (_text(one, "headline"), _text(one, "paragraph"), evidence) if part)


def _orders(orders: Mapping[str, Any]) -> tuple[str | None, str]:
    count = orders.get("count")
    return link(orders.get("file")), cell(count) if isinstance(count, int) else ""


def table_of(table: Mapping[str, Any], number: Number = english_number) -> Table | None:
    """Columns and rows as text, numbers right and with as many decimals as their column needs; None without columns."""
    columns = [str(name) for name in table.get("columns") or ()]
    if not columns:
        return None
    width = len(columns)
    raw = [[*row, *[""] * width][:width] for row in table.get("rows") or ()]
    digits = [decimals(row[at] for row in raw) for at in range(width)]
    rows = [[cell(row[at], column=columns[at], digits=digits[at], number=number) for at in range(width)] for row in raw]
    right = [bool(rows) and all(reads_as_number(row[at]) for row in rows) for at in range(width)]
    return Table(columns, right, rows, len(rows) > _LONG_TABLE)


def _arose(arose: Mapping[str, Any]) -> dict[str, str]:
    caption = _text(arose, "caption")
    figure = {"kind": "bars", "caption": caption, "rows": arose.get("rows") or ()}
    return {"figure": draw(figure, ident="where-the-delay-arose--figure", width=ASIDE), "caption": caption}


def _source(one: Mapping[str, Any]) -> dict[str, Any]:
    terms = ("stored", "quarantined", "duplicate", "superseded", "filtered", "retracted")
    counted = [(cell(one.get(name)), name) for name in terms if one.get(name)]
    return {
        "name": _text(one, "source"),
        "read": cell(one.get("read")),
        "terms": counted or [("0", "stored")],
        "steward": _text(one, "steward"),
        "file": _text(one, "file"),
    }
