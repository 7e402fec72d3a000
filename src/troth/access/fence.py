"""What a limited scope sees of a record, as SQL: each table cut to the objects in scope, in one place for all pages.

Whatever asks the fenced views, a finding, a metric, a search, gets no row of anything else. A table about which nothing is said here is
empty for a limited scope.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping

from troth.query import identifier, literal_text

IN_SCOPE = "in_scope"
PERSONAL = "object_"

# Columns that name an object: its type and its code, or its type and its id.
CODES = (
    ("object_type", "object"),
    ("subject_type", "subject"),
    ("about_type", "about"),
    ("from_type", "from_code"),
    ("to_type", "to_code"),
)
IDS = (("object_type", "id"), ("a_type", "a_id"), ("b_type", "b_id"))

# What is the same for everybody: how the file was sampled, and when calendars are open.
COMMON = frozenset({"stratum", "working_time"})

# Named by a promise and the hash of its terms: seen where they bind something that is.
BINDING = "terms"


def fenced(tables: Mapping[str, Collection[str]], whole: str) -> Iterable[str]:
    """CREATE VIEW for each table, of those rows of the one of that name in schema `whole` which are about something in scope.

    tables: names with their columns. IN_SCOPE: a table there is, object_type, code, id, of all that may be seen. The statements' order
    is that of what they need.
    """
    outcomes = [name for name in tables if name.startswith("outcome_")]
    for name in sorted(tables, key=lambda name: name == BINDING):
        yield _view(name, f"{whole}.{identifier(name)}", _condition(name, frozenset(tables[name]), outcomes))


def _view(name: str, source: str, condition: str) -> str:
    return f"CREATE OR REPLACE VIEW {identifier(name)} AS SELECT t.* FROM {source} t WHERE {condition}"


def _condition(name: str, columns: frozenset[str], outcomes: Iterable[str]) -> str:
    if name in COMMON:
        return "TRUE"
    if name.startswith(PERSONAL) and "code" in columns:
        type = literal_text(name.removeprefix(PERSONAL))
        return f"t.code IN (SELECT code FROM {IN_SCOPE} WHERE object_type = {type})"
    if name == BINDING:
        seen = " UNION ".join(f"SELECT promise, terms FROM {identifier(one)}" for one in outcomes)
        return f"(t.promise, t.terms) IN ({seen})" if seen else "FALSE"
    named = [("code", pair) for pair in CODES if columns.issuperset(pair)] or [("id", pair) for pair in IDS if columns.issuperset(pair)]
    return " AND ".join(_seen(key, *pair) for key, pair in named) or "FALSE"


def _seen(key: str, type: str, value: str) -> str:
    return f"(t.{identifier(type)}, t.{identifier(value)}) IN (SELECT object_type, {key} FROM {IN_SCOPE})"
