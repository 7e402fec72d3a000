"""`troth upstream` and `troth handoffs` on a book: for eyes, as JSON, in Python; and what they refuse."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

import troth
from tests.app.small_book import ROOT, built, write_book
from troth.faces.cli import app
from troth.kernel.errors import NotFound

HEAD = "id,customer,seller,lane,placed,limit,due,handed,delivered"
# The record ends on 20 March, when Z is not due yet.
# A is handed over nine hours late and comes two days late; B stands; C is in time; D is the carrier's.
ROWS = """A,c1,s1,north,2026-03-02 08:00,2026-03-03 08:00,2026-03-05 08:00,2026-03-03 17:00,2026-03-07 08:00
B,c2,s2,north,2026-03-02 08:00,2026-03-03 08:00,2026-03-05 08:00,,
C,c1,s1,south,2026-03-02 08:00,2026-03-03 08:00,2026-03-05 08:00,2026-03-03 07:00,2026-03-04 08:00
D,c2,,south,2026-03-02 08:00,2026-03-03 08:00,2026-03-05 08:00,2026-03-03 07:00,2026-03-06 08:00
E,c3,s3,south,2026-03-02 08:00,2026-03-03 08:00,2026-03-05 08:00,2026-03-03 07:00,2026-03-04 18:00
Z,c3,s3,south,2026-03-20 08:00,2026-03-21 08:00,2026-03-22 08:00,2026-03-20 09:00,2026-03-20 18:00"""
SOURCE = """orders:
  files: [orders.csv]
  key: [id]
  object:
    type: order
    id: [id]
    attributes: {due: {column: due, as: instant}, limit: {column: limit, as: instant}, lane: {column: lane, as: text}}
  relations: [{to: customer, id: [customer]}, {to: seller, id: [seller]}]
  events:
    - {type: placed, at: placed, anchor: true}
    - {type: handed_over, at: handed}
    - {type: delivered, at: delivered}
sellers: {files: [sellers.csv], key: [id], object: {type: seller, id: [id]}}
"""
PROMISES = """deliver:
  subject: order
  promisee: order.customer
  words: delivered by the date given
  anchor: placed
  fulfil: {event: delivered}
  due: attr(due)
  stages:
    seller: {from: placed, to: handed_over, budget: attr(limit)}
    carrier: {from: handed_over, to: delivered}
hand_over:
  kind: internal
  subject: order
  promisor: {role: seller}
  promisee: carrier
  words: handed over by the limit
  anchor: placed
  fulfil: {event: handed_over}
  due: attr(limit)
"""
BOOK = {"troth.yaml": ROOT.replace("Europe/Berlin", "UTC"), "sources/orders.yaml": SOURCE, "promises/promises.yaml": PROMISES}


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Path:
    files = {"orders.csv": f"{HEAD}\n{ROWS}\n", "sellers.csv": "id\ns1\ns2\ns3\n"}
    root = write_book(tmp_path_factory.mktemp("chains"), files=files, book=BOOK)
    built(root)
    return root


def run(shop: Path, *arguments: str) -> Result:
    return CliRunner().invoke(app, [*arguments, "--book", str(shop)])


def test_one_order_is_read_as_a_chain(shop: Path) -> None:
    late, stands, carriers = (run(shop, "upstream", "deliver", "--order", id).stdout for id in "ABD")

    assert late.splitlines() == [
        "order A: handed over 9 hours late -> delivered 2 days late",
        "  handed over by the limit: missed first · seller s1 to carrier",
    ]
    assert stands.splitlines()[0].startswith("order B: never recorded as handed over, ")
    assert carriers.splitlines() == [
        "order D: delivered 24 hours late",
        "  handed over by the limit: in time · cannot say to carrier",
    ]


def test_all_orders_are_counted_and_too_few_are_refused(shop: Path) -> None:
    said = run(shop, "upstream", "deliver").stdout

    assert "Of 3 orders that were late or never came, 66.7 % had missed an inner limit before; of 2 in time 0.0 %." in said
    assert (
        "Cannot say yet. Too few were late to say how the two go together. Got 2 late with an inner limit missed before, 1 without" in said
    )
    assert "Missed first before 2: handed over by the limit (seller to carrier; owner: nobody yet)" in said


def test_json_and_python_say_the_same(shop: Path) -> None:
    operation = troth.open(shop)
    found = json.loads(run(shop, "upstream", "deliver", "--by", "lane", "--json").stdout)
    chain = json.loads(run(shop, "upstream", "deliver", "--order", "A", "--json").stdout)
    handed = json.loads(run(shop, "handoffs", "--json").stdout)

    assert found["counts"] == {name: list(counts) for name, counts in operation.upstream("deliver", by=("lane",)).counts.items()}
    assert found["causes"][0]["key"] == "hand_over"
    assert found["together"] is None
    assert chain["first"] == operation.chain("deliver", "A").steps[0].link.key == "hand_over"
    assert chain["steps"][0]["due"] == "2026-03-03T08:00:00Z"
    assert [one["key"] for one in handed["handoffs"]] == [one.key for one in operation.handoffs().handoffs] == ["hand_over"]
    assert handed["handoffs"][0]["rate"]["low"] == pytest.approx(2 / 5)


def test_both_sides_of_a_handover_see_the_same_lines(shop: Path) -> None:
    seller, carrier = (run(shop, "handoffs", "--role", role).stdout for role in ("seller", "carrier"))

    assert seller == carrier
    assert seller.splitlines()[-1] == "Handovers that nobody promised: troth gaps"
    assert "missed 40.0 % of 5 that fell due · 1 never done · of those done 25.0 % late · owner: nobody yet" in seller


def test_what_there_is_not_is_refused_with_what_there_is(shop: Path) -> None:
    operation = troth.open(shop)

    with pytest.raises(NotFound, match=r"no promise 'delivery'.*deliver"):
        operation.upstream("delivery")
    with pytest.raises(NotFound, match="'hand_over' has no inner step"):
        operation.upstream("hand_over")
    with pytest.raises(NotFound, match=r"no attribute 'lanes'.*lane"):
        operation.upstream("deliver", by=("lanes",))
    with pytest.raises(NotFound, match="'deliver' was not made about order 'X'"):
        operation.chain("deliver", "X")
    with pytest.raises(NotFound, match=r"'sellers' gives, takes and owns nothing.*seller"):
        operation.handoffs("sellers")
