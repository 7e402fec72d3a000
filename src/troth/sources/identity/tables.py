"""Parties to the lake: who is whom and why; the party of every object; what has no counterpart, in rows and in money."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import numpy as np

from troth.query import literal_text
from troth.record import Engine, Part
from troth.sources.identity.nouns import Link, Roll
from troth.sources.identity.parties import APART, CUT, Parties

IDENTITY = (
    "CREATE TABLE IF NOT EXISTS identity (identity VARCHAR, object_type VARCHAR, id VARCHAR, source VARCHAR, party VARCHAR,"
    " method VARCHAR, evidence VARCHAR, probability DECIMAL(9,6), known_from TIMESTAMP)"
)
LINK = (
    "CREATE TABLE IF NOT EXISTS identity_link (identity VARCHAR, a_type VARCHAR, a_id VARCHAR, b_type VARCHAR, b_id VARCHAR,"
    " verdict VARCHAR, why VARCHAR, method VARCHAR, evidence VARCHAR, probability DECIMAL(9,6), weights VARCHAR)"
)
PARTS = (
    Part("identity", (), ("identity", "object_type", "id", "source")),
    Part("identity_link", (), ("identity", "a_type", "a_id", "b_type", "b_id", "method", "evidence")),
)


def party_name(roll: Roll, number: int, *, typed: bool) -> str:
    """A party is called by the id of the member that names it; where there are several types, with its type before it.

    >>> from troth.sources.identity.nouns import Member
    >>> party_name(Roll((Member("account", "7"),), (), ()), 0, typed=True)
    'account:7'
    """
    member = roll.members[number]
    return str(member) if typed else member.id


def write_parties(engine: Engine, name: str, roll: Roll, parties: Parties, types: Sequence[str]) -> None:
    """Rows of `identity` and `identity_link`, and the column `party` of each object table of these types."""
    typed = len(types) > 1
    engine.run(IDENTITY)
    engine.run(LINK)
    tied = _ties(parties)
    sources: dict[int, list[str | None]] = {}
    for card in roll.cards:
        if card.source not in (held := sources.setdefault(card.member, [])):
            held.append(card.source)
    nowhere: list[str | None] = [None]
    rows: list[tuple[Any, ...]] = []
    for number, member in enumerate(roll.members):
        tie = tied.get(number)
        decision = parties.decided.get(number)
        said = (tie.method, tie.by, tie.probability) if tie else (None, None, None)
        party = party_name(roll, parties.of[number], typed=typed)
        for source in sources.get(number, nowhere):
            rows.append((name, member.type, member.id, source, party, *said, decision.known_from if decision else None))
    _insert(engine, "identity", rows)
    _insert(engine, "identity_link", [_link(name, roll, link) for link in parties.links])
    for type in types:
        engine.run(
            f"CREATE OR REPLACE TABLE object_{type} AS SELECT o.*, i.party FROM object_{type} o JOIN"
            f" (SELECT DISTINCT id, party FROM identity WHERE identity = {literal_text(name)} AND object_type = {literal_text(type)}) i"
            " ON i.id = o.id ORDER BY o.code"
        )


def _ties(parties: Parties) -> dict[int, Link]:
    """The surest link of each member into its party."""
    tied: dict[int, Link] = {}
    for link in sorted(parties.links, key=lambda link: link.strength):
        if link.verdict == "joined":
            tied.setdefault(link.low, link)
            tied.setdefault(link.high, link)
    return tied


def _link(name: str, roll: Roll, link: Link) -> tuple[Any, ...]:
    a, b = roll.members[link.low], roll.members[link.high]
    weights = ", ".join(f"{weight.field} {weight.bits:+} ({weight.level})" for weight in link.weights)
    return name, a.type, a.id, b.type, b.id, link.verdict, link.why or None, link.method, link.by, link.probability, weights or None


def _insert(engine: Engine, table: str, rows: Sequence[tuple[Any, ...]]) -> None:
    """Rows of texts, decimals and instants into a table that is there; a decimal goes as its text, so that it stays exact."""
    if not rows:
        return
    columns = engine.names(f"SELECT * FROM {table}")
    arrays = {name: _array([row[place] for row in rows]) for place, name in enumerate(columns)}
    engine.run(f"DROP TABLE IF EXISTS loading_{table}")
    engine.load(f"loading_{table}", arrays)
    engine.run(f"INSERT INTO {table} SELECT * FROM loading_{table}")
    engine.run(f"DROP TABLE loading_{table}")


def _array(values: Sequence[object]) -> np.ndarray[Any, Any]:
    if any(isinstance(value, datetime) for value in values):
        return np.array(values, dtype="datetime64[us]")
    return np.array([None if value is None else str(value) for value in values], dtype=object)


def told(
    engine: Engine, name: str, roll: Roll, parties: Parties, types: Sequence[str], *, standing: Sequence[int], warnings: Sequence[str]
) -> dict[str, Any]:
    """What the manifest says of an identity; amounts as text. standing: numbers of the decisions that were laid over it."""
    verdicts = [link.verdict for link in parties.links]
    return {
        "types": list(types),
        "sources": list(roll.sources),
        "objects": len(roll.members),
        "parties": len(set(parties.of)),
        "joined": verdicts.count("joined"),
        "refused": verdicts.count("refused"),
        "review": len(asked(parties)),
        "standing": list(standing),
        "unmatched": _unmatched(engine, name, roll.sources, types),
        "warnings": list(warnings),
    }


def asked(parties: Parties) -> tuple[Link, ...]:
    """Links that nobody has decided on: likely ones, and those that a guard refused, short of what is joined in another way."""
    return tuple(
        link
        for link in parties.links
        if link.verdict != "joined" and link.why not in (APART, CUT) and parties.of[link.low] != parties.of[link.high]
    )


def _unmatched(engine: Engine, name: str, sources: Sequence[str], types: Sequence[str]) -> list[dict[str, Any]]:
    """For each two sources: how many objects of the one belong to a party that the other does not know, and whose money that is."""
    engine.run("CREATE OR REPLACE TABLE reach AS " + _reach(types))
    found = []
    for one in sources:
        for other in sources:
            if one == other:
                continue
            engine.run(
                "CREATE OR REPLACE TABLE counterpart AS SELECT i.object_type, i.id, NOT bool_or(o.party IS NOT NULL) AS alone"
                " FROM identity i LEFT JOIN identity o ON o.identity = i.identity AND o.party = i.party"
                f" AND o.source = {literal_text(other)}"
                f" WHERE i.identity = {literal_text(name)} AND i.source = {literal_text(one)} GROUP BY ALL"
            )
            total, alone = engine.rows("SELECT count(*), count(*) FILTER (alone) FROM counterpart")[0]
            money = engine.rows(
                "SELECT m.kind, m.currency, coalesce(sum(m.amount) FILTER (c.alone), 0), sum(m.amount) FROM money m JOIN"
                " (SELECT r.about_type, r.about, bool_or(c.alone) AS alone FROM reach r JOIN counterpart c"
                " ON c.object_type = r.object_type AND c.id = r.id GROUP BY ALL) c"
                " ON c.about_type = m.about_type AND c.about = m.about GROUP BY ALL ORDER BY ALL"
            )
            said = [{"kind": kind, "currency": currency, "alone": str(part), "all": str(whole)} for kind, currency, part, whole in money]
            found.append({"source": one, "without": other, "objects": int(total), "alone": int(alone), "money": said})
    engine.run("DROP TABLE reach")
    engine.run("DROP TABLE IF EXISTS counterpart")
    return found


def _reach(types: Sequence[str]) -> str:
    """What an object of these types has to do with: itself, what belongs to it, and what belongs to that."""
    own = " UNION ALL ".join(f"SELECT {literal_text(type)} AS object_type, id, code FROM object_{type}" for type in types)
    return (
        f"WITH own AS ({own}), near AS (SELECT o.object_type, o.id, r.from_type AS about_type, r.from_code AS about FROM own o"
        " JOIN relation r ON r.to_type = o.object_type AND r.to_code = o.code)"
        " SELECT object_type, id, object_type AS about_type, code AS about FROM own UNION SELECT * FROM near UNION"
        " SELECT n.object_type, n.id, r.from_type, r.from_code FROM near n JOIN relation r"
        " ON r.to_type = n.about_type AND r.to_code = n.about"
    )
