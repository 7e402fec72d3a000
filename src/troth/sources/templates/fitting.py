"""A template's sources and promises as far as a folder has the columns for them, in the folder's own names."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

from troth.sources.mapping import Source
from troth.sources.vocabulary import vocabulary

Yaml = dict[str, Any]
_WORDS = frozenset(("and", "or", "not", "in", "is", "known", "true", "false"))


def columns_of(source: Mapping[str, Any]) -> set[str]:
    """Every column of a file that a template's source names."""
    whole = Source.model_validate({"files": ["x"], **_plain(source)})
    return {*whole.in_files(), *(d.column for d in whole.derived.values()), *_currencies(source)}


def fitted(source: Mapping[str, Any], names: Mapping[str, str]) -> Yaml | None:
    """The source with the parts whose columns are there, named as the file names them; None where its key or id is not.

    names: the template's columns -> the file's.
    """
    made = {n: d for n, d in source.get("derived", {}).items() if d["column"] in names and d.get("plus", d["column"]) in names}
    known = {**names, **{name: name for name in made}}
    thing = source.get("object")
    if not _has(known, source["key"]) or (thing and not _has(known, thing["id"])):
        return None
    fit: Yaml = {"key": _named(source["key"], known)}
    if thing:
        attributes = {n: {**a, "column": known[a["column"]]} for n, a in thing.get("attributes", {}).items() if a["column"] in known}
        also = {n: known[column] for n, column in thing.get("known_as", {}).items() if column in known}
        fit["object"] = {"type": thing["type"], "id": _named(thing["id"], known)}
        fit["object"] |= {name: part for name, part in (("known_as", also), ("attributes", attributes)) if part}
    for part in ("relations", "events", "lends", "feedback", "money"):
        entries = [_entry(entry, known) for entry in source.get(part, ()) if _has(known, _in_entry(entry))]
        if entries:
            fit[part] = entries
    if made:
        fit["derived"] = {name: _derived(d, names) for name, d in made.items() if _uses(fit, name)}
    fit["formats"] = {known[column]: said for column, said in source.get("formats", {}).items() if column in known}
    fit["personal"] = {names[column]: kind for column, kind in source.get("personal", {}).items() if column in names}
    return {name: part for name, part in fit.items() if part or name == "key"}


def _plain(source: Mapping[str, Any]) -> Yaml:
    """A template's source as a book may have it: without its table, and without currencies that stand in a column."""
    money = [{k: v for k, v in entry.items() if k != "currency_from"} for entry in source.get("money", ())]
    return {k: v for k, v in source.items() if k not in ("table", "instead_of")} | ({"money": money} if money else {})


def _currencies(source: Mapping[str, Any]) -> set[str]:
    return {entry["currency_from"] for entry in source.get("money", ()) if "currency_from" in entry}


_COLUMNS = ("column", "at", "type_from", "asked", "answered", "score", "amount")


def _in_entry(entry: Mapping[str, Any]) -> list[str]:
    return [*(entry[name] for name in _COLUMNS if name in entry and name != "asked"), *entry.get("id", ()), *entry.get("where", ())]


def _entry(entry: Mapping[str, Any], known: Mapping[str, str]) -> Yaml:
    named = {k: known[v] if k in _COLUMNS and v in known else v for k, v in entry.items() if k != "asked" or v in known}
    if "id" in entry:
        named["id"] = _named(entry["id"], known)
    if "where" in entry:
        named["where"] = {known[column]: words for column, words in entry["where"].items()}
    if "currency_from" in entry:
        named["currency_from"] = known.get(entry["currency_from"])
    return named


def _derived(made: Mapping[str, Any], names: Mapping[str, str]) -> Yaml:
    return {k: names[v] if k in ("column", "plus") else v for k, v in made.items()}


def _uses(fit: object, name: str) -> bool:
    if isinstance(fit, dict):
        return name in fit or any(_uses(part, name) for part in fit.values())
    return any(_uses(part, name) for part in fit) if isinstance(fit, list | tuple) else fit == name


def _has(known: Mapping[str, str], columns: Iterable[str]) -> bool:
    return all(column in known for column in columns)


def _named(columns: Iterable[str], known: Mapping[str, str]) -> list[str]:
    return [known[column] for column in columns]


def related(sources: Mapping[str, Yaml]) -> dict[str, Yaml]:
    """The sources without relations by a name that no source gives."""
    known = {(s["object"]["type"], name) for s in sources.values() if "object" in s for name in s["object"].get("known_as", {})}
    found = {}
    for name, source in sources.items():
        relations = [r for r in source.get("relations", ()) if "by" not in r or (r["to"], r["by"]) in known]
        found[name] = {k: v for k, v in source.items() if k != "relations"} | ({"relations": relations} if relations else {})
    return found


def _names_in(expression: str, subject: str) -> set[str]:
    """The events and attributes that an expression of a template names.

    >>> sorted(_names_in("attr(due) is known and order.status = 'late' and cancelled is known", "order"))
    ['cancelled', 'due', 'status']
    """
    plain = re.sub(rf"\b{subject}\.|\battr\(|\bend_of_day\(|'[^']*'", " ", expression)
    return {word for word in re.findall(r"[a-z_]\w*", plain) if word not in _WORDS}


def promised(promises: Mapping[str, Mapping[str, Any]], sources: Mapping[str, Mapping[str, Any]]) -> dict[str, Yaml]:
    """The promises that the fitted sources can judge, without the clauses and stages that they cannot."""
    held = vocabulary({name: Source.model_validate({"files": ["x"], **_plain(source)}) for name, source in sources.items()})
    found: dict[str, Yaml] = {}
    for name, promise in promises.items():
        subject = promise["subject"]
        events, attributes = held.events.get(subject, frozenset()), held.attributes.get(subject, {})

        def tells(expression: str | None, subject: str = subject, named: frozenset[str] = frozenset((*events, *attributes))) -> bool:
            return _names_in(expression or "", subject) <= named

        if promise["anchor"] not in events or promise["fulfil"]["event"] not in events or not tells(promise["due"]):
            continue
        kept = dict(promise)
        if not tells(promise.get("void_when")):
            del kept["void_when"]
        if not tells(promise["fulfil"].get("claimed_by")):
            kept["fulfil"] = {"event": promise["fulfil"]["event"]}
        owed = str(promise.get("promisee", "")).partition(".")
        if owed[0] == subject and owed[2] not in held.relations.get(subject, ()):
            del kept["promisee"]
        stages = promise.get("stages", {})
        if any(s["from"] not in events or s["to"] not in events or not tells(s.get("budget")) for s in stages.values()):
            del kept["stages"]
        found[name] = kept
    return found
