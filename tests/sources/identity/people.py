"""Made-up people and companies, and what becomes of them in two systems: typing errors, swaps, moves, blanks. Seeded."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np

from troth.sources.identity import Identity, Member, Roll, roll_of
from troth.sources.identity.folding import FOLDS

GIVEN = (
    "anna", "bruno", "clara", "david", "elena", "fabio", "greta", "hugo", "ines", "jonas", "klara", "luis", "maria", "nils",
    "olga", "paulo", "quirin", "rosa", "simon", "tereza", "ulrich", "vera", "werner", "xenia", "yann", "zoe", "amelie", "bastian",
    "carla", "dominik", "emilia", "felix", "gloria", "henrik", "isabel", "jakob", "katja", "leon", "marta", "noah",
)  # fmt: skip
STEMS = (
    "acker", "bach", "berg", "blum", "born", "brink", "dorn", "eich", "feld", "fink", "gold", "haus", "hof", "horn", "kamp",
    "kirch", "klein", "lang", "lind", "meer", "neu", "ober", "rosen", "sand", "stein",
)  # fmt: skip
ENDS = (
    "er", "mann", "bauer", "feld", "hoff", "lein", "stein", "thal", "wald", "weg",
)  # fmt: skip
STREETS = (
    "linden", "berg", "schul", "kirch", "garten", "bahnhof", "wald", "wiesen", "mühlen", "rosen", "birken", "haupt", "neue",
)  # fmt: skip
DOMAINS = ("mail.example", "post.example", "web.example", "firm.example")
IDENTITY = {
    "match": [
        ["tax_id"], ["email"], ["phone", "name"], ["name", "postcode"], ["name", "street"], ["phone", "postcode"], ["phone", "street"],
        ["surname", "postcode", "street"], ["given", "postcode", "street"],
    ],
    "kinds": {"given": "name", "surname": "name"},
}  # fmt: skip
FIELDS = ("given", "surname", "name", "email", "phone", "tax_id", "postcode", "street")
Person = dict[str, str]


@dataclass(frozen=True, slots=True)
class World:
    """roll: cards of two sources. truth: pairs of member numbers that are one person. identity: with rules for its fields."""

    roll: Roll
    truth: frozenset[tuple[int, int]]
    identity: Identity


def systems(
    people: int, *, seed: int, shared: float = 0.8, twice: float = 0.0, weigh: dict[str, object] | None = None, extra: str = ""
) -> World:
    """A CRM and an ERP. shared: part of the CRM's people that the ERP knows too; twice: part that the CRM has twice.

    extra: a field that is the same on every card.
    """
    rng = np.random.default_rng(seed)
    said: list[tuple[Member, str, Person]] = []
    same: list[tuple[Member, Member]] = []
    for number in range(people):
        person = _person(rng, number)
        own = [Member("account", f"a{number:06}")]
        said.append((own[0], "crm", _written(rng, person)))
        if rng.random() < twice:
            own.append(Member("account", f"b{number:06}"))
            said.append((own[1], "crm", _spoilt(rng, person)))
        if rng.random() < shared:
            own.append(Member("debtor", f"{rng.integers(1_000_000, 9_999_999)}-{number}"))
            said.append((own[-1], "erp", _spoilt(rng, person)))
        elif rng.random() < 0.5:
            said.append((Member("debtor", f"s{number:06}"), "erp", _written(rng, _person(rng, people + number))))
        same += combinations(own, 2)
    once = [] if twice else ["crm", "erp"]
    more = {"weigh": weigh} if weigh else {}
    identity = Identity.model_validate(
        {
            **IDENTITY,
            **more,
            "fields": {s: {f: f for f in (*FIELDS, *([extra] if extra else []))} for s in ("crm", "erp")},
            "guards": {"once": once},
        }
    )
    folded = [(member, source, _folded(identity, person) | ({extra: "x"} if extra else {})) for member, source, person in said]
    roll = roll_of([], folded, ("crm", "erp"))
    number_of = roll.number_of()
    return World(roll, frozenset(_sorted(number_of[a], number_of[b]) for a, b in same), identity)


def score(of: Sequence[int], truth: frozenset[tuple[int, int]]) -> tuple[float, float]:
    """Precision and recall of pairs that are of one party."""
    found = pairs(of)
    right = len(found & truth)
    return right / len(found), right / len(truth)


def pairs(of: Sequence[int]) -> frozenset[tuple[int, int]]:
    groups: dict[int, list[int]] = {}
    for member, party in enumerate(of):
        groups.setdefault(party, []).append(member)
    return frozenset((a, b) for group in groups.values() for place, a in enumerate(group) for b in group[place + 1 :])


def _person(rng: np.random.Generator, number: int) -> Person:
    given, surname = rng.choice(GIVEN), rng.choice(STEMS) + rng.choice(ENDS)
    return {
        "given": given,
        "surname": surname,
        "email": f"{given}.{surname}{rng.integers(1, 999)}@{rng.choice(DOMAINS)}",
        "phone": f"+49 {rng.integers(30, 999)} {rng.integers(100_000, 9_999_999)}",
        "tax_id": f"DE{number + 100_000_000}" if rng.random() < 0.5 else "",
        "postcode": f"{rng.integers(10_000, 99_999)}",
        "street": f"{rng.choice(STREETS)}str. {rng.integers(1, 120)}",
    }


def _written(rng: np.random.Generator, person: Person) -> Person:
    """As a clerk writes it: nothing wrong, but blanks where a field was not asked for."""
    return {field: value for field, value in person.items() if field in ("given", "surname") or rng.random() > 0.1}


def _spoilt(rng: np.random.Generator, person: Person) -> Person:
    """What another system holds of the same person: one in ten has moved, one in seven another mail, one in ten a swap of names."""
    spoilt = _written(rng, person)
    if rng.random() < 0.1 and "postcode" in spoilt:
        spoilt |= {"postcode": f"{rng.integers(10_000, 99_999)}", "street": f"{rng.choice(STREETS)}str. {rng.integers(1, 120)}"}
    if rng.random() < 0.15 and "email" in spoilt:
        spoilt["email"] = f"{spoilt['surname']}{rng.integers(1, 99_999)}@{rng.choice(DOMAINS)}"
    if rng.random() < 0.1:
        spoilt["given"], spoilt["surname"] = spoilt["surname"], spoilt["given"]
    for field in ("given", "surname", "email", "phone", "street"):
        if field in spoilt and rng.random() < 0.08:
            spoilt[field] = _mistyped(rng, spoilt[field])
    return spoilt


def _mistyped(rng: np.random.Generator, text: str) -> str:
    at = int(rng.integers(0, max(len(text) - 1, 1)))
    match int(rng.integers(0, 4)):
        case 0:
            return text[:at] + text[at + 1 :]
        case 1:
            return text[:at] + str(rng.choice(list("abcdefghij"))) + text[at:]
        case 2:
            return text[:at] + text[at + 1 : at + 2] + text[at : at + 1] + text[at + 2 :]
        case _:
            return text[:at] + str(rng.choice(list("klmnopqrst"))) + text[at + 1 :]


def _folded(identity: Identity, person: Person) -> dict[str, str]:
    whole = {**person, "name": f"{person['given']} {person['surname']}"}
    folded = {field: FOLDS[identity.kind_of(field)](value) for field, value in whole.items()}
    return {field: value for field, value in folded.items() if value}


def _sorted(a: int, b: int) -> tuple[int, int]:
    return (a, b) if a < b else (b, a)
