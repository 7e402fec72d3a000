"""Small rolls written as lines."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from troth.sources.identity import Decision, Draft, Identity, Link, Member, Parties, Roll, links_by_rules, parties_of, roll_of

START = datetime(2026, 3, 1, 6)


def identity(**said: Any) -> Identity:
    fields = ("name", "email", "phone", "tax_id", "postcode", "country")
    return Identity.model_validate({"fields": {s: {f: f for f in fields} for s in ("crm", "erp")}, "match": [["email"]], **said})


def roll(*lines: str, also: tuple[str, ...] = ()) -> Roll:
    """Each line: source id field=value …, as in "crm a email=x tax_id=1". also: ids without a card."""
    said = []
    for line in lines:
        source, id, *values = line.split()
        said.append((member(id), source, dict(value.split("=") for value in values)))
    return roll_of([member(id) for id in also], said, ("crm", "erp"))


def member(id: str) -> Member:
    return Member("customer", id)


def decide(*lines: str) -> tuple[Decision, ...]:
    """Each line: "merge a b", "split a", "apart a b", "undo 2"; numbered from 1, an hour apart."""
    made = []
    for number, line in enumerate(lines, start=1):
        act, *rest = line.split()
        undoes = int(rest[0]) if act == "undo" else None
        a, b = (None, None) if act == "undo" else (member(rest[0]), member(rest[1]) if len(rest) > 1 else None)
        draft = Draft("customer", act, a, b, "because", undoes)  # type: ignore[arg-type]
        made.append(Decision(number, START + timedelta(hours=number), "somebody", draft))
    return tuple(made)


def groups(roll: Roll, parties: Parties) -> list[str]:
    """Parties of more than one, as "a+b"."""
    members: dict[int, list[str]] = {}
    for number, party in enumerate(parties.of):
        members.setdefault(party, []).append(roll.members[number].id)
    return sorted("+".join(ids) for ids in members.values() if len(ids) > 1)


def matched(roll: Roll, identity: Identity, decisions: tuple[Decision, ...] = ()) -> list[str]:
    return groups(roll, parties_of(roll, identity, links_by_rules(roll, identity), decisions))


def whys(links: tuple[Link, ...] | list[Link], roll: Roll) -> dict[str, str]:
    """Of refused links: "a-b" -> why."""
    return {f"{roll.members[one.low].id}-{roll.members[one.high].id}": one.why for one in links if one.verdict == "refused"}
