from __future__ import annotations

import pytest
from pydantic import ValidationError

from tests.sources.loaded import source_of

OBJECT = "key: [id], object: {type: order, id: [id], attributes: {%s}}"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("key: [id], events: [{type: placed, at: at}]", "need 'object'"),
        ("key: [id], object: {type: o, id: [id]}, events: [{at: at}]", "give either 'type' or 'type_from'"),
        ("key: [id], object: {type: o, id: [id]}, events: [{type: a, type_from: b, at: at}]", "give either"),
        ("key: [id], object: {type: o, id: []}", "at least 1 item"),
        ("key: [id], object: {type: My Order, id: [id]}", "match pattern"),
        ("key: [id], zone: Berlin", "did you mean|one of"),
        ("key: [id], decimal: ';'", "'.' or ','"),
        ("key: [id], formats: {at: DD.MM.YYYY}", "no strptime directive"),
        ("key: [id], formats: {at: '%Q'}", "'%Q' is no strptime directive"),
        ("key: [id], money: [{about: o, id: [id], kind: a, amount: b, currency: euro}]", "match pattern"),
        (OBJECT % "id: {column: x}", "column 'id' of its own"),
        (OBJECT % "month: {column: x}", "column 'month' of its own"),
        (OBJECT % "" + ", personal: {id: free_text}", "'id' is free text: redacted, it names nothing"),
        (OBJECT % "born: {column: born, as: day}" + ", personal: {born: name}", "'born' is personal: .* cannot be read as day"),
        (OBJECT % "" + ", events: [{type_from: who, at: at}], personal: {who: name}", "'who' is personal: a token names no event"),
        (OBJECT % "" + ", sample: {stratum: who, population: {a: 1}}, personal: {who: name}", "'who' is personal: a token names no event"),
        ("key: [id], colour: red", "Extra inputs"),
    ],
)
def test_a_mapping_that_cannot_work_is_refused(text: str, said: str) -> None:
    with pytest.raises(ValidationError, match=said):
        source_of(f"{{{text}}}")


def test_every_column_that_is_named_is_read() -> None:
    source = source_of("""
key: [k]
object: {type: o, id: [a, b], attributes: {x: {column: c, as: day}, y: {column: c}}}
relations: [{to: p, id: [d]}]
events: [{type_from: e, at: f}]
lends: [{to: q, id: [g], attribute: z, column: h, as: number}]
feedback: [{about: o, id: [a, b], instrument: i, asked: l, answered: m, score: n, scale: [0, 10]}]
money: [{about: o, id: [a, b], kind: k, amount: r}]
sample: {stratum: s, population: {x: 1}}
""")

    assert source.columns() == set("kabcdefghlmnrs")
    assert source.cells()["c"] == {"day", "text"}


@pytest.mark.parametrize("written", ["%d.%m.%Y %H:%M", "%-d/%-m/%y", "%Y-%m-%dT%H:%M:%S.%f%z", "%I:%M %p on %b %d, %Y", "100%% %Y"])
def test_usual_formats_are_taken(written: str) -> None:
    assert source_of(f"{{key: [], formats: {{at: '{written}'}}}}").formats == {"at": written}
